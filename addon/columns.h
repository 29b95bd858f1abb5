// Loops over a column: one value for each frame of a batch.
//
// Each loop does one thing, so that the compiler turns it into vector instructions; with AVX2, where the
// processor has it, four frames at a time (docs/measurements.md has what that gains). Nothing here depends on
// x86: other processors get what their baseline offers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace pktgen {

inline constexpr std::uint32_t kColumnFrames = 64;
using Column = std::array<std::uint64_t, kColumnFrames>;

namespace columns {

// start, start + distance, start + 2 * distance …
void count_up(Column& column, std::size_t frames, std::uint64_t start, std::uint64_t distance) noexcept;

void fill(Column& column, std::size_t frames, std::uint64_t value) noexcept;

// ((first + position * step) >> take) & mask
void scale(Column& values, const Column& positions, std::size_t frames, std::uint64_t first,
           std::uint64_t step, std::uint32_t take, std::uint64_t mask) noexcept;

// Adds what each value contributes to its frame's sum of 16-bit words.
void accumulate(Column& sums, const Column& values, std::size_t frames, std::uint32_t rotate) noexcept;

// The complement of each folded sum: an Internet checksum (RFC 1071).
void complement(Column& values, const Column& sums, std::size_t frames) noexcept;

}  // namespace columns
}  // namespace pktgen
