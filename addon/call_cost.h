// What measuring costs, and what the least that a system call can cost: on the CPU of the caller.
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

#include "clock.h"

namespace pktgen {

struct CallCost {
  std::uint64_t empty_call_ns = 0;  // into the kernel and back, with nothing done there
  std::uint64_t clock_ns = 0;       // one read of CLOCK_MONOTONIC
};

namespace call_cost {

inline constexpr std::uint64_t kRounds = 8;
inline constexpr std::uint64_t kTimes = 32;

// The least of several rounds: an interrupt, a cold cache, a CPU on its way up from a low clock and stolen
// time can only add to what a round takes, and nothing can make it shorter.
template <typename What>
std::uint64_t least_ns(const What& what) noexcept {
  std::uint64_t least = UINT64_MAX;
  for (std::uint64_t round = 0; round < kRounds; ++round) {
    const std::uint64_t before_ns = monotonic_ns();
    for (std::uint64_t i = 0; i < kTimes; ++i) what();
    least = std::min(least, monotonic_ns() - before_ns);
  }
  return (least + kTimes / 2) / kTimes;
}

}  // namespace call_cost

// Takes 256 empty calls and as many reads of the clock: below 100 µs. getppid(2) looks at one word and takes
// no lock; by syscall(2), as no C library answers it from a copy then.
inline CallCost measure_call_cost() noexcept {
  return {.empty_call_ns = call_cost::least_ns([] { (void)syscall(SYS_getppid); }),
          .clock_ns = call_cost::least_ns([] { (void)monotonic_ns(); })};
}

}  // namespace pktgen
