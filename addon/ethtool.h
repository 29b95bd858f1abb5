// What the driver says of itself, by the ethtool and interface ioctls.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace pktgen {

class Ethtool {
 public:
  // `socket_fd`: any socket of the interface's namespace.
  Ethtool(int socket_fd, const std::string& interface) : socket_fd_(socket_fd), interface_(interface) {}

  struct Channels {
    std::uint32_t tx = 0;
    std::uint32_t rx = 0;
  };

  [[nodiscard]] std::optional<std::string> driver() const;
  [[nodiscard]] std::optional<std::uint32_t> speed_mbps() const;
  [[nodiscard]] std::optional<Channels> channels() const;

  // An offload by the name that `ethtool -k` shows. Nothing when the kernel has none of that name.
  [[nodiscard]] std::optional<bool> is_active(const char* feature) const;
  // Returns 0 or an errno; 0 also when there is no such offload. EBUSY: the device does not let go of it.
  [[nodiscard]] int disable(const char* feature) const;

 private:
  bool call(void* command) const;
  // Its bit in the sets of features; nothing when there is none of that name.
  [[nodiscard]] std::optional<std::uint32_t> feature_bit(const char* feature) const;

  int socket_fd_;
  const std::string& interface_;
};

// The first IPv4 address in dotted form, empty when there is none.
std::string first_ipv4(int socket_fd, const std::string& interface);
// The MTU, or nothing when the interface is gone.
std::optional<std::uint32_t> mtu_bytes(int socket_fd, const std::string& interface) noexcept;

}  // namespace pktgen
