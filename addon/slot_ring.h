// The places of an engine's memory, in a ring.
#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "cache_line.h"
#include "slot.h"

namespace pktgen {

// So many small frames stay in the L1 cache.
inline constexpr std::size_t kUsualPlaces = 128;
// A ring of up to so many may hold a whole period of a mix; a longer one is not worth its cache misses.
inline constexpr std::size_t kMostPlaces = 1024;

class SlotRing {
 public:
  explicit SlotRing(std::size_t count) : slots_(count), ring_(2 * count) {
    for (std::size_t i = 0; i < ring_.size(); ++i) ring_[i] = &slots_[i % count];
  }

  [[nodiscard]] std::size_t size() const noexcept { return slots_.size(); }
  [[nodiscard]] Slot& operator[](std::size_t position) noexcept { return *ring_[position]; }

  // A position of at most twice the ring's length, as one within it.
  [[nodiscard]] std::size_t wrap(std::size_t position) const noexcept {
    return position < slots_.size() ? position : position - slots_.size();
  }

  // `count` slots from a position below size() on; they may go over the end of the ring, since its pointers
  // are there twice.
  [[nodiscard]] std::span<Slot* const> from(std::size_t position, std::size_t count) const noexcept {
    return {ring_.data() + position, count};
  }

 private:
  std::vector<Slot> slots_;
  std::vector<Slot*> ring_;
};

// Memory for a frame of up to so many bytes in each slot, which points there from then on.
inline std::vector<std::uint8_t> memory_of(SlotRing& slots, std::size_t longest_bytes) {
  const std::size_t stride_bytes = whole_lines(longest_bytes);
  std::vector<std::uint8_t> memory(slots.size() * stride_bytes);
  for (std::size_t i = 0; i < slots.size(); ++i) slots[i].data = memory.data() + i * stride_bytes;
  return memory;
}

// About `wanted` places, a multiple of `unit`, and of what the frames repeat after if that is not too many:
// then every place always holds the same frame, and is written once.
inline std::size_t ring_places(std::size_t wanted, std::size_t unit, std::size_t repeats_after,
                               std::size_t most) {
  const std::size_t whole = repeats_after == 0 ? unit : std::lcm(unit, repeats_after);
  if (whole == 0 || whole > most) return wanted / unit * unit;
  return wanted < whole ? whole : wanted / whole * whole;
}

}  // namespace pktgen
