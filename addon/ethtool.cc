#include "ethtool.h"

#include <arpa/inet.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

namespace pktgen {
namespace {

ifreq request_for(const std::string& interface) noexcept {
  ifreq request{};
  interface.copy(static_cast<char*>(request.ifr_name), IFNAMSIZ - 1);
  return request;
}

constexpr std::uint32_t kFeaturesPerBlock = 32;

// struct ethtool_gfeatures or ethtool_sfeatures with its blocks of 32 features.
template <typename Header, typename Block>
class Sets {
 public:
  Sets(std::uint32_t command, std::uint32_t blocks)
      : words_((sizeof(Header) + blocks * sizeof(Block)) / sizeof(std::uint32_t)) {
    header()->cmd = command;
    header()->size = blocks;
  }
  Header* header() noexcept { return reinterpret_cast<Header*>(words_.data()); }
  Block* block_of(std::uint32_t bit) noexcept {
    return reinterpret_cast<Block*>(words_.data() + sizeof(Header) / sizeof(std::uint32_t)) +
           bit / kFeaturesPerBlock;
  }

 private:
  std::vector<std::uint32_t> words_;
};

}  // namespace

bool Ethtool::call(void* command) const {
  ifreq request = request_for(interface_);
  request.ifr_data = static_cast<char*>(command);
  return ioctl(socket_fd_, SIOCETHTOOL, &request) >= 0;  // ETHTOOL_SFEATURES answers with flags
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

std::optional<std::uint32_t> Ethtool::feature_bit(const char* feature) const {
  alignas(ethtool_sset_info) std::array<char, sizeof(ethtool_sset_info) + sizeof(std::uint32_t)> sizes{};
  auto* info = reinterpret_cast<ethtool_sset_info*>(sizes.data());
  info->cmd = ETHTOOL_GSSET_INFO;
  info->sset_mask = std::uint64_t{1} << static_cast<unsigned>(ETH_SS_FEATURES);
  if (!call(info) || info->sset_mask == 0) return std::nullopt;
  std::uint32_t count = 0;
  std::memcpy(&count, sizes.data() + sizeof(ethtool_sset_info), sizeof(count));
  // 32-bit words, so that the header of the answer is aligned.
  const std::size_t bytes = sizeof(ethtool_gstrings) + std::size_t{count} * ETH_GSTRING_LEN;
  std::vector<std::uint32_t> answer(bytes / sizeof(std::uint32_t) + 1);
  auto* strings = reinterpret_cast<ethtool_gstrings*>(answer.data());
  strings->cmd = ETHTOOL_GSTRINGS;
  strings->string_set = ETH_SS_FEATURES;
  strings->len = count;
  if (!call(strings)) return std::nullopt;
  const char* names = reinterpret_cast<const char*>(answer.data()) + sizeof(ethtool_gstrings);
  for (std::uint32_t i = 0; i < count; ++i) {
    if (strncmp(names + std::size_t{i} * ETH_GSTRING_LEN, feature, ETH_GSTRING_LEN) == 0) return i;
  }
  return std::nullopt;
}

std::optional<bool> Ethtool::is_active(const char* feature) const {
  const auto bit = feature_bit(feature);
  if (!bit) return std::nullopt;
  Sets<ethtool_gfeatures, ethtool_get_features_block> sets(ETHTOOL_GFEATURES, *bit / kFeaturesPerBlock + 1);
  if (!call(sets.header())) return std::nullopt;
  return (sets.block_of(*bit)->active >> (*bit % kFeaturesPerBlock) & 1U) != 0;
}

int Ethtool::disable(const char* feature) const {
  const auto bit = feature_bit(feature);
  if (!bit || !is_active(feature).value_or(false)) return 0;
  // The kernel answers with the number of its blocks, and takes no other number.
  ethtool_gfeatures size{};
  size.cmd = ETHTOOL_GFEATURES;
  if (!call(&size)) return errno;
  Sets<ethtool_sfeatures, ethtool_set_features_block> sets(ETHTOOL_SFEATURES, size.size);
  sets.block_of(*bit)->valid = 1U << (*bit % kFeaturesPerBlock);
  if (!call(sets.header())) return errno;
  return is_active(feature).value_or(false) ? EBUSY : 0;
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
