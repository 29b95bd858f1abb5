// UDP over plain IPv4 or IPv6: where its headers lie in a frame, and what of them a stream leaves constant.
// For engines that let the kernel make headers or cut datagrams. RFC 768, RFC 791, RFC 8200.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "program.h"

namespace pktgen {

inline constexpr std::uint32_t kEthernetHeaderBytes = 14;
inline constexpr std::uint32_t kIpv4HeaderBytes = 20;
inline constexpr std::uint32_t kIpv6HeaderBytes = 40;
inline constexpr std::uint32_t kUdpHeaderBytes = 8;

// Offsets of the fields that are read and written here, from the start of their header.
namespace ipv4 {
inline constexpr std::uint32_t kTos = 1;
inline constexpr std::uint32_t kTotalLength = 2;
inline constexpr std::uint32_t kId = 4;
inline constexpr std::uint32_t kFragment = 6;  // flags and fragment offset
inline constexpr std::uint32_t kTtl = 8;
inline constexpr std::uint32_t kProtocol = 9;
inline constexpr std::uint32_t kChecksum = 10;
inline constexpr std::uint32_t kSource = 12;
inline constexpr std::uint32_t kDestination = 16;
inline constexpr std::uint16_t kDontFragment = 0x4000;
}  // namespace ipv4
namespace ipv6 {
inline constexpr std::uint32_t kPayloadLength = 4;
inline constexpr std::uint32_t kNextHeader = 6;
inline constexpr std::uint32_t kHopLimit = 7;
inline constexpr std::uint32_t kSource = 8;
inline constexpr std::uint32_t kDestination = 24;
}  // namespace ipv6
namespace udp {
inline constexpr std::uint32_t kSourcePort = 0;
inline constexpr std::uint32_t kDestinationPort = 2;
inline constexpr std::uint32_t kLength = 4;
inline constexpr std::uint32_t kChecksum = 6;
}  // namespace udp

struct UdpLayout {
  bool is_ipv6;
  std::uint32_t ip;       // where the IP header begins; behind VLAN tags, if there are any
  std::uint32_t udp;      // where the UDP header begins
  std::uint32_t payload;  // where what it carries begins

  [[nodiscard]] std::uint32_t source() const noexcept {
    return ip + (is_ipv6 ? ipv6::kSource : ipv4::kSource);
  }
  [[nodiscard]] std::uint32_t destination() const noexcept {
    return ip + (is_ipv6 ? ipv6::kDestination : ipv4::kDestination);
  }
  [[nodiscard]] std::uint32_t address_bytes() const noexcept {
    return is_ipv6 ? 16 : 4;  // NOLINT(readability-magic-numbers): RFC 8200 and RFC 791
  }
};

// Where the headers are. Throws Error NOT_PLAIN_UDP with a reason that completes "this engine cannot send it:
// …" where they are not those of a whole UDP datagram directly in IPv4 without options or in IPv6 without
// extension headers, with the lengths that the frame has.
UdpLayout udp_layout(std::span<const std::uint8_t> frame);

// Besides the payload.
enum class MayVary : std::uint8_t { kNothing, kDestination };  // address and port

// Of all variants of a stream. Throws Error NOT_PLAIN_UDP: as udp_layout, for a header field that varies (it
// is named), and for checksums that are wrong on purpose or stay fixed while what they cover varies. IPv4 may
// be without UDP checksum.
UdpLayout constant_udp_layout(const StreamProgram& stream, MayVary may_vary);

// Some field of the stream's destination address or port varies.
bool destination_varies(const StreamProgram& stream, const UdpLayout& layout);

// The ones' complement sum of the pseudo header, folded; the length is that of the UDP header and its
// payload.
std::uint32_t pseudo_header_sum(std::span<const std::uint8_t> frame, const UdpLayout& layout,
                                std::uint32_t udp_bytes) noexcept;
std::uint64_t sum_of(std::span<const std::uint8_t> bytes) noexcept;

}  // namespace pktgen
