// What the map of a live program holds before the first frame: its state, and the tables it reads.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace pktgen {

class LiveMemory {
 public:
  // Room for `bytes` zeros; returns its offset, a multiple of 8.
  std::uint32_t reserve(std::size_t bytes) {
    const std::size_t at = (content_.size() + 7) / 8 * 8;
    content_.resize(at + bytes);
    return static_cast<std::uint32_t>(at);
  }

  template <typename Number>
  std::uint32_t add(std::span<const Number> numbers) {
    const std::uint32_t at = reserve(numbers.size_bytes());
    if (!numbers.empty()) std::memcpy(content_.data() + at, numbers.data(), numbers.size_bytes());
    return at;
  }

  template <typename Number>
  void put(std::uint32_t offset, Number value) {
    std::memcpy(content_.data() + offset, &value, sizeof(value));
  }

  [[nodiscard]] const std::vector<std::uint8_t>& content() const noexcept { return content_; }

 private:
  std::vector<std::uint8_t> content_;
};

}  // namespace pktgen
