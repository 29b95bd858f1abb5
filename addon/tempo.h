// How fast schedule time runs: the one clock that all workers of a run go by.
//
// A change is a new entry that is never changed afterwards; workers see it by one acquire load of a pointer.
// So they all compute the same schedule time from the same real time, and share a rate exactly, whatever is
// changed while they run.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <deque>

#include "schedule.h"

namespace pktgen {

// From `real_ns` on. Times are in ns; real time is CLOCK_MONOTONIC.
struct Tempo {
  double real_ns = 0;
  double running_ns = 0;  // since the run's start, pauses not counted
  double schedule_ns = 0;
  double speed = kForever;
  bool paused = true;

  [[nodiscard]] bool is_free() const noexcept { return speed == kForever; }
  // Below 0 before the start: what is due at 0 has to wait for it.
  [[nodiscard]] double running_at(double now_ns) const noexcept {
    return paused ? running_ns : running_ns + (now_ns - real_ns);
  }
  [[nodiscard]] double schedule_at(double now_ns) const noexcept { return schedule_when(running_at(now_ns)); }
  // While nothing is paced it goes on like real time, for what starts or ends by it.
  [[nodiscard]] double schedule_when(double running) const noexcept {
    return schedule_ns + (running - running_ns) * slope();
  }
  // The inverse of schedule_at(); kForever while paused.
  [[nodiscard]] double real_when(double schedule) const noexcept {
    return paused ? kForever : real_ns + (schedule - schedule_ns) / slope();
  }
  [[nodiscard]] double slope() const noexcept { return is_free() ? 1 : speed; }
};

// Changed by one thread, read by any.
class TempoLine {
 public:
  explicit TempoLine(double speed) : speed_(speed) { add({.speed = speed}); }

  void run(double now_ns) { change(now_ns, speed_, false); }
  void pause(double now_ns) { change(now_ns, speed_, true); }
  void set_speed(double now_ns, double speed) {
    speed_ = speed;
    change(now_ns, speed, entries_.back().paused);
  }

  [[nodiscard]] const Tempo& now() const noexcept { return *latest_.load(std::memory_order_acquire); }

 private:
  // A change before the common start takes effect with it.
  void change(double asked_ns, double speed, bool paused) {
    const Tempo& last = entries_.back();
    const double now_ns = std::max(asked_ns, last.real_ns);
    add({.real_ns = now_ns,
         .running_ns = last.running_at(now_ns),
         .schedule_ns = last.schedule_at(now_ns),
         .speed = speed,
         .paused = paused});
  }
  void add(const Tempo& tempo) {
    entries_.push_back(tempo);
    latest_.store(&entries_.back(), std::memory_order_release);
  }

  std::deque<Tempo> entries_;  // whose elements stay where they are
  std::atomic<const Tempo*> latest_{nullptr};
  double speed_;
};

}  // namespace pktgen
