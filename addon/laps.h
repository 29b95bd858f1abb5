// Where a worker's time goes: its loop reads the clock once a lap, and each lap belongs to one thing.
#pragma once

#include <algorithm>
#include <cstdint>

#include "call_cost.h"
#include "call_meter.h"
#include "counters.h"

namespace pktgen {

// A lap in which nothing was due is idle, one in which nothing was sent had no room, every other one is work.
// Of work, one lap in 16.5 is measured in parts: its time, and that of its system calls; one in 64.5
// where laps are so short that measuring would show. The distance from one to the next is drawn anew each
// time, so that samples never lock onto laps of a ring or of a mix.
//
// Measured in parts, a lap reads the clock twice a call: that is taken off again. A lap more than eight times
// as long as others is left out: it was interrupted, and by what is not for us to split (Worker::off_cpu_ns
// knows how long others had the CPU). With a busy loop on the same CPU such laps would be more than half of
// all that is measured, at random in or out of a call.
class Laps {
 public:
  Laps(Counters& counters, CallMeter& calls) noexcept : counters_(counters), calls_(calls) {}

  void set_cost(const CallCost& cost) noexcept {
    counters_.empty_call_ns.set(cost.empty_call_ns);
    clock_ns_ = cost.clock_ns;
  }

  // The first lap begins, or the first one after a pause: what was before belongs to nothing. May lie ahead.
  void begin(std::uint64_t now_ns) noexcept { since_ns_ = now_ns; }

  // One lap ends, the next one begins.
  void lap(std::uint64_t now_ns) noexcept {
    if (kind_ != Kind::kWork) [[unlikely]]
      close(now_ns);
    since_ns_ = std::max(since_ns_, now_ns);
    if (--until_sample_ == 0) [[unlikely]]
      sample();
  }
  // No other one begins.
  void end(std::uint64_t now_ns) noexcept {
    close(now_ns);
    since_ns_ = std::max(since_ns_, now_ns);
  }

  // What this lap is. A reader sees idle time pass: a wait may be as long as the rate is low.
  void is_idle() noexcept {
    become(Kind::kIdle);
    counters_.idle.run(since_ns_);
  }
  void has_no_room() noexcept { become(Kind::kRoom); }

 private:
  enum class Kind : std::uint8_t { kWork, kSampled, kIdle, kRoom };

  static constexpr std::uint64_t kFarOff = 8;
  static constexpr std::uint64_t kLearning = 8;
  // Knuth's MMIX generator; its upper bits make distances of 1 to 32, or to 128.
  static constexpr std::uint64_t kFactor = 6'364'136'223'846'793'005;
  static constexpr std::uint64_t kSummand = 1'442'695'040'888'963'407;
  static constexpr std::uint64_t kShift = 59;
  static constexpr std::uint64_t kShiftOfShort = 57;
  static constexpr std::uint64_t kShortNs = 2'000;

  void become(Kind kind) noexcept {
    if (kind_ == Kind::kSampled) (void)calls_.disarm();
    kind_ = kind;
  }

  void sample() noexcept {
    random_ = random_ * kFactor + kSummand;
    until_sample_ = 1 + (random_ >> (typical_ns_ < kShortNs ? kShiftOfShort : kShift));
    calls_.arm();
    kind_ = Kind::kSampled;
  }

  void close(std::uint64_t now_ns) noexcept {
    const std::uint64_t lap_ns = now_ns - std::min(now_ns, since_ns_);
    if (kind_ == Kind::kIdle) counters_.idle.hold(now_ns);
    if (kind_ == Kind::kRoom) counters_.room_ns.add(lap_ns);
    if (kind_ == Kind::kSampled) account(lap_ns, calls_.disarm());
    kind_ = Kind::kWork;
  }

  void account(std::uint64_t lap_ns, const CallMeter::Taken& taken) noexcept {
    if (typical_ns_ != 0 && lap_ns > typical_ns_ * kFarOff) {
      typical_ns_ *= 2;  // should laps have become that long, they soon count
      return;
    }
    typical_ns_ = typical_ns_ == 0 ? lap_ns : (typical_ns_ * (kLearning - 1) + lap_ns) / kLearning;
    const std::uint64_t own_ns = clock_ns_ * taken.calls;
    const std::uint64_t in_calls_ns = taken.ns - std::min(taken.ns, own_ns);
    counters_.sampled_ns.add(std::max(lap_ns - std::min(lap_ns, 2 * own_ns), in_calls_ns));
    counters_.sampled_call_ns.add(in_calls_ns);
    counters_.sampled_calls.add(taken.calls);
  }

  Counters& counters_;
  CallMeter& calls_;
  std::uint64_t since_ns_ = 0;
  std::uint64_t until_sample_ = kFarOff;
  std::uint64_t random_ = 1;
  std::uint64_t clock_ns_ = 0;
  std::uint64_t typical_ns_ = 0;
  Kind kind_ = Kind::kWork;
};

}  // namespace pktgen
