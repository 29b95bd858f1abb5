// Kernel constants that the oldest supported headers (Linux 5.15) may lack. One place, each with the version
// that brought it; whether the running kernel knows one is always probed, never derived from its version.
#pragma once

#include <cstdint>

namespace pktgen::kernel {

// include/uapi/linux/netdev.h (6.3): the "netdev" generic netlink family.
inline constexpr const char* kNetdevFamily = "netdev";
inline constexpr std::uint8_t kNetdevCmdDevGet = 1;
inline constexpr std::uint16_t kNetdevAttrDevIfindex = 1;
inline constexpr std::uint16_t kNetdevAttrDevXdpFeatures = 3;

// enum netdev_xdp_act, same header and version.
inline constexpr std::uint64_t kXdpActBasic = 1U << 0U;
inline constexpr std::uint64_t kXdpActRedirect = 1U << 1U;
inline constexpr std::uint64_t kXdpActNdoXmit = 1U << 2U;
inline constexpr std::uint64_t kXdpActXskZerocopy = 1U << 3U;

// struct rtnl_link_stats64::rx_otherhost_dropped (5.19): the last member; older kernels send a shorter
// struct.
inline constexpr std::uint32_t kStats64OtherhostOffsetBytes = 24 * 8;

// struct virtio_net_hdr of linux/virtio_net.h, which C++ cannot include (a member is called "class"). For
// PACKET_VNET_HDR all fields are in host byte order.
struct VirtioNetHeader {
  std::uint8_t flags = 0;
  std::uint8_t gso_type = 0;  // VIRTIO_NET_HDR_GSO_NONE
  std::uint16_t hdr_len = 0;  // bytes to be copied into the packet buffer itself
  std::uint16_t gso_size = 0;
  std::uint16_t csum_start = 0;
  std::uint16_t csum_offset = 0;
};
static_assert(sizeof(VirtioNetHeader) == 10);

}  // namespace pktgen::kernel
