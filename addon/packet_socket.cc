#include "packet_socket.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>

#include "refusals.h"

namespace pktgen {

sockaddr_ll packet_destination(std::uint32_t interface_index, bool qdisc_bypass) noexcept {
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_ifindex = static_cast<int>(interface_index);
  address.sll_protocol = qdisc_bypass ? htons(ETH_P_802_EX1) : 0;
  return address;
}

std::optional<Refusal> packet_refusal(const NetworkNamespace& where, const Link& link) {
  if (auto refused = refuse_type(link, true)) return refused;
  if (auto refused = refuse_raw_socket(where, AF_PACKET)) return refused;
  return refuse_down(link);
}

}  // namespace pktgen
