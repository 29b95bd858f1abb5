#include "udp_flows.h"

#include <linux/if_ether.h>
#include <linux/in6.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <fstream>

#include "bytes.h"
#include "error.h"
#include "packet_socket.h"
#include "refusals.h"

namespace pktgen {
namespace {

// Each flow is a socket, and each change of flow a system call of its own: an application with more would not
// be the base line that this is for.
constexpr std::size_t kMostFlows = 64;
constexpr std::uint32_t kLowNibble = 0xf;
constexpr std::uint32_t kFlowLabelMask = 0xfffff;
constexpr std::uint8_t kFirstIpv4Multicast = 224;
constexpr std::uint8_t kFirstIpv6Multicast = 0xff;

[[noreturn]] void refuse(const std::string& reason) { throw Error("NOT_PLAIN_UDP", reason); }

MacAddress mac_at(const std::vector<std::uint8_t>& frame, std::size_t offset) {
  MacAddress mac{};
  std::memcpy(mac.data(), frame.data() + offset, mac.size());
  return mac;
}

std::string text_of(const MacAddress& mac) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : mac) {
    if (!text.empty()) text += ':';
    text += {kDigits[byte >> 4U], kDigits[byte & kLowNibble]};
  }
  return text;
}

IpAddress destination_of(const std::uint8_t* frame, const UdpLayout& layout) {
  return IpAddress::load(frame + layout.destination(), layout.is_ipv6);
}

bool is_unicast(const IpAddress& address) {
  return address.bytes[0] < (address.is_ipv6 ? kFirstIpv6Multicast : kFirstIpv4Multicast) &&
         std::ranges::any_of(address.used(), [](std::uint8_t byte) { return byte != 0; });
}

// What the stack would write differently without a word.
void require_what_the_stack_writes(const std::vector<std::uint8_t>& frame, const UdpLayout& layout) {
  if (layout.ip != kEthernetHeaderBytes) refuse("it has a VLAN tag, which a UDP socket does not write");
  if (layout.is_ipv6 && (load_network<std::uint32_t>(frame.data() + layout.ip) & kFlowLabelMask) != 0) {
    refuse("its IPv6 flow label is not 0, and a UDP socket writes none");
  }
  if (!layout.is_ipv6 && load_network<std::uint16_t>(frame.data() + layout.ip + ipv4::kId) != 0) {
    refuse("its IPv4 id is not 0, and the kernel writes its own");
  }
  const IpAddress source = IpAddress::load(frame.data() + layout.source(), layout.is_ipv6);
  if (!is_unicast(source)) refuse("its source " + source.text() + " is no unicast address");
  const IpAddress destination = destination_of(frame.data(), layout);
  if (!is_unicast(destination)) {
    refuse("its destination " + destination.text() +
           " is no unicast address, and for others the stack makes up a MAC address");
  }
  if (load_network<std::uint16_t>(frame.data() + layout.udp + udp::kSourcePort) == 0 ||
      load_network<std::uint16_t>(frame.data() + layout.udp + udp::kDestinationPort) == 0) {
    refuse("port 0 means any port to a UDP socket");
  }
}

void add_stream(const StreamProgram& stream, bool connected, UdpPlan& plan) {
  const UdpLayout layout = constant_udp_layout(stream, MayVary::kDestination);
  const bool varies = destination_varies(stream, layout);
  if (varies && connected) refuse("its destination varies, and send() is for one; use sendmsg or sendmmsg");
  plan.destination_varies = plan.destination_varies || varies;
  for (const Variant& variant : stream.variants) {
    const std::vector<std::uint8_t> frame = stream.frame_of(variant);
    require_what_the_stack_writes(frame, layout);
    if (plan.flows.empty()) {
      plan.destination_mac = mac_at(frame, 0);
      plan.source_mac = mac_at(frame, plan.destination_mac.size());
    }
    if (mac_at(frame, 0) != plan.destination_mac || mac_at(frame, ETH_ALEN) != plan.source_mac) {
      refuse("its MAC addresses are not those of the other streams");
    }
    const UdpFlow flow = udp_flow_of(frame.data(), layout, connected);
    if (std::ranges::find(plan.flows, flow) == plan.flows.end()) plan.flows.push_back(flow);
    if (plan.flows.size() > kMostFlows) refuse("there are more than 64 flows, each a socket");
    const IpAddress destination = destination_of(frame.data(), layout);
    const bool is_known = std::ranges::find(plan.destinations, destination) != plan.destinations.end();
    if (!varies && !is_known) plan.destinations.push_back(destination);
  }
}

