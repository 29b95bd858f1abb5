// Random numbers that follow from a seed and a position alone: any worker can compute any of them.
#pragma once

#include <cstdint>

namespace pktgen {

inline constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15;

// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
// src/compile/random.ts has the same. Two multiplications: about 1.5 ns, like any other decent generator.
inline std::uint64_t mix64(std::uint64_t value) noexcept {
  // NOLINTBEGIN(readability-magic-numbers): the function is these numbers.
  std::uint64_t z = value + kGolden;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111eb;
  return z ^ (z >> 31U);
  // NOLINTEND(readability-magic-numbers)
}

// The n-th number of a seed: 0 to count - 1, all 64 bits for count 0. The upper half of a product instead of
// a division; the bias is below count / 2^64.
inline std::uint64_t random_below(std::uint64_t seed, std::uint64_t n, std::uint64_t count) noexcept {
  const std::uint64_t bits = mix64(seed + n * kGolden);
  if (count == 0) return bits;
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((Wide{bits} * count) >> 64U);
}

}  // namespace pktgen
