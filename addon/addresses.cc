#include "addresses.h"

#include <arpa/inet.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cstring>

#include "error.h"
#include "netlink.h"

namespace pktgen {
namespace {

constexpr std::uint8_t kIpv4Bits = 32;
constexpr std::uint8_t kIpv6Bits = 128;
constexpr std::size_t kIpv4Bytes = 4;
// Link-local, and so nobody's destination: the gateway of a private namespace.
constexpr std::array<std::uint8_t, kIpv4Bytes> kIpv4Gateway{169, 254, 0, 1};
constexpr std::uint8_t kIpv6LinkLocal = 0xfe;
constexpr std::uint8_t kIpv6LinkLocalNext = 0x80;

struct SocketCloser {
  void operator()(mnl_socket* socket) const noexcept { mnl_socket_close(socket); }
};
using NetlinkSocket = std::unique_ptr<mnl_socket, SocketCloser>;

NetlinkSocket open_route_socket(const NetworkNamespace& where) {
  return NetlinkSocket(adopt_netlink_socket(where.open_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE)));
}

unsigned char family_of(const IpAddress& address) { return address.is_ipv6 ? AF_INET6 : AF_INET; }

void put(nlmsghdr* message, std::uint16_t type, const IpAddress& address) {
  mnl_attr_put(message, type, address.used().size(), address.used().data());
}

IpAddress gateway(bool is_ipv6) {
  IpAddress address{.is_ipv6 = is_ipv6};
  if (is_ipv6) {
    address.bytes[0] = kIpv6LinkLocal;
    address.bytes[1] = kIpv6LinkLocalNext;
    address.bytes.back() = 1;
  } else {
    std::ranges::copy(kIpv4Gateway, address.bytes.begin());
  }
  return address;
}

void ask_for(NetlinkMessage& route_request, const IpAddress& destination) {
  auto* asked = route_request.extend<rtmsg>();
  asked->rtm_family = family_of(destination);
  asked->rtm_dst_len = destination.is_ipv6 ? kIpv6Bits : kIpv4Bits;
  put(route_request.header(), RTA_DST, destination);
}

void add_neighbour(mnl_socket* socket, std::uint32_t interface_index, const IpAddress& address,
                   const MacAddress& mac) {
  NetlinkMessage request(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE | NLM_F_ACK);
  auto* entry = request.extend<ndmsg>();
  entry->ndm_family = family_of(address);
  entry->ndm_ifindex = static_cast<int>(interface_index);
  entry->ndm_state = NUD_PERMANENT;
  put(request.header(), NDA_DST, address);
  mnl_attr_put(request.header(), NDA_LLADDR, mac.size(), mac.data());
  const int error = netlink_exchange(socket, request);
  if (error != 0) throw Error::from_errno(error, "adding the neighbour " + address.text());
}

void add_default_route(mnl_socket* socket, std::uint32_t interface_index, const IpAddress& via) {
  NetlinkMessage request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE | NLM_F_ACK);
  auto* route = request.extend<rtmsg>();
  route->rtm_family = family_of(via);
  route->rtm_table = RT_TABLE_MAIN;
  route->rtm_protocol = RTPROT_STATIC;
  route->rtm_scope = RT_SCOPE_UNIVERSE;
  route->rtm_type = RTN_UNICAST;
  route->rtm_flags = RTNH_F_ONLINK;  // the interface has no address of the gateway's network
  put(request.header(), RTA_GATEWAY, via);
  mnl_attr_put_u32(request.header(), RTA_OIF, interface_index);
  const int error = netlink_exchange(socket, request);
  if (error != 0) throw Error::from_errno(error, "adding a default route to " + via.text());
}

}  // namespace

IpAddress IpAddress::load(const std::uint8_t* at, bool is_ipv6) noexcept {
  IpAddress address{.is_ipv6 = is_ipv6};
  std::memcpy(address.bytes.data(), at, address.used().size());
  return address;
}

std::span<const std::uint8_t> IpAddress::used() const noexcept {
  return {bytes.data(), is_ipv6 ? bytes.size() : kIpv4Bytes};
}

std::string IpAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(is_ipv6 ? AF_INET6 : AF_INET, bytes.data(), text.data(), text.size());
  return text.data();
}

void lead_to(const NetworkNamespace& where, std::uint32_t interface_index, bool is_ipv6,
             const MacAddress& mac) {
  const NetlinkSocket socket = open_route_socket(where);
  add_neighbour(socket.get(), interface_index, gateway(is_ipv6), mac);
  add_default_route(socket.get(), interface_index, gateway(is_ipv6));
}

bool is_local(const NetworkNamespace& where, const IpAddress& address) {
  const NetlinkSocket socket = open_route_socket(where);
  NetlinkMessage request(RTM_GETROUTE, 0);
  ask_for(request, address);
  bool found = false;
  const int error = netlink_exchange(socket.get(), request, [&](const nlmsghdr* reply) {
    found = static_cast<const rtmsg*>(mnl_nlmsg_get_payload(reply))->rtm_type == RTN_LOCAL;
  });
  return error == 0 && found;
}

std::optional<IpAddress> next_hop(const NetworkNamespace& where, std::uint32_t interface_index,
                                  const IpAddress& destination) {
  const NetlinkSocket socket = open_route_socket(where);
  NetlinkMessage request(RTM_GETROUTE, 0);
  ask_for(request, destination);
  mnl_attr_put_u32(request.header(), RTA_OIF, interface_index);
  IpAddress hop = destination;
  bool leaves_there = false;
  const int error = netlink_exchange(socket.get(), request, [&](const nlmsghdr* reply) {
    const auto* route = static_cast<const rtmsg*>(mnl_nlmsg_get_payload(reply));
    visit_attributes(reply, sizeof(rtmsg), [&](const nlattr* attribute) {
      const std::uint16_t type = mnl_attr_get_type(attribute);
      if (type == RTA_OIF) {
        leaves_there = route->rtm_type == RTN_UNICAST && mnl_attr_get_u32(attribute) == interface_index;
      }
      if (type != RTA_GATEWAY || mnl_attr_get_payload_len(attribute) != hop.used().size()) return;
      hop = IpAddress::load(static_cast<const std::uint8_t*>(mnl_attr_get_payload(attribute)),
                            destination.is_ipv6);
    });
  });
  return error == 0 && leaves_there ? std::optional(hop) : std::nullopt;
}

std::optional<MacAddress> neighbour(const NetworkNamespace& where, std::uint32_t interface_index,
                                    const IpAddress& address) {
  const NetlinkSocket socket = open_route_socket(where);
  NetlinkMessage request(RTM_GETNEIGH, 0);
  auto* asked = request.extend<ndmsg>();
  asked->ndm_family = family_of(address);
  asked->ndm_ifindex = static_cast<int>(interface_index);
  put(request.header(), NDA_DST, address);
  std::optional<MacAddress> found;
  (void)netlink_exchange(socket.get(), request, [&](const nlmsghdr* reply) {
    const auto* entry = static_cast<const ndmsg*>(mnl_nlmsg_get_payload(reply));
    if ((entry->ndm_state & (NUD_INCOMPLETE | NUD_FAILED)) != 0) return;
    visit_attributes(reply, sizeof(ndmsg), [&](const nlattr* attribute) {
      if (mnl_attr_get_type(attribute) != NDA_LLADDR) return;
      MacAddress mac{};
      if (mnl_attr_get_payload_len(attribute) != mac.size()) return;
      std::memcpy(mac.data(), mnl_attr_get_payload(attribute), mac.size());
      found = mac;
    });
  });
  return found;
}

}  // namespace pktgen