int bind_to(int fd, const UdpAddress& address) {
  return bind(fd, reinterpret_cast<const sockaddr*>(address.bytes.data()), address.used);
}

void set_ipv4_options(int fd, const UdpFlow& flow, bool is_private) {
  const auto set = [&](int option, int value, const char* name) {
    set_socket_option(fd, IPPROTO_IP, option, value, name);
  };
  // In the lab nobody owns an address: the socket may use any.
  if (is_private) set(IP_TRANSPARENT, 1, "IP_TRANSPARENT");
  set(IP_TTL, flow.ttl, "IP_TTL");
  set(IP_TOS, flow.traffic_class, "IP_TOS");
  // Both go by the interface's MTU alone and never fragment; one sets "don't fragment".
  set(IP_MTU_DISCOVER, flow.dont_fragment ? IP_PMTUDISC_PROBE : IP_PMTUDISC_INTERFACE, "IP_MTU_DISCOVER");
  // Without it a datagram that the queueing discipline dropped is reported as sent (udp_send_skb).
  set(IP_RECVERR, 1, "IP_RECVERR");
}

void set_ipv6_options(int fd, const UdpFlow& flow, bool is_private) {
  const auto set = [&](int option, int value, const char* name) {
    set_socket_option(fd, IPPROTO_IPV6, option, value, name);
  };
  set(IPV6_V6ONLY, 1, "IPV6_V6ONLY");
  if (is_private) set(IPV6_TRANSPARENT, 1, "IPV6_TRANSPARENT");
  set(IPV6_UNICAST_HOPS, flow.ttl, "IPV6_UNICAST_HOPS");
  set(IPV6_TCLASS, flow.traffic_class, "IPV6_TCLASS");
  set(IPV6_AUTOFLOWLABEL, 0, "IPV6_AUTOFLOWLABEL");
  set(IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE, "IPV6_MTU_DISCOVER");
  set(IPV6_RECVERR, 1, "IPV6_RECVERR");
}

void bind_source(int fd, const UdpFlow& flow) {
  if (bind_to(fd, UdpAddress::of(flow.source, flow.source_port)) == 0) return;
  throw Error::from_errno(
      errno, "binding a UDP socket to " + flow.source.text() + " port " + std::to_string(flow.source_port));
}

}  // namespace

UdpAddress UdpAddress::of(const IpAddress& address, std::uint16_t port) noexcept {
  UdpAddress out;
  if (address.is_ipv6) {
    sockaddr_in6 socket_address{};
    socket_address.sin6_family = AF_INET6;
    socket_address.sin6_port = htons(port);
    std::memcpy(&socket_address.sin6_addr, address.bytes.data(), sizeof(socket_address.sin6_addr));
    out.used = sizeof(socket_address);
    std::memcpy(out.bytes.data(), &socket_address, out.used);
  } else {
    sockaddr_in socket_address{};
    socket_address.sin_family = AF_INET;
    socket_address.sin_port = htons(port);
    std::memcpy(&socket_address.sin_addr, address.bytes.data(), sizeof(socket_address.sin_addr));
    out.used = sizeof(socket_address);
    std::memcpy(out.bytes.data(), &socket_address, out.used);
  }
  return out;
}

UdpFlow udp_flow_of(const std::uint8_t* frame, const UdpLayout& layout, bool connected) noexcept {
  const std::uint8_t* ip = frame + layout.ip;
  const auto port_at = [&](std::uint32_t offset) {
    return load_network<std::uint16_t>(frame + layout.udp + offset);
  };
  UdpFlow flow{.source = IpAddress::load(frame + layout.source(), layout.is_ipv6),
               .source_port = port_at(udp::kSourcePort)};
  if (layout.is_ipv6) {
    // Behind four bits of version.
    flow.traffic_class = static_cast<std::uint8_t>(load_network<std::uint16_t>(ip) >> 4U);
    flow.ttl = ip[ipv6::kHopLimit];
  } else {
    flow.traffic_class = ip[ipv4::kTos];
    flow.ttl = ip[ipv4::kTtl];
    flow.dont_fragment = (load_network<std::uint16_t>(ip + ipv4::kFragment) & ipv4::kDontFragment) != 0;
    flow.has_checksum = port_at(udp::kChecksum) != 0;
  }
  if (connected) {
    flow.destination = destination_of(frame, layout);
    flow.destination_port = port_at(udp::kDestinationPort);
  }
  return flow;
}

