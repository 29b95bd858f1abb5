#include "udp_segment.h"

#include <netinet/udp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "error.h"
#include "segmentation.h"

namespace pktgen {
namespace {

constexpr std::array<std::uint8_t, 4> kSource{198, 18, 0, 1};       // NOLINT: RFC 2544
constexpr std::array<std::uint8_t, 4> kDestination{198, 19, 0, 1};  // NOLINT: RFC 2544
constexpr std::uint16_t kPort = 5000;
constexpr std::uint8_t kTtl = 64;
constexpr MacAddress kNearMac{2, 0, 0, 0, 0, 1};  // NOLINT: locally administered
constexpr MacAddress kFarMac{2, 0, 0, 0, 0, 2};   // NOLINT: locally administered

// The same code of the kernel for IPv4 and IPv6.
UdpPlan trial() {
  UdpPlan plan;
  UdpFlow flow{.source_port = kPort, .ttl = kTtl, .destination_port = kPort};
  flow.source = IpAddress::load(kSource.data(), false);
  flow.destination = IpAddress::load(kDestination.data(), false);
  plan.flows.push_back(flow);
  plan.destination_mac = kFarMac;
  return plan;
}

// By a veth that makes no checksums. Where nothing can be tried, nothing is known against it: a datagram that
// the kernel refuses later ends the run.
bool may_cut_without_checksums() {
  try {
    const auto where = NetworkNamespace::make_private();
    Links links(where);
    links.create_pair({.name = "near0", .mac = kNearMac}, {.name = "far0", .mac = kFarMac});
    links.disable_feature("near0", kChecksumFeature);
    links.set_up("near0");
    links.set_up("far0");
    const auto near = links.find("near0");
    if (!near) return true;
    const UdpPlan plan = trial();
    make_way(where, near->index, plan);
    const UniqueFd socket = open_udp_socket(*where, near->name, plan.flows.front(), true);
    constexpr int kSegmentBytes = 1;
    if (setsockopt(socket.get(), SOL_UDP, UDP_SEGMENT, &kSegmentBytes, sizeof(kSegmentBytes)) != 0)
      return true;
    constexpr std::array<std::uint8_t, 2> kPayload{};
    return send(socket.get(), kPayload.data(), kPayload.size(), 0) >= 0 || errno != EIO;
  } catch (const Error&) {
    return true;
  }
}

}  // namespace

void require_segments(const NetworkNamespace& where, const Link& link, const UdpPlan& plan) {
  require_cut_frames(where, link);
  if (!std::ranges::all_of(plan.flows, &UdpFlow::has_checksum)) {
    throw Error("NOT_PLAIN_UDP", "UDP_SEGMENT needs UDP checksums, and a stream is without");
  }
  const bool has_ipv6 =
      std::ranges::any_of(plan.flows, [](const UdpFlow& flow) { return flow.source.is_ipv6; });
  const bool has_ipv4 =
      std::ranges::any_of(plan.flows, [](const UdpFlow& flow) { return !flow.source.is_ipv6; });
  const bool makes_all =
      (!has_ipv4 || makes_checksums(where, link, false)) && (!has_ipv6 || makes_checksums(where, link, true));
  if (makes_all || may_cut_without_checksums()) return;
  throw Error("EIO", "this kernel cuts datagrams (UDP_SEGMENT) only for devices that make checksums, and " +
                         link.name + " makes none; use another --udp-call, or Linux 6.11");
}

}  // namespace pktgen
