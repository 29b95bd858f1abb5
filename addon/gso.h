// UDP segmentation by the kernel (GSO): one large datagram whose payload is that of many small frames, which
// the kernel cuts apart on its way to the driver. Sources: include/linux/virtio_net.h
// (virtio_net_hdr_to_skb), net/ipv4/udp_offload.c (__udp_gso_segment).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine.h"
#include "udp_frame.h"

namespace pktgen {

// A stream whose frames differ in nothing but their payload.
struct GsoStream {
  UdpLayout layout;
  std::vector<std::uint8_t> headers;
  std::uint32_t payload_bytes;

  [[nodiscard]] std::uint32_t frame_bytes() const noexcept { return layout.payload + payload_bytes; }
  // It is of this stream, checksums apart.
  [[nodiscard]] bool owns(const std::uint8_t* frame, std::uint32_t bytes) const noexcept;
  // As many as an IP datagram can carry.
  [[nodiscard]] std::uint32_t most_segments(std::uint32_t asked) const noexcept;
  // Writes prefix and headers of a packet of so many payloads, 2 at least, from `data` on; payloads follow.
  void write_headers(std::uint8_t* data, std::uint32_t segments) const noexcept;
};

// Throws Error NOT_PLAIN_UDP: the stream, and why the kernel cannot make its frames out of a large one.
std::vector<GsoStream> plan_gso(const FrameProgram& program);

// Throws Error: with the queueing discipline bypassed, by a kernel that does not cut UDP or not into so many,
// on an interface that would be given the large packet whole or would leave the frames without checksums.
void require_gso(const NetworkNamespace& where, const Link& link, const EngineOptions& options);

}  // namespace pktgen
