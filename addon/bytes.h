// Numbers in network byte order at any address.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace pktgen {

template <typename Number>
Number swap_to_network(Number value) noexcept {
  if constexpr (std::endian::native == std::endian::big || sizeof(Number) == 1) {
    return value;
  } else if constexpr (sizeof(Number) == 2) {
    return __builtin_bswap16(value);
  } else if constexpr (sizeof(Number) == 4) {
    return __builtin_bswap32(value);
  } else {
    return __builtin_bswap64(value);
  }
}

template <typename Number>
Number load_network(const std::uint8_t* at) noexcept {
  Number value;
  std::memcpy(&value, at, sizeof(value));
  return swap_to_network(value);
}

template <typename Number>
void store_network(std::uint8_t* at, Number value) noexcept {
  const Number swapped = swap_to_network(value);
  std::memcpy(at, &swapped, sizeof(swapped));
}

}  // namespace pktgen
