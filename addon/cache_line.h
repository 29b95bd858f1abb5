// Memory that one worker writes fills whole cache lines, so that no other waits for it.
#pragma once

#include <cstddef>
#include <new>

namespace pktgen {

inline constexpr std::size_t kCacheLineBytes = 64;

constexpr std::size_t whole_lines(std::size_t bytes) noexcept {
  return (bytes + kCacheLineBytes - 1) / kCacheLineBytes * kCacheLineBytes;
}

// For containers.
template <typename Element>
struct LineAllocator {
  using value_type = Element;

  LineAllocator() = default;
  template <typename Other>
  explicit(false) LineAllocator(const LineAllocator<Other>& /*other*/) noexcept {}

  [[nodiscard]] Element* allocate(std::size_t count) {
    return static_cast<Element*>(::operator new(whole_lines(count * sizeof(Element)), kAlignment));
  }
  void deallocate(Element* start, std::size_t /*count*/) noexcept { ::operator delete(start, kAlignment); }

  friend bool operator==(const LineAllocator& /*left*/, const LineAllocator& /*right*/) { return true; }

 private:
  static constexpr std::align_val_t kAlignment{kCacheLineBytes};
};

}  // namespace pktgen
