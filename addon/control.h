// What all workers of a run obey. Read once a batch, written a few times in a run: the lines stay shared in
// every cache.
#pragma once

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <climits>
#include <cstdint>
#include <ctime>

#include "budget.h"
#include "cache_line.h"
#include "clock.h"
#include "tempo.h"

namespace pktgen {

// Rings whenever something was ordered: a sleeping worker wakes up at once.
class Bell {
 public:
  void ring() noexcept {
    rung_.fetch_add(1, std::memory_order_release);
    syscall(SYS_futex, &rung_, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
  }
  // Read it before what is ordered, and nothing is missed.
  [[nodiscard]] std::uint32_t heard() const noexcept { return rung_.load(std::memory_order_acquire); }

  // Until it rings again, or until `real_ns` (CLOCK_MONOTONIC); returns early now and then.
  void sleep(std::uint32_t heard, double real_ns) const noexcept {
    constexpr double kLongestNs = 1e18;
    const auto at = static_cast<std::uint64_t>(std::clamp(real_ns, 0.0, kLongestNs));
    const timespec until{.tv_sec = static_cast<time_t>(at / kNsPerSecond),
                         .tv_nsec = static_cast<long>(at % kNsPerSecond)};
    // The BITSET variant takes an absolute time: futex(2).
    syscall(SYS_futex, &rung_, FUTEX_WAIT_BITSET_PRIVATE, heard, &until, nullptr, FUTEX_BITSET_MATCH_ANY);
  }

 private:
  std::atomic<std::uint32_t> rung_{0};
  static_assert(std::atomic<std::uint32_t>::is_always_lock_free);
};

class alignas(kCacheLineBytes) Control {
 public:
  enum Command : std::uint32_t { kHold, kRun, kPause, kStop };

  Control(double speed, std::uint64_t frames) : budget_(frames), tempo_(speed) {}

  // One thread orders.
  void start(double real_ns) {
    tempo_.run(real_ns);
    order(kRun);
  }
  void pause() {
    if (!replace(kRun, kPause)) return;
    tempo_.pause(now());
    bell_.ring();
  }
  void resume() {
    if (command() != kPause) return;
    tempo_.run(now());
    if (replace(kPause, kRun)) bell_.ring();
  }
  void set_speed(double speed) {
    tempo_.set_speed(now(), speed);
    bell_.ring();
  }
  void order(Command next) noexcept {
    command_.store(next, std::memory_order_release);
    bell_.ring();
  }

  [[nodiscard]] std::uint32_t command() const noexcept { return command_.load(std::memory_order_acquire); }
  [[nodiscard]] const Tempo& tempo() const noexcept { return tempo_.now(); }
  [[nodiscard]] const Bell& bell() const noexcept { return bell_; }
  [[nodiscard]] Budget& budget() noexcept { return budget_; }

 private:
  static double now() noexcept { return static_cast<double>(monotonic_ns()); }
  bool replace(std::uint32_t from, Command to) noexcept {
    return command_.compare_exchange_strong(from, to, std::memory_order_release);
  }

  Budget budget_;  // the only part that workers write: lines of its own
  TempoLine tempo_;
  std::atomic<std::uint32_t> command_{kHold};
  Bell bell_;
};

}  // namespace pktgen
