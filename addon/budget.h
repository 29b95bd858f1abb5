// A number of frames that workers share while they run.
#pragma once

#include <atomic>
#include <cstdint>

#include "cache_line.h"

namespace pktgen {

inline constexpr std::uint64_t kNoLimit = UINT64_MAX;

// Frames that all workers together may still send, where they do not each have a fixed part.
class alignas(kCacheLineBytes) Budget {
 public:
  explicit Budget(std::uint64_t frames) : left_(frames) {}
  [[nodiscard]] bool take() noexcept {
    std::uint64_t left = left_.load(std::memory_order_relaxed);
    while (left > 0) {
      if (left == kNoLimit || left_.compare_exchange_weak(left, left - 1, std::memory_order_relaxed))
        return true;
    }
    return false;
  }
  void give_back() noexcept {
    if (left_.load(std::memory_order_relaxed) != kNoLimit) left_.fetch_add(1, std::memory_order_relaxed);
  }
  [[nodiscard]] bool is_empty() const noexcept { return left_.load(std::memory_order_relaxed) == 0; }

 private:
  std::atomic<std::uint64_t> left_;
};

}  // namespace pktgen
