// What a worker does that is behind its schedule: its own small shift of the run's schedule time.
//
// A little late is made up at once: the absolute schedule does that by itself. More than the tolerance is a
// stall, a process that was stopped or an engine that is too slow, and made up at once it would be a flood.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "schedule.h"
#include "tempo.h"

namespace pktgen {

class Backlog {
 public:
  static constexpr double kToleranceNs = 1e6;
  // While catching up a worker may come so late to what has become due again: it is not a new stall, and no
  // more than so much leaves at once.
  static constexpr double kCatchingUpNs = 1e7;
  // Further behind is given up, also when catching up.
  static constexpr double kMostBehindNs = 1e9;

  explicit Backlog(LatePolicy policy) : policy_(policy) {}

  // This worker's schedule time at that of the run. While catching up it runs twice as fast as the run's.
  [[nodiscard]] double local(double schedule) const noexcept { return schedule - shift_ - lag(schedule); }

  // The inverse of local().
  [[nodiscard]] double global(double local) const noexcept {
    const double caught_up = local + shift_;
    const double catching_up = (caught_up + lag_ + since_) / 2;
    return lag_ > 0 && catching_up < since_ + lag_ ? catching_up : caught_up;
  }

  // How late a frame is that was due at that local time. 0 for one that is early.
  [[nodiscard]] double late_ns(double due, double schedule, double speed) const noexcept {
    return std::max(0.0, schedule - shift_ - due) / std::max(speed, faster_);
  }

  // The tempo is this from now on. A backlog is a time: at a lower rate fewer frames are owed.
  void follow(double schedule, double speed) noexcept {
    if (speed == speed_) return;
    if (speed < speed_) {
      const double lag_ns = lag(schedule);
      const double kept_ns = lag_ns * speed / speed_;
      give_up(lag_ns - kept_ns, speed_);
      lag_ = kept_ns;
      since_ = schedule;
      faster_ = speed_;
    }
    speed_ = speed;
  }

  // The next frame is due at that local time. A stall is dealt with by the policy; then the frame is due now.
  void look(double due, double schedule) noexcept {
    const double speed = speed_;
    const double behind = local(schedule) - due;
    if (behind <= kToleranceNs * speed) {
      faster_ = 0;
      return;
    }
    // What a faster tempo has left behind is no stall of a slower one.
    if (behind <= kToleranceNs * faster_) return;
    if (policy_ == LatePolicy::kSkip) {
      give_up(behind, speed);
      ++stalls_;
      return;
    }
    const double before = lag(schedule);
    const double at_once = (before > 0 ? kCatchingUpNs : kToleranceNs) * speed;
    if (behind <= at_once) return;
    const double most = kMostBehindNs * speed;
    if (before == 0) {
      ++stalls_;
      caught_up_ns_ += std::exchange(worst_ns_, 0);
    }
    lag_ = before + behind - at_once;
    since_ = schedule;
    if (lag_ > most) {
      give_up(lag_ - most, speed);
      lag_ = most;
    }
    worst_ns_ = std::max(worst_ns_, lag_ / speed);
  }

  // The next frame is due now, whatever was before: pacing begins.
  void begin(double due, double schedule, double speed) noexcept {
    speed_ = speed;
    faster_ = 0;
    lag_ = 0;
    shift_ = schedule - due;
  }

  // Behind the schedule, in real time.
  [[nodiscard]] double behind_ns(double schedule, double speed) const noexcept {
    return lag(schedule) / speed;
  }
  // Of the stalls before all that was not given up; of the last one what is made up of the worst by now.
  [[nodiscard]] double caught_up_ns(double schedule, double speed) const noexcept {
    return caught_up_ns_ + std::max(0.0, worst_ns_ - behind_ns(schedule, speed));
  }
  [[nodiscard]] double skipped_ns() const noexcept { return skipped_ns_; }
  [[nodiscard]] std::uint64_t stalls() const noexcept { return stalls_; }

 private:
  [[nodiscard]] double lag(double schedule) const noexcept {
    return std::max(0.0, lag_ - std::max(0.0, schedule - since_));
  }
  void give_up(double schedule_ns, double speed) noexcept {
    shift_ += schedule_ns;
    skipped_ns_ += schedule_ns / speed;
  }

  LatePolicy policy_;
  double shift_ = 0;  // for good, in schedule time
  double lag_ = 0;    // at `since_`, to be made up
  double since_ = 0;
  double speed_ = 0;
  double faster_ = 0;    // the tempo before, until what was due then has left
  double worst_ns_ = 0;  // of the last stall
  double caught_up_ns_ = 0;
  double skipped_ns_ = 0;
  std::uint64_t stalls_ = 0;
};

}  // namespace pktgen
