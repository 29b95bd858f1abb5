// The clocks, in nanoseconds. CLOCK_MONOTONIC costs about 20 ns through the vDSO: read it once a batch at
// most.
#pragma once

#include <pthread.h>

#include <cstdint>
#include <ctime>
#include <optional>

namespace pktgen {

inline constexpr std::uint64_t kNsPerSecond = 1'000'000'000;

inline std::uint64_t to_ns(const timespec& time) noexcept {
  return static_cast<std::uint64_t>(time.tv_sec) * kNsPerSecond + static_cast<std::uint64_t>(time.tv_nsec);
}

inline std::uint64_t clock_ns(clockid_t id) noexcept {
  timespec now{};
  clock_gettime(id, &now);
  return to_ns(now);
}

inline std::uint64_t monotonic_ns() noexcept { return clock_ns(CLOCK_MONOTONIC); }

inline void sleep_ns(std::int64_t duration_ns) noexcept {
  const timespec duration{.tv_sec = 0, .tv_nsec = duration_ns};
  nanosleep(&duration, nullptr);
}

// Between two looks at memory in which the kernel tells how far it is.
inline constexpr std::int64_t kPollNs = 50'000;

// CPU time of another thread, or nothing when that thread has ended.
inline std::optional<std::uint64_t> thread_cpu_ns(pthread_t thread) noexcept {
  clockid_t id{};
  timespec used{};
  if (pthread_getcpuclockid(thread, &id) != 0 || clock_gettime(id, &used) != 0) return std::nullopt;
  return to_ns(used);
}

}  // namespace pktgen
