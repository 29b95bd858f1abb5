// What an engine's system calls are made through: it counts them, and on demand takes their time.
#pragma once

#include <cstdint>

#include "clock.h"

namespace pktgen {

// One engine's, used by its worker's thread only. Not armed it costs a count; armed two reads of the clock.
class CallMeter {
 public:
  // Since the last arm().
  struct Taken {
    std::uint64_t ns = 0;  // within calls, the price of a clock read in each
    std::uint64_t calls = 0;
  };

  // Makes the call and returns what it returns. errno stays that of the call: reading the clock succeeds, and
  // what succeeds leaves errno alone.
  template <typename Call>
  auto make(const Call& call) noexcept {
    ++calls_;
    if (!armed_) [[likely]]
      return call();
    const std::uint64_t before_ns = monotonic_ns();
    const auto answer = call();
    taken_.ns += monotonic_ns() - before_ns;
    ++taken_.calls;
    return answer;
  }

  // All that were ever made.
  [[nodiscard]] std::uint64_t calls() const noexcept { return calls_; }

  void arm() noexcept {
    armed_ = true;
    taken_ = {};
  }
  Taken disarm() noexcept {
    armed_ = false;
    return taken_;
  }

 private:
  std::uint64_t calls_ = 0;
  Taken taken_;
  bool armed_ = false;
};

}  // namespace pktgen
