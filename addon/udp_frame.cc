#include "udp_frame.h"

#include <linux/if_ether.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <string>

#include "bytes.h"
#include "checksum.h"
#include "error.h"

namespace pktgen {
namespace {

constexpr std::uint32_t kVlanTagBytes = 4;
constexpr std::uint32_t kEthertypeOffset = 12;
constexpr std::uint8_t kIpv4WithoutOptions = 0x45;
constexpr std::uint8_t kIpv6Version = 6;
constexpr std::uint32_t kBitsPerByte = 8;

[[noreturn]] void refuse(const std::string& reason) { throw Error("NOT_PLAIN_UDP", reason); }

std::uint16_t word(std::span<const std::uint8_t> frame, std::uint32_t offset) {
  if (offset + 2 > frame.size()) refuse("the frame ends within its headers");
  return load_network<std::uint16_t>(frame.data() + offset);
}

void require_ipv4(std::span<const std::uint8_t> frame, std::uint32_t ip) {
  if (frame[ip] != kIpv4WithoutOptions) refuse("its IPv4 header has options");
  if (frame[ip + ipv4::kProtocol] != IPPROTO_UDP) refuse("it is not UDP");
  if ((word(frame, ip + ipv4::kFragment) & ~ipv4::kDontFragment) != 0) refuse("it is an IPv4 fragment");
  if (word(frame, ip + ipv4::kTotalLength) != frame.size() - ip) {
    refuse("the length in its IPv4 header is not that of the frame");
  }
}

void require_ipv6(std::span<const std::uint8_t> frame, std::uint32_t ip) {
  if (frame[ip] >> 4U != kIpv6Version) refuse("it is not IP");
  if (frame[ip + ipv6::kNextHeader] != IPPROTO_UDP) refuse("UDP does not follow its IPv6 header directly");
  if (word(frame, ip + ipv6::kPayloadLength) != frame.size() - ip - kIpv6HeaderBytes) {
    refuse("the length in its IPv6 header is not that of the frame");
  }
}

struct HeaderField {
  std::uint32_t offset;
  const char* name;
};

// In the order of the headers; each reaches to the next one.
std::vector<HeaderField> header_fields(const UdpLayout& layout) {
  constexpr std::uint32_t kSourceMacOffset = 6;
  std::vector<HeaderField> fields{{0, "the destination MAC address"},
                                  {kSourceMacOffset, "the source MAC address"},
                                  {kEthertypeOffset, "the EtherType or VLAN tag"}};
  const auto ip = [&](std::uint32_t offset, const char* name) {
    fields.push_back({layout.ip + offset, name});
  };
  if (layout.is_ipv6) {
    ip(0, "the traffic class or flow label");
    ip(ipv6::kPayloadLength, "the IPv6 length");
    ip(ipv6::kNextHeader, "the next header");
    ip(ipv6::kHopLimit, "the hop limit");
    ip(ipv6::kSource, "the source address");
    ip(ipv6::kDestination, "the destination address");
  } else {
    ip(0, "the IPv4 version");
    ip(ipv4::kTos, "the TOS");
    ip(ipv4::kTotalLength, "the IPv4 length");
    ip(ipv4::kId, "the IPv4 id");
    ip(ipv4::kFragment, "the fragment offset");
    ip(ipv4::kTtl, "the TTL");
    ip(ipv4::kProtocol, "the protocol");
    ip(ipv4::kChecksum, "the IPv4 checksum");
    ip(ipv4::kSource, "the source address");
    ip(ipv4::kDestination, "the destination address");
  }
  fields.push_back({layout.udp + udp::kSourcePort, "the source port"});
  fields.push_back({layout.udp + udp::kDestinationPort, "the destination port"});
  fields.push_back({layout.udp + udp::kLength, "the UDP length"});
  fields.push_back({layout.udp + udp::kChecksum, "the UDP checksum"});
  return fields;
}

const char* field_at(const UdpLayout& layout, std::uint32_t offset) {
  const std::vector<HeaderField> fields = header_fields(layout);
  const auto next =
      std::ranges::find_if(fields, [&](const HeaderField& field) { return field.offset > offset; });
  return std::prev(next)->name;
}

// The first byte that an operation writes to, and the one behind the last.
struct Bytes {
  std::uint32_t from;
  std::uint32_t to;
};

Bytes written_by(const FieldOperation& field) {
  const std::uint32_t end_bit = field.container_bytes * kBitsPerByte - field.shift;
  return {.from = field.offset_bytes + (end_bit - field.bits) / kBitsPerByte,
          .to = field.offset_bytes + (end_bit + kBitsPerByte - 1) / kBitsPerByte};
}

bool within(const Bytes& bytes, std::uint32_t from, std::uint32_t size) {
  return bytes.from >= from && bytes.to <= from + size;
}

bool is_destination(const Bytes& bytes, const UdpLayout& layout) {
  return within(bytes, layout.destination(), layout.address_bytes()) ||
         within(bytes, layout.udp + udp::kDestinationPort, 2);
}

void require_constant(const StreamProgram& stream, const UdpLayout& layout, MayVary may_vary) {
  for (const FieldOperation& field : stream.fields) {
    const Bytes bytes = written_by(field);
    if (bytes.from >= layout.payload) continue;
    if (may_vary == MayVary::kDestination && is_destination(bytes, layout)) continue;
    refuse(std::string(field_at(layout, bytes.from)) + " varies");
  }
  for (const FillOperation& fill : stream.fills) {
    if (fill.from < layout.payload) refuse("its headers have random bytes");
  }
}

const ChecksumOperation* operation_at(const StreamProgram& stream, std::uint32_t offset) {
  const auto found = std::ranges::find(stream.checksums, offset, &ChecksumOperation::offset_bytes);
  return found == stream.checksums.end() ? nullptr : &*found;
}

// The checksum of a frame that nothing varies in.
bool is_right_udp(std::span<const std::uint8_t> frame, const UdpLayout& layout) {
  const auto datagram = frame.subspan(layout.udp);
  const std::uint64_t sum =
      pseudo_header_sum(frame, layout, static_cast<std::uint32_t>(datagram.size())) + sum_of(datagram);
  return fold(sum) == kLow16;
}

void require_ipv4_checksum(const StreamProgram& stream, const UdpLayout& layout,
                           std::span<const std::uint8_t> frame) {
  if (layout.is_ipv6) return;
  const ChecksumOperation* operation = operation_at(stream, layout.ip + ipv4::kChecksum);
  if (operation == nullptr && destination_varies(stream, layout)) {
    refuse("its IPv4 checksum is fixed, but its bytes vary");
  }
  const bool is_right = operation != nullptr
                            ? !operation->bad
                            : fold(sum_of(frame.subspan(layout.ip, kIpv4HeaderBytes))) == kLow16;
  if (!is_right) refuse("its IPv4 checksum is wrong on purpose");
}

void require_udp_checksum(const StreamProgram& stream, const UdpLayout& layout,
                          std::span<const std::uint8_t> frame) {
  const ChecksumOperation* operation = operation_at(stream, layout.udp + udp::kChecksum);
  if (operation != nullptr) {
    if (operation->bad) refuse("its UDP checksum is wrong on purpose");
    return;
  }
  if (word(frame, layout.udp + udp::kChecksum) == 0 && !layout.is_ipv6) return;
  // Whatever varies is the payload's or the destination's, which the checksum covers.
  if (!stream.fields.empty() || !stream.fills.empty())
    refuse("its UDP checksum is fixed, but its bytes vary");
  if (!is_right_udp(frame, layout)) refuse("its UDP checksum is wrong on purpose");
}

}  // namespace

UdpLayout udp_layout(std::span<const std::uint8_t> frame) {
  std::uint32_t type_at = kEthertypeOffset;
  while (word(frame, type_at) == ETH_P_8021Q || word(frame, type_at) == ETH_P_8021AD)
    type_at += kVlanTagBytes;
  const std::uint16_t type = word(frame, type_at);
  if (type != ETH_P_IP && type != ETH_P_IPV6) refuse("it is not IP");
  UdpLayout layout{};
  layout.is_ipv6 = type == ETH_P_IPV6;
  layout.ip = type_at + 2;
  layout.udp = layout.ip + (layout.is_ipv6 ? kIpv6HeaderBytes : kIpv4HeaderBytes);
  layout.payload = layout.udp + kUdpHeaderBytes;
  if (layout.payload > frame.size()) refuse("the frame ends within its headers");
  if (layout.is_ipv6) {
    require_ipv6(frame, layout.ip);
  } else {
    require_ipv4(frame, layout.ip);
  }
  if (word(frame, layout.udp + udp::kLength) != frame.size() - layout.udp) {
    refuse("the length in its UDP header is not that of the frame");
  }
  return layout;
}

UdpLayout constant_udp_layout(const StreamProgram& stream, MayVary may_vary) {
  UdpLayout layout{};
  for (const Variant& variant : stream.variants) {
    const std::vector<std::uint8_t> frame = stream.frame_of(variant);
    layout = udp_layout(frame);
    require_constant(stream, layout, may_vary);
    require_ipv4_checksum(stream, layout, frame);
    require_udp_checksum(stream, layout, frame);
  }
  return layout;
}

bool destination_varies(const StreamProgram& stream, const UdpLayout& layout) {
  return std::ranges::any_of(
      stream.fields, [&](const FieldOperation& field) { return is_destination(written_by(field), layout); });
}

std::uint32_t pseudo_header_sum(std::span<const std::uint8_t> frame, const UdpLayout& layout,
                                std::uint32_t udp_bytes) noexcept {
  // Source and destination address stand side by side.
  const auto addresses = frame.subspan(layout.source(), std::size_t{2} * layout.address_bytes());
  return fold(sum_of(addresses) + IPPROTO_UDP + udp_bytes);
}

std::uint64_t sum_of(std::span<const std::uint8_t> bytes) noexcept {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) sum += load_network<std::uint16_t>(bytes.data() + i);
  if (bytes.size() % 2 != 0) sum += std::uint64_t{bytes.back()} << kBitsPerByte;
  return sum;
}

}  // namespace pktgen
