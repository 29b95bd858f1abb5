// How late frames were handed to the kernel: a histogram of fixed size, written by one worker.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "cache_line.h"
#include "counters.h"

namespace pktgen {

// Each power of two is divided into eight classes, so that a percentile is exact to 12.5 %. The last class
// takes all from 18 minutes on.
class alignas(kCacheLineBytes) Lateness {
 public:
  static constexpr std::uint32_t kSubBits = 3;
  static constexpr std::uint32_t kSubs = 1U << kSubBits;
  static constexpr std::uint32_t kLargestBits = 40;
  static constexpr std::size_t kClasses = std::size_t{kLargestBits - kSubBits + 1} * kSubs;

  void add(std::uint64_t late_ns) noexcept { counts_[class_of(late_ns)].add(1); }
  [[nodiscard]] std::uint64_t count(std::size_t number) const noexcept { return counts_[number].get(); }

  // The first lateness that is beyond this class.
  [[nodiscard]] static constexpr std::uint64_t bound_ns(std::size_t number) noexcept {
    if (number < kSubs) return number + 1;
    const std::uint64_t octave = number / kSubs - 1;
    return (kSubs + number % kSubs + 1) << octave;
  }

 private:
  [[nodiscard]] static constexpr std::size_t class_of(std::uint64_t late_ns) noexcept {
    if (late_ns < kSubs) return late_ns;
    const auto octave = static_cast<std::uint32_t>(std::bit_width(late_ns)) - kSubBits - 1;
    const std::size_t number = std::size_t{octave} * kSubs + (late_ns >> octave);
    return number < kClasses ? number : kClasses - 1;
  }

  std::array<Counter, kClasses> counts_;
};

}  // namespace pktgen
