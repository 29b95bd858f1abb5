#include "links.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>

#include "error.h"
#include "ethtool.h"
#include "kernel_constants.h"
#include "netlink.h"
#include "xdp_features.h"

namespace pktgen {
namespace {

using Attributes = std::array<const nlattr*, IFLA_MAX + 1>;

Attributes attributes_of(const nlmsghdr* message) {
  Attributes found{};
  visit_attributes(message, sizeof(ifinfomsg), [&](const nlattr* attribute) {
    const std::uint16_t type = mnl_attr_get_type(attribute);
    if (type <= IFLA_MAX) found.at(type) = attribute;
  });
  return found;
}

std::uint32_t u32_or(const nlattr* attribute, std::uint32_t fallback) {
  return attribute != nullptr ? mnl_attr_get_u32(attribute) : fallback;
}

std::string kind_of(const nlattr* link_info) {
  std::string kind;
  if (link_info == nullptr) return kind;
  visit_nested(link_info, [&](const nlattr* attribute) {
    if (mnl_attr_get_type(attribute) == IFLA_INFO_KIND) kind = mnl_attr_get_str(attribute);
  });
  return kind;
}

LinkCounters counters_of(const nlattr* stats64) {
  if (stats64 == nullptr) return {};
  const std::uint32_t length = mnl_attr_get_payload_len(stats64);
  const auto* payload = static_cast<const char*>(mnl_attr_get_payload(stats64));
  rtnl_link_stats64 stats{};
  std::memcpy(&stats, payload, std::min<std::size_t>(length, sizeof(stats)));
  LinkCounters counters{
      .rx_packets = stats.rx_packets,
      .rx_bytes = stats.rx_bytes,
      .rx_dropped = stats.rx_dropped,
      .tx_packets = stats.tx_packets,
      .tx_bytes = stats.tx_bytes,
      .tx_dropped = stats.tx_dropped,
      .tx_errors = stats.tx_errors,
  };
  if (length >= kernel::kStats64OtherhostOffsetBytes + sizeof(std::uint64_t)) {
    std::memcpy(&counters.rx_otherhost_dropped, payload + kernel::kStats64OtherhostOffsetBytes,
                sizeof(std::uint64_t));
  }
  return counters;
}

Link link_of(const nlmsghdr* message) {
  const auto* header = static_cast<const ifinfomsg*>(mnl_nlmsg_get_payload(message));
  const Attributes found = attributes_of(message);
  Link link;
  link.index = static_cast<std::uint32_t>(header->ifi_index);
  link.hardware_type = header->ifi_type;
  link.up = (header->ifi_flags & IFF_UP) != 0;
  if (found[IFLA_IFNAME] != nullptr) link.name = mnl_attr_get_str(found[IFLA_IFNAME]);
  link.kind = kind_of(found[IFLA_LINKINFO]);
  if (const nlattr* address = found[IFLA_ADDRESS]; address != nullptr) {
    std::memcpy(link.mac.data(), mnl_attr_get_payload(address),
                std::min<std::size_t>(mnl_attr_get_payload_len(address), link.mac.size()));
  }
  link.master = u32_or(found[IFLA_MASTER], 0);
  // A veth names its peer there; a peer in another namespace has an index that means nothing here.
  const bool stands_on_other = link.kind != "veth" && found[IFLA_LINK_NETNSID] == nullptr;
  link.lower = stands_on_other ? u32_or(found[IFLA_LINK], 0) : 0;
  link.mtu_bytes = u32_or(found[IFLA_MTU], 0);
  link.tx_queues = u32_or(found[IFLA_NUM_TX_QUEUES], 1);
  link.rx_queues = u32_or(found[IFLA_NUM_RX_QUEUES], 1);
  link.carrier = found[IFLA_CARRIER] != nullptr && mnl_attr_get_u8(found[IFLA_CARRIER]) != 0;
  link.counters = counters_of(found[IFLA_STATS64]);
  return link;
}

void check(int error, const std::string& doing) {
  if (error != 0) throw Error::from_errno(error, doing);
}

void put(nlmsghdr* message, const NewLink& link) {
  mnl_attr_put_strz(message, IFLA_IFNAME, link.name.c_str());
  mnl_attr_put(message, IFLA_ADDRESS, link.mac.size(), link.mac.data());
  mnl_attr_put_u32(message, IFLA_MTU, link.mtu_bytes);
  mnl_attr_put_u32(message, IFLA_NUM_TX_QUEUES, link.queues);
  mnl_attr_put_u32(message, IFLA_NUM_RX_QUEUES, link.queues);
}

int create_of_kind(mnl_socket* socket, const char* kind, const NewLink& link) {
  NetlinkMessage request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK);
  request.extend<ifinfomsg>();
  put(request.header(), link);
  nlattr* info = mnl_attr_nest_start(request.header(), IFLA_LINKINFO);
  mnl_attr_put_strz(request.header(), IFLA_INFO_KIND, kind);
  mnl_attr_nest_end(request.header(), info);
  return netlink_exchange(socket, request);
}

}  // namespace

void Links::SocketCloser::operator()(mnl_socket* socket) const noexcept { mnl_socket_close(socket); }

Links::Links(std::shared_ptr<const NetworkNamespace> where)
    : where_(std::move(where)),
      route_(adopt_netlink_socket(where_->open_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE))),
      ioctl_(where_->open_socket(AF_INET, SOCK_DGRAM, 0)) {}

