#include "routes.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "error.h"
#include "netlink.h"

namespace pktgen {
namespace {

// RTA_MULTIPATH holds a row of struct rtnexthop, each with a length of its own.
void add_next_hops(const nlattr* multipath, std::set<std::uint32_t>& interfaces) {
  auto* hop = static_cast<rtnexthop*>(mnl_attr_get_payload(multipath));
  int left = mnl_attr_get_payload_len(multipath);
  while (left >= static_cast<int>(sizeof(rtnexthop)) && RTNH_OK(hop, left)) {
    interfaces.insert(static_cast<std::uint32_t>(hop->rtnh_ifindex));
    left -= static_cast<int>(RTNH_ALIGN(hop->rtnh_len));
    hop = RTNH_NEXT(hop);
  }
}

void add_interfaces(const nlmsghdr* message, std::set<std::uint32_t>& interfaces) {
  const auto* route = static_cast<const rtmsg*>(mnl_nlmsg_get_payload(message));
  if (route->rtm_dst_len != 0 || route->rtm_type != RTN_UNICAST) return;
  visit_attributes(message, sizeof(rtmsg), [&](const nlattr* attribute) {
    const std::uint16_t type = mnl_attr_get_type(attribute);
    if (type == RTA_OIF) interfaces.insert(mnl_attr_get_u32(attribute));
    if (type == RTA_MULTIPATH) add_next_hops(attribute, interfaces);
  });
}

}  // namespace

std::set<std::uint32_t> default_route_interfaces(mnl_socket* route_socket) {
  std::set<std::uint32_t> interfaces;
  for (const int family : {AF_INET, AF_INET6}) {
    int error = EINTR;
    for (int attempt = 0; error == EINTR && attempt < kDumpAttempts; ++attempt) {
      NetlinkMessage request(RTM_GETROUTE, NLM_F_DUMP);
      request.extend<rtmsg>()->rtm_family = static_cast<unsigned char>(family);
      error = netlink_exchange(route_socket, request,
                               [&](const nlmsghdr* reply) { add_interfaces(reply, interfaces); });
    }
    const bool has_no_ipv6 = family == AF_INET6 && (error == EOPNOTSUPP || error == EAFNOSUPPORT);
    if (error != 0 && !has_no_ipv6) throw Error::from_errno(error, "listing routes");
  }
  return interfaces;
}

}  // namespace pktgen
