// Network interfaces ("links") of a namespace: what they are, what they counted, and the lab's own ones.
// Everything goes through rtnetlink, generic netlink and ethtool on sockets of that namespace, so that it
// works the same for the host and for a lab, where /sys shows the wrong namespace.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "network_namespace.h"
#include "routes.h"

struct mnl_socket;

namespace pktgen {

using MacAddress =
    std::array<std::uint8_t, 6>;  // NOLINT(readability-magic-numbers): a MAC address has 6 bytes
inline constexpr std::uint32_t kEthernetMtuBytes = 1500;

struct LinkCounters {  // struct rtnl_link_stats64
  std::uint64_t rx_packets = 0;
  std::uint64_t rx_bytes = 0;
  std::uint64_t rx_dropped = 0;
  std::uint64_t rx_otherhost_dropped = 0;  // 5.19+: IPv4/IPv6 frames for a MAC address that is not ours
  std::uint64_t tx_packets = 0;
  std::uint64_t tx_bytes = 0;
  std::uint64_t tx_dropped = 0;
  std::uint64_t tx_errors = 0;
};

struct Link {
  std::uint32_t index = 0;
  std::string name;
  std::string kind;                 // rtnl link kind ("veth", "ifb"); empty for hardware
  std::string driver;               // ethtool's driver name, else the kind; empty when unknown
  std::uint16_t hardware_type = 0;  // ARPHRD_*
  MacAddress mac{};
  std::string ipv4;          // first address, dotted; empty when none
  std::uint32_t master = 0;  // index of the bridge or bond that it is a port of; 0 = none
  std::uint32_t lower = 0;   // index of the interface that it stands on (VLAN, macvlan); 0 = none
  std::uint32_t mtu_bytes = 0;
  bool up = false;       // IFF_UP
  bool carrier = false;  // IFLA_CARRIER
  std::uint32_t tx_queues = 1;
  std::uint32_t rx_queues = 1;
  std::optional<std::uint32_t> speed_mbps;
  std::optional<std::uint64_t> xdp_features;  // enum netdev_xdp_act; nothing before Linux 6.3
  LinkCounters counters;
};

struct NewLink {
  std::string name;
  MacAddress mac{};
  std::uint32_t queues = 1;  // transmit and receive queues
  std::uint32_t mtu_bytes = kEthernetMtuBytes;
};

class Links {
 public:
  // Throws Error when a netlink socket cannot be made.
  explicit Links(std::shared_ptr<const NetworkNamespace> where);
  ~Links();
  Links(const Links&) = delete;
  Links& operator=(const Links&) = delete;

  [[nodiscard]] std::vector<Link> all();
  [[nodiscard]] std::optional<Link> find(const std::string& name);
  // State and counters without driver, speed, queues, address and XDP features: one netlink round trip.
  // Nothing when the link is gone.
  [[nodiscard]] std::optional<Link> status(std::uint32_t index);

  // Two linked interfaces without addresses and without automatic IPv6, so that nothing but our traffic
  // crosses.
  void create_pair(const NewLink& near, const NewLink& far);
  // An interface that drops everything at once: the first of ifb and dummy that this kernel has. Returns its
  // kind.
  std::string create_sink(const NewLink& sink);
  void set_up(const std::string& name);
  // Switches an offload off, by the name that `ethtool -k` shows; nothing happens when the kernel has none of
  // that name. Throws Error: EBUSY when the device does not let go of it, ENODEV.
  void disable_feature(const std::string& name, const std::string& feature);

  [[nodiscard]] std::set<std::uint32_t> default_route_indexes() {
    return default_route_interfaces(route_.get());
  }

  [[nodiscard]] const std::shared_ptr<const NetworkNamespace>& where() const noexcept { return where_; }

 private:
  void add_details(Link& link);
  void disable_ipv6_autoconfiguration(const std::string& name);

  std::shared_ptr<const NetworkNamespace> where_;
  struct SocketCloser {
    void operator()(mnl_socket* socket) const noexcept;
  };
  std::unique_ptr<mnl_socket, SocketCloser> route_;
  UniqueFd ioctl_;  // any socket carries the ethtool ioctls
};

}  // namespace pktgen
