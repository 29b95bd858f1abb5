#include "gso.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "bytes.h"
#include "checksum.h"
#include "error.h"
#include "kernel_constants.h"
#include "links.h"
#include "packet_socket.h"
#include "segmentation.h"
#include "transmit_ring.h"

namespace pktgen {
namespace {

constexpr std::uint32_t kMostIpBytes = 65535;

// What goes into the packet buffer itself; the kernel cuts that faster than pieces of the ring. Measured on
// veth, 64 segments of 60-byte frames, best of ten runs of a bare loop: 1.83 Mpps with the whole packet, 1.53
// with one frame, 1.4 with its 42 bytes of headers. Of longer packets only one frame: a large buffer is slow
// to get.
constexpr std::uint32_t kMaximumLinearBytes = 4096;

[[noreturn]] void refuse(const std::string& reason) { throw Error("NOT_PLAIN_UDP", reason); }

GsoStream stream_of(const StreamProgram& stream) {
  if (stream.variants.size() > 1) refuse("it has several frame sizes");
  GsoStream out{.layout = constant_udp_layout(stream, MayVary::kNothing), .headers = {}, .payload_bytes = 0};
  const std::vector<std::uint8_t> frame = stream.frame_of(stream.variants.front());
  out.headers.assign(frame.begin(), frame.begin() + out.layout.payload);
  out.payload_bytes = static_cast<std::uint32_t>(frame.size()) - out.layout.payload;
  if (out.payload_bytes == 0) refuse("it has no payload");
  const std::uint32_t checksum_at = out.layout.udp + udp::kChecksum;
  const bool is_computed = std::ranges::find(stream.checksums, checksum_at,
                                             &ChecksumOperation::offset_bytes) != stream.checksums.end();
  if (!is_computed && load_network<std::uint16_t>(frame.data() + checksum_at) == 0) {
    refuse("it has no UDP checksum, and the kernel would write one");
  }
  return out;
}

// A datagram of so many segments with one byte each, for a MAC address that nobody has.
std::vector<std::uint8_t> trial(std::uint32_t segments) {
  constexpr std::array<std::uint8_t, kEthernetHeaderBytes + kIpv4HeaderBytes> kHeaders{
      2,   0,  0, 0, 0,   2,  2,  0, 0,  0,  0, 1, 8, 0,  // NOLINT: Ethernet, IPv4 follows
      69,  0,  0, 0, 0,   0,  64, 0, 64, 17, 0, 0,        // NOLINT: version and length 0x45, DF, TTL 64, UDP
      198, 18, 0, 1, 198, 19, 0,  1};                     // NOLINT: RFC 2544
  GsoStream stream{.layout = {.is_ipv6 = false,
                              .ip = kEthernetHeaderBytes,
                              .udp = kHeaders.size(),
                              .payload = kHeaders.size() + kUdpHeaderBytes},
                   .headers = {kHeaders.begin(), kHeaders.end()},
                   .payload_bytes = 1};
  stream.headers.resize(stream.layout.payload);
  std::vector<std::uint8_t> packet(kPrefixBytes + stream.layout.payload + segments);
  stream.write_headers(packet.data(), segments);
  return packet;
}

// Tries on the loopback interface of a namespace that lasts only for this; what arrives there is for another
// host and goes no further. A kernel before 6.2, or one that cuts into fewer, answers EINVAL. Where nothing
// can be tried, nothing is known against it: a packet that the kernel refuses later ends the run.
bool may_cut_into(std::uint32_t segments) {
  try {
    const auto where = NetworkNamespace::make_private();
    Links links(where);
    links.set_up("lo");
    const auto lo = links.find("lo");
    if (!lo) return true;
    const UniqueFd socket = where->open_socket(AF_PACKET, SOCK_RAW, 0);
    set_socket_option(socket.get(), SOL_PACKET, PACKET_VNET_HDR, 1, "PACKET_VNET_HDR");
    const sockaddr_ll to = packet_destination(lo->index, false);
    const std::vector<std::uint8_t> packet = trial(segments);
    const ssize_t sent = sendto(socket.get(), packet.data(), packet.size(), 0,
                                reinterpret_cast<const sockaddr*>(&to), sizeof(to));
    return sent >= 0 || errno != EINVAL;
  } catch (const Error&) {
    return true;
  }
}

}  // namespace

bool GsoStream::owns(const std::uint8_t* frame, std::uint32_t bytes) const noexcept {
  return bytes == frame_bytes() && std::memcmp(frame, headers.data(), layout.udp + udp::kChecksum) == 0;
}

std::uint32_t GsoStream::most_segments(std::uint32_t asked) const noexcept {
  return std::clamp((kMostIpBytes - (layout.payload - layout.ip)) / payload_bytes, 1U, asked);
}

void GsoStream::write_headers(std::uint8_t* data, std::uint32_t segments) const noexcept {
  const std::uint32_t udp_bytes = kUdpHeaderBytes + segments * payload_bytes;
  const auto store = [&](std::uint32_t offset, std::uint32_t value) {
    store_network(data + kPrefixBytes + offset, static_cast<std::uint16_t>(value));
  };
  const std::uint32_t packet_bytes = layout.payload + segments * payload_bytes;
  const std::uint32_t linear_bytes = packet_bytes <= kMaximumLinearBytes ? packet_bytes : frame_bytes();
  const kernel::VirtioNetHeader prefix{
      .flags = kernel::kVirtioNeedsChecksum,
      .gso_type = kernel::kVirtioGsoUdpL4,
      .hdr_len = static_cast<std::uint16_t>(linear_bytes),
      .gso_size = static_cast<std::uint16_t>(payload_bytes),
      .csum_start = static_cast<std::uint16_t>(layout.udp),
      .csum_offset = udp::kChecksum,
  };
  std::memcpy(data, &prefix, sizeof(prefix));
  std::memcpy(data + kPrefixBytes, headers.data(), headers.size());
  if (layout.is_ipv6) {
    store(layout.ip + ipv6::kPayloadLength, udp_bytes);
  } else {
    store(layout.ip + ipv4::kTotalLength, kIpv4HeaderBytes + udp_bytes);
    store(layout.ip + ipv4::kChecksum, 0);
    const std::span<const std::uint8_t> ip{data + kPrefixBytes + layout.ip, kIpv4HeaderBytes};
    store(layout.ip + ipv4::kChecksum, ~fold(sum_of(ip)));
  }
  store(layout.udp + udp::kLength, udp_bytes);
  // The kernel adds the rest, for each frame: it wants the sum of the pseudo header there.
  store(layout.udp + udp::kChecksum, pseudo_header_sum(headers, layout, udp_bytes));
}

std::vector<GsoStream> plan_gso(const FrameProgram& program) {
  std::vector<GsoStream> streams;
  for (std::size_t i = 0; i < program.streams.size(); ++i) {
    try {
      streams.push_back(stream_of(program.streams[i]));
    } catch (const Error& error) {
      const std::string which =
          program.streams.size() == 1 ? "these frames" : "stream " + std::to_string(i + 1);
      throw Error(error.code(),
                  "the kernel cannot cut " + which + " out of a large packet (--gso): " + error.what());
    }
  }
  return streams;
}

void require_gso(const NetworkNamespace& where, const Link& link, const EngineOptions& options) {
  const auto segments = static_cast<std::uint32_t>(options.number("gso"));
  if (options.flag("qdiscBypass")) {
    throw Error("EXCLUSIVE",
                "--gso and --qdisc-bypass exclude each other: the kernel cuts packets on their way "
                "through the queueing discipline");
  }
  require_whole_frames(where, link);
  if (may_cut_into(segments)) return;
  constexpr std::uint32_t kMostSegmentsBefore = 64;  // UDP_MAX_SEGMENTS: 128 since Linux 6.9
  throw Error("EINVAL", segments > kMostSegmentsBefore && may_cut_into(kMostSegmentsBefore)
                            ? "this kernel cuts a packet into 64 at most; use --gso 64"
                            : "this kernel does not cut UDP packets of packet sockets (Linux 6.2 does)");
}

}  // namespace pktgen
