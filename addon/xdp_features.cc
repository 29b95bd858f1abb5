#include "xdp_features.h"

#include <linux/genetlink.h>
#include <sys/socket.h>

#include <memory>

#include "error.h"
#include "kernel_constants.h"
#include "netlink.h"

namespace pktgen {
namespace {

struct Closer {
  void operator()(mnl_socket* socket) const noexcept { mnl_socket_close(socket); }
};

std::optional<std::uint16_t> family_id(mnl_socket* socket) {
  NetlinkMessage request(GENL_ID_CTRL, NLM_F_ACK);
  auto* header = request.extend<genlmsghdr>();
  header->cmd = CTRL_CMD_GETFAMILY;
  header->version = 1;
  mnl_attr_put_strz(request.header(), CTRL_ATTR_FAMILY_NAME, kernel::kNetdevFamily);
  std::optional<std::uint16_t> id;
  const int error = netlink_exchange(socket, request, [&](const nlmsghdr* reply) {
    visit_attributes(reply, sizeof(genlmsghdr), [&](const nlattr* attribute) {
      if (mnl_attr_get_type(attribute) == CTRL_ATTR_FAMILY_ID) id = mnl_attr_get_u16(attribute);
    });
  });
  return error == 0 ? id : std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> xdp_features(const NetworkNamespace& where, std::uint32_t interface_index) {
  const std::unique_ptr<mnl_socket, Closer> socket(
      adopt_netlink_socket(where.open_socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC)));
  const auto family = family_id(socket.get());
  if (!family) return std::nullopt;

  NetlinkMessage request(*family, NLM_F_ACK);
  auto* header = request.extend<genlmsghdr>();
  header->cmd = kernel::kNetdevCmdDevGet;
  header->version = 1;
  mnl_attr_put_u32(request.header(), kernel::kNetdevAttrDevIfindex, interface_index);
  std::optional<std::uint64_t> features;
  const int error = netlink_exchange(socket.get(), request, [&](const nlmsghdr* reply) {
    visit_attributes(reply, sizeof(genlmsghdr), [&](const nlattr* attribute) {
      if (mnl_attr_get_type(attribute) == kernel::kNetdevAttrDevXdpFeatures) {
        features = mnl_attr_get_u64(attribute);
      }
    });
  });
  return error == 0 ? features : std::nullopt;
}

}  // namespace pktgen
