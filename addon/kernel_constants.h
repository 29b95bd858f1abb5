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

// include/uapi/linux/bpf.h (5.18): the program takes frames that lie in several pages.
inline constexpr std::uint32_t kXdpHasFrags = 1U << 5U;  // BPF_F_XDP_HAS_FRAGS

// The same header and version: XDP test runs with live frames, and a helper.
inline constexpr std::uint32_t kTestXdpLiveFrames = 1U << 1U;  // BPF_F_TEST_XDP_LIVE_FRAMES
inline constexpr std::int32_t kFuncXdpStoreBytes = 190;        // BPF_FUNC_xdp_store_bytes

// union bpf_attr for BPF_PROG_TEST_RUN, with the batch_size of 5.18.
struct TestRun {
  std::uint32_t prog_fd = 0;
  std::uint32_t retval = 0;
  std::uint32_t data_size_in = 0;
  std::uint32_t data_size_out = 0;
  std::uint64_t data_in = 0;
  std::uint64_t data_out = 0;
  std::uint32_t repeat = 0;
  std::uint32_t duration = 0;
  std::uint32_t ctx_size_in = 0;
  std::uint32_t ctx_size_out = 0;
  std::uint64_t ctx_in = 0;
  std::uint64_t ctx_out = 0;
  std::uint32_t flags = 0;
  std::uint32_t cpu = 0;
  std::uint32_t batch_size = 0;
  std::uint32_t padding = 0;
};
static_assert(sizeof(TestRun) == sizeof(std::uint64_t) * 10);

// linux/if_xdp.h: a frame may lie in several descriptors; all but its last one say so (6.6).
inline constexpr std::uint16_t kXdpUseSg = 1U << 4U;
inline constexpr std::uint32_t kXdpPktContd = 1U << 0U;
// How many descriptors one call sends in copy mode, 32 to the entries of the ring (6.17; 32 before).
inline constexpr int kXdpMaxTxSkbBudget = 9;

// VIRTIO_NET_HDR_F_NEEDS_CSUM of linux/virtio_net.h, and VIRTIO_NET_HDR_GSO_UDP_L4 (6.2).
inline constexpr std::uint8_t kVirtioNeedsChecksum = 1;
inline constexpr std::uint8_t kVirtioGsoUdpL4 = 5;

}  // namespace pktgen::kernel
