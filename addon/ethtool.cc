#include "ethtool.h"

#include <arpa/inet.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>

#include <array>
#include <cstring>

namespace pktgen {
namespace {

ifreq request_for(const std::string& interface) noexcept {
  ifreq request{};
  interface.copy(static_cast<char*>(request.ifr_name), IFNAMSIZ - 1);
  return request;
}

}  // namespace

bool Ethtool::call(void* command) const {
  ifreq request = request_for(interface_);
  request.ifr_data = static_cast<char*>(command);
  return ioctl(socket_fd_, SIOCETHTOOL, &request) == 0;
}

std::optional<std::string> Ethtool::driver() const {
  ethtool_drvinfo info{};
  info.cmd = ETHTOOL_GDRVINFO;
  if (!call(&info)) return std::nullopt;
  return std::string(static_cast<const char*>(info.driver),
                     strnlen(static_cast<const char*>(info.driver), sizeof(info.driver)));
}

std::optional<std::uint32_t> Ethtool::speed_mbps() const {
  // The kernel first answers with the size of its link mode maps, negated; the second call carries that size.
  constexpr std::size_t kMaxMapBytes = 3UL * 127 * sizeof(std::uint32_t);
  alignas(ethtool_link_settings) std::array<char, sizeof(ethtool_link_settings) + kMaxMapBytes> buffer{};
  auto* settings = reinterpret_cast<ethtool_link_settings*>(buffer.data());
  settings->cmd = ETHTOOL_GLINKSETTINGS;
  if (!call(settings) || settings->link_mode_masks_nwords >= 0) return std::nullopt;
  settings->cmd = ETHTOOL_GLINKSETTINGS;
  settings->link_mode_masks_nwords = static_cast<__s8>(-settings->link_mode_masks_nwords);
  if (!call(settings) || settings->speed == 0 || settings->speed == static_cast<__u32>(SPEED_UNKNOWN)) {
    return std::nullopt;
  }
  return settings->speed;
}

std::optional<Ethtool::Channels> Ethtool::channels() const {
  ethtool_channels channels{};
  channels.cmd = ETHTOOL_GCHANNELS;
  if (!call(&channels)) return std::nullopt;
  const Channels found{.tx = channels.combined_count + channels.tx_count,
                       .rx = channels.combined_count + channels.rx_count};
  if (found.tx == 0 || found.rx == 0) return std::nullopt;
  return found;
}

std::string first_ipv4(int socket_fd, const std::string& interface) {
  ifreq request = request_for(interface);
  if (ioctl(socket_fd, SIOCGIFADDR, &request) != 0 || request.ifr_addr.sa_family != AF_INET) return {};
  sockaddr_in address{};
  std::memcpy(&address, &request.ifr_addr, sizeof(address));
  std::array<char, INET_ADDRSTRLEN> text{};
  return inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size()) != nullptr ? text.data() : "";
}

std::optional<std::uint32_t> mtu_bytes(int socket_fd, const std::string& interface) noexcept {
  ifreq request = request_for(interface);
  if (ioctl(socket_fd, SIOCGIFMTU, &request) != 0) return std::nullopt;
  return static_cast<std::uint32_t>(request.ifr_mtu);
}

}  // namespace pktgen