Links::~Links() = default;

std::vector<Link> Links::all() {
  std::vector<Link> links;
  int error = EINTR;
  for (int attempt = 0; error == EINTR && attempt < kDumpAttempts; ++attempt) {
    links.clear();
    NetlinkMessage request(RTM_GETLINK, NLM_F_DUMP);
    request.extend<ifinfomsg>();
    error = netlink_exchange(route_.get(), request,
                             [&](const nlmsghdr* reply) { links.push_back(link_of(reply)); });
  }
  check(error, "listing interfaces");
  for (Link& link : links) add_details(link);
  return links;
}

std::optional<Link> Links::find(const std::string& name) {
  if (name.empty() || name.size() >= IFNAMSIZ) return std::nullopt;
  NetlinkMessage request(RTM_GETLINK, 0);
  request.extend<ifinfomsg>();
  mnl_attr_put_strz(request.header(), IFLA_IFNAME, name.c_str());
  std::optional<Link> link;
  const int error =
      netlink_exchange(route_.get(), request, [&](const nlmsghdr* reply) { link = link_of(reply); });
  if (error == ENODEV) return std::nullopt;
  check(error, "looking up interface " + name);
  if (link) add_details(*link);
  return link;
}

std::optional<Link> Links::status(std::uint32_t index) {
  NetlinkMessage request(RTM_GETLINK, 0);
  request.extend<ifinfomsg>()->ifi_index = static_cast<int>(index);
  std::optional<Link> link;
  const int error =
      netlink_exchange(route_.get(), request, [&](const nlmsghdr* reply) { link = link_of(reply); });
  if (error == ENODEV) return std::nullopt;
  check(error, "reading interface counters");
  return link;
}

void Links::create_pair(const NewLink& near, const NewLink& far) {
  NetlinkMessage request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK);
  nlmsghdr* header = request.header();
  request.extend<ifinfomsg>();
  put(header, near);
  nlattr* info = mnl_attr_nest_start(header, IFLA_LINKINFO);
  mnl_attr_put_strz(header, IFLA_INFO_KIND, "veth");
  nlattr* data = mnl_attr_nest_start(header, IFLA_INFO_DATA);
  nlattr* peer = mnl_attr_nest_start(header, VETH_INFO_PEER);
  request.extend<ifinfomsg>();
  put(header, far);
  mnl_attr_nest_end(header, peer);
  mnl_attr_nest_end(header, data);
  mnl_attr_nest_end(header, info);
  check(netlink_exchange(route_.get(), request), "making the veth pair " + near.name + "–" + far.name);
}

std::string Links::create_sink(const NewLink& sink) {
  int error = 0;
  for (const char* kind : {"ifb", "dummy"}) {
    error = create_of_kind(route_.get(), kind, sink);
    if (error == 0) return kind;
    if (error != EOPNOTSUPP) break;  // EOPNOTSUPP: this kernel has no such kind
  }
  throw Error::from_errno(error, "making a drop device (ifb or dummy)");
}

void Links::set_up(const std::string& name) {
  disable_ipv6_autoconfiguration(name);
  NetlinkMessage request(RTM_NEWLINK, NLM_F_ACK);
  auto* info = request.extend<ifinfomsg>();
  info->ifi_flags = IFF_UP;
  info->ifi_change = IFF_UP;
  mnl_attr_put_strz(request.header(), IFLA_IFNAME, name.c_str());
  check(netlink_exchange(route_.get(), request), "bringing up " + name);
}

void Links::disable_feature(const std::string& name, const std::string& feature) {
  check(Ethtool(ioctl_.get(), name).disable(feature.c_str()), "switching off " + feature + " of " + name);
}

// Without a link-local address IPv6 sends neither router solicitations nor MLD reports. It has to be said
// before the interface comes up: the kernel applies the flags of a message before its address family part.
void Links::disable_ipv6_autoconfiguration(const std::string& name) {
  NetlinkMessage request(RTM_NEWLINK, NLM_F_ACK);
  request.extend<ifinfomsg>();
  nlmsghdr* header = request.header();
  mnl_attr_put_strz(header, IFLA_IFNAME, name.c_str());
  nlattr* families = mnl_attr_nest_start(header, IFLA_AF_SPEC);
  nlattr* inet6 = mnl_attr_nest_start(header, AF_INET6);
  mnl_attr_put_u8(header, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
  mnl_attr_nest_end(header, inet6);
  mnl_attr_nest_end(header, families);
  const int error = netlink_exchange(route_.get(), request);
  if (error != EAFNOSUPPORT) check(error, "keeping IPv6 off " + name);  // EAFNOSUPPORT: there is no IPv6
}

void Links::add_details(Link& link) {
  const Ethtool ethtool(ioctl_.get(), link.name);
  link.driver = ethtool.driver().value_or(link.kind);
  link.speed_mbps = ethtool.speed_mbps();
  if (const auto channels = ethtool.channels()) {
    link.tx_queues = channels->tx;
    link.rx_queues = channels->rx;
  }
  link.ipv4 = first_ipv4(ioctl_.get(), link.name);
  link.xdp_features = xdp_features(*where_, link.index);
}

}  // namespace pktgen
