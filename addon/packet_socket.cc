#include "packet_socket.h"

#include <arpa/inet.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>

namespace pktgen {

sockaddr_ll packet_destination(std::uint32_t interface_index, bool qdisc_bypass) noexcept {
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_ifindex = static_cast<int>(interface_index);
  address.sll_protocol = qdisc_bypass ? htons(ETH_P_802_EX1) : 0;
  return address;
}

std::optional<Refusal> packet_refusal(const NetworkNamespace& where, const Link& link) {
  if (link.hardware_type != ARPHRD_ETHER && link.hardware_type != ARPHRD_LOOPBACK) {
    return Refusal{.code = "NOT_ETHERNET", .reason = "not an Ethernet device", .help = ""};
  }
  try {
    (void)where.open_socket(AF_PACKET, SOCK_RAW, 0);
  } catch (const Error& error) {
    if (error.code() == "EPERM") return Refusal{.code = "EPERM", .reason = "needs CAP_NET_RAW", .help = ""};
    return Refusal{.code = error.code(), .reason = error.what(), .help = ""};
  }
  if (!link.up) {
    return Refusal{
        .code = "ENETDOWN", .reason = "the interface is down", .help = "ip link set " + link.name + " up"};
  }
  return std::nullopt;
}

}  // namespace pktgen
