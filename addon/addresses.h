// Routes and neighbours: where the kernel's own IP stack sends a datagram, and to which MAC address. By
// rtnetlink; sources: rtnetlink(7), linux/rtnetlink.h, linux/neighbour.h.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "links.h"
#include "network_namespace.h"

namespace pktgen {

struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};  // NOLINT(readability-magic-numbers): RFC 8200; IPv4 uses the first 4
  bool is_ipv6 = false;

  static IpAddress load(const std::uint8_t* at, bool is_ipv6) noexcept;
  [[nodiscard]] std::span<const std::uint8_t> used() const noexcept;
  [[nodiscard]] std::string text() const;
  bool operator==(const IpAddress&) const = default;
};

// In a private namespace: everything of that family that leaves through the interface goes to one MAC
// address, by a default route to a gateway that only the neighbour table knows. Sends nothing. Throws Error;
// EAFNOSUPPORT or EOPNOTSUPP where the kernel has no IPv6.
void lead_to(const NetworkNamespace& where, std::uint32_t interface_index, bool is_ipv6,
             const MacAddress& mac);

// It is one of this host's own addresses.
bool is_local(const NetworkNamespace& where, const IpAddress& address);

// The neighbour that the stack hands datagrams for `destination` to when they must leave through this
// interface: a gateway, or the destination itself. Nothing when there is no route.
std::optional<IpAddress> next_hop(const NetworkNamespace& where, std::uint32_t interface_index,
                                  const IpAddress& destination);

// Its MAC address, as far as the kernel knows it now.
std::optional<MacAddress> neighbour(const NetworkNamespace& where, std::uint32_t interface_index,
                                    const IpAddress& address);

}  // namespace pktgen
