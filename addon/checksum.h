// Sums in ones' complement (RFC 1071), and CRC-32C.
#pragma once

#include <array>
#include <cstdint>

#include "bytes.h"

namespace pktgen {

inline constexpr std::uint64_t kLow32 = 0xffffffff;
inline constexpr std::uint64_t kLow16 = 0xffff;

// What a value adds to a sum of 16-bit words. Words of 32 bits do as well, since 2^16 is 1 modulo 2^16 - 1;
// the result stays below 2^48, so that 2^16 of them fit in a sum of 64 bits.
inline std::uint64_t contribution(std::uint64_t value, std::uint32_t rotate) noexcept {
  return ((value & kLow32) + (value >> 32U)) << rotate;
}

inline std::uint32_t fold(std::uint64_t sum) noexcept {
  sum = (sum >> 32U) + (sum & kLow32);
  sum = (sum >> 16U) + (sum & kLow16);
  sum = (sum >> 16U) + (sum & kLow16);
  return static_cast<std::uint32_t>((sum >> 16U) + (sum & kLow16));
}

// CRC-32C (RFC 3385). A byte at a time: SCTP with a varied field is the only
// user, and the table works on every machine.
inline constexpr std::uint32_t kCrc32cReflectedPolynomial = 0x82f63b78;
inline constexpr std::uint32_t kLow8 = 0xff;

inline std::uint32_t crc32c(const std::uint8_t* bytes, std::uint32_t count) noexcept {
  static constexpr auto kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
      std::uint32_t crc = i;
      for (int bit = 0; bit < 8; ++bit)
        crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? kCrc32cReflectedPolynomial : 0U);
      table[i] = crc;
    }
    return table;
  }();
  std::uint32_t crc = ~0U;
  for (std::uint32_t i = 0; i < count; ++i) crc = (crc >> 8U) ^ kTable[(crc ^ bytes[i]) & kLow8];
  return ~crc;
}

}  // namespace pktgen
