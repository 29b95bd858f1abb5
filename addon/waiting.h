// How a worker waits until its next frame is due.
#pragma once

#include <algorithm>
#include <cstdint>

#include "asleep.h"
#include "clock.h"
#include "control.h"
#include "schedule.h"

namespace pktgen {

inline void relax_cpu() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Sleeping is cheap and late, spinning is exact and takes a whole CPU. The hybrid sleeps until a margin
// before the moment and spins through that. How late a sleeper wakes up, and what that costs, depends on the
// machine and what else it does, so both are learnt. In a virtual machine every sleep means a timer set
// through the hypervisor: 22 µs of CPU on that of docs/measurements.md.
class Waiting {
 public:
  Waiting(Pacing pacing, const Bell& bell, Asleep& asleep) : pacing_(pacing), bell_(bell), asleep_(asleep) {}

  // Until `real_ns`, or the bell rings; may return earlier.
  void until(double real_ns, std::uint32_t heard) noexcept {
    if (pacing_ == Pacing::kSleep) {
      sleep(real_ns, heard);
      return;
    }
    if (pacing_ == Pacing::kHybrid) doze(real_ns, heard);
    while (bell_.heard() == heard && now() < real_ns) relax_cpu();
  }

 private:
  // Only sleeping: at most this part of a CPU goes into waking up. Where frames are due more often, those
  // that have become due leave together.
  static constexpr double kWakingShare = 1.0 / 16;
  static constexpr double kLearning = 1.0 / 16;
  // Less than what counts as late: where waking up costs a lot, the rate still goes before the CPU.
  static constexpr double kLongestNapNs = 700'000;

  // The margin is such that one wake-up in two hundred comes after it, within these bounds: the part of the
  // time between two frames that may be spent spinning, and what is worth it in any case.
  static constexpr double kSpinningShare = 0.06;
  static constexpr double kWorthNs = 50'000;
  static constexpr double kLeastMarginNs = 10'000;
  static constexpr double kMostMarginNs = 250'000;
  static constexpr double kStepNs = 4'000;
  static constexpr double kLateShare = 0.005;

  static double now() noexcept { return static_cast<double>(monotonic_ns()); }

  void sleep(double real_ns, std::uint32_t heard) noexcept {
    const double until_ns = std::max(real_ns, awake_ns_ + std::min(cost_ns_ / kWakingShare, kLongestNapNs));
    const std::uint64_t used_ns = asleep_.during([&] { bell_.sleep(heard, until_ns); });
    cost_ns_ += (static_cast<double>(used_ns) - cost_ns_) * kLearning;
    awake_ns_ = now();
  }

  void doze(double real_ns, std::uint32_t heard) noexcept {
    const double start_ns = now();
    const double most_ns = std::max(kWorthNs, (real_ns - start_ns) * kSpinningShare);
    const double wake_ns = real_ns - std::min(margin_ns_, most_ns);
    if (wake_ns <= start_ns) return;
    double awake_ns = 0;
    asleep_.during([&] {
      bell_.sleep(heard, wake_ns);
      awake_ns = now();
    });
    if (bell_.heard() == heard) learn(awake_ns - wake_ns);
  }

  // Moves towards the quantile: up by a step when later than the margin, down by its share of one when not.
  void learn(double overslept_ns) noexcept {
    margin_ns_ += overslept_ns > margin_ns_ ? kStepNs : -kStepNs * kLateShare;
    margin_ns_ = std::clamp(margin_ns_, kLeastMarginNs, kMostMarginNs);
  }

  Pacing pacing_;
  const Bell& bell_;
  Asleep& asleep_;
  double margin_ns_ = kWorthNs;
  double cost_ns_ = 0;
  double awake_ns_ = 0;
};

}  // namespace pktgen
