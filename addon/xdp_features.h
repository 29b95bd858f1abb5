// Which XDP operations a driver implements: the "netdev" generic netlink family (Linux 6.3+).
#pragma once

#include <cstdint>
#include <optional>

#include "network_namespace.h"

namespace pktgen {

// Bits of enum netdev_xdp_act, or nothing when the kernel cannot tell.
std::optional<std::uint64_t> xdp_features(const NetworkNamespace& where, std::uint32_t interface_index);

}  // namespace pktgen