UdpPlan plan_udp(const FrameProgram& program, bool connected) {
  UdpPlan plan;
  for (std::size_t i = 0; i < program.streams.size(); ++i) {
    try {
      add_stream(program.streams[i], connected, plan);
    } catch (const Error& error) {
      const std::string which =
          program.streams.size() == 1 ? "these frames" : "stream " + std::to_string(i + 1);
      throw Error(error.code(), "a UDP socket cannot send " + which + ": " + error.what());
    }
  }
  plan.is_uniform =
      program.streams.size() == 1 && program.streams.front().variants.size() == 1 && !plan.destination_varies;
  return plan;
}

void require_way(const NetworkNamespace& where, const Link& link, const UdpPlan& plan) {
  require_none(refuse_type(link, false));
  if (plan.source_mac != link.mac) {
    refuse("the source MAC address is not the interface's own, " + text_of(link.mac) +
           ", which the stack writes");
  }
  if (where.is_private()) return;
  if (plan.destination_varies) {
    refuse(
        "the destination varies: on an interface of this host each one would need a route and a neighbour; "
        "the lab has both");
  }
  // bind(2) does not always say so: in a namespace without any address it takes every one, and the kernel
  // then chooses another (inet_addr_valid_or_nonlocal).
  for (const UdpFlow& flow : plan.flows) {
    if (is_local(where, flow.source)) continue;
    throw Error("EADDRNOTAVAIL", "the source address " + flow.source.text() +
                                     " is none of this host's; add it with: ip addr add " +
                                     flow.source.text() + " dev " + link.name);
  }
  for (const IpAddress& destination : plan.destinations) {
    const auto hop = next_hop(where, link.index, destination);
    if (!hop) {
      throw Error("NO_ROUTE", "there is no route to " + destination.text() + " through " + link.name +
                                  "; add one with: ip route add " + destination.text() + " dev " + link.name);
    }
    const auto mac = neighbour(where, link.index, *hop);
    if (mac == plan.destination_mac) continue;
    throw Error("NO_NEIGHBOUR", "the MAC address of " + hop->text() + " on " + link.name + " is " +
                                    (mac ? text_of(*mac) : "not known") + ", that of the frames is " +
                                    text_of(plan.destination_mac) +
                                    "; make them one with: ip neigh replace " + hop->text() + " lladdr " +
                                    text_of(plan.destination_mac) + " dev " + link.name + " nud permanent");
  }
}

void make_way(const std::shared_ptr<const NetworkNamespace>& where, std::uint32_t interface_index,
              const UdpPlan& plan) {
  // Before its first address, 127.0.0.1, a namespace has no table of local addresses, and takes no gateway
  // for an address of somebody else (fib_check_nh).
  Links(where).set_up("lo");
  for (const bool is_ipv6 : {false, true}) {
    const auto has_family = [&](const UdpFlow& flow) { return flow.source.is_ipv6 == is_ipv6; };
    if (std::ranges::any_of(plan.flows, has_family)) {
      lead_to(*where, interface_index, is_ipv6, plan.destination_mac);
    }
  }
}

std::uint32_t first_unprivileged_port() {
  constexpr std::uint32_t kUsual = 1024;
  std::uint32_t port = kUsual;
  std::ifstream("/proc/sys/net/ipv4/ip_unprivileged_port_start") >> port;
  return port;
}

UniqueFd open_udp_socket(const NetworkNamespace& where, const std::string& interface, const UdpFlow& flow,
                         bool connected) {
  UniqueFd socket = where.open_socket(flow.source.is_ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);
  const int fd = socket.get();
  // Two workers send from the same port.
  set_socket_option(fd, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
  if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface.c_str(),
                 static_cast<socklen_t>(interface.size())) != 0) {
    throw Error::from_errno(errno, "binding a UDP socket to " + interface);
  }
  if (flow.source.is_ipv6) {
    set_ipv6_options(fd, flow, where.is_private());
  } else {
    set_ipv4_options(fd, flow, where.is_private());
  }
  if (!flow.has_checksum) set_socket_option(fd, SOL_SOCKET, SO_NO_CHECK, 1, "SO_NO_CHECK");
  bind_source(fd, flow);
  if (!connected) return socket;
  const UdpAddress to = UdpAddress::of(flow.destination, flow.destination_port);
  if (connect(fd, reinterpret_cast<const sockaddr*>(to.bytes.data()), to.used) != 0) {
    throw Error::from_errno(errno, "connecting a UDP socket to " + flow.destination.text());
  }
  return socket;
}

}  // namespace pktgen
