// Which interfaces carry a default route: the ones whose flooding would cut the host off.
#pragma once

#include <cstdint>
#include <set>

struct mnl_socket;

namespace pktgen {

// Interface indexes, of IPv4 and IPv6, in all routing tables, every next hop of a multipath route included.
std::set<std::uint32_t> default_route_interfaces(mnl_socket* route_socket);

}  // namespace pktgen
