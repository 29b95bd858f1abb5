// What the kernel's own UDP stack has to be told so that its datagrams are the planned ones: by flow, a
// socket.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "addresses.h"
#include "engine.h"
#include "udp_frame.h"
#include "unique_fd.h"

namespace pktgen {

// What all datagrams of one socket have in common.
struct UdpFlow {
  IpAddress source;
  std::uint16_t source_port = 0;
  std::uint8_t traffic_class = 0;  // IPv4: TOS
  std::uint8_t ttl = 0;            // IPv6: hop limit
  bool dont_fragment = false;
  bool has_checksum = true;
  // Only where the socket is connected; else as initialised.
  IpAddress destination;
  std::uint16_t destination_port = 0;

  bool operator==(const UdpFlow&) const = default;
};

// Of one frame; `connected` says whether the destination belongs to the flow.
UdpFlow udp_flow_of(const std::uint8_t* frame, const UdpLayout& layout, bool connected) noexcept;

struct UdpPlan {
  std::vector<UdpFlow> flows;
  bool destination_varies = false;      // in some stream: it has to be read from every frame
  bool is_uniform = false;              // all frames have the same headers
  std::vector<IpAddress> destinations;  // of the streams in which it does not vary
  MacAddress source_mac{};
  MacAddress destination_mac{};
};

// Throws Error NOT_PLAIN_UDP: the stream and what of it the stack would write differently, or what one socket
// cannot do.
UdpPlan plan_udp(const FrameProgram& program, bool connected);

// On an interface of the host: throws Error where the stack would not send to the planned MAC addresses; the
// message has the `ip` line that helps. In a private namespace: makes it do so.
void require_way(const NetworkNamespace& where, const Link& link, const UdpPlan& plan);
void make_way(const std::shared_ptr<const NetworkNamespace>& where, std::uint32_t interface_index,
              const UdpPlan& plan);

// Throws Error: EACCES for a port below 1024, EADDRNOTAVAIL for a source address that this host does not
// have.
UniqueFd open_udp_socket(const NetworkNamespace& where, const std::string& interface, const UdpFlow& flow,
                         bool connected);

// Of this thread's namespace: net.ipv4.ip_unprivileged_port_start.
std::uint32_t first_unprivileged_port();

// For msg_name. Returns the bytes used.
struct UdpAddress {
  alignas(8) std::array<std::uint8_t, 28> bytes{};  // NOLINT(readability-magic-numbers): struct sockaddr_in6
  std::uint32_t used = 0;

  static UdpAddress of(const IpAddress& address, std::uint16_t port) noexcept;
};

}  // namespace pktgen
