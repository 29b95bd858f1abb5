// UMEM: the memory of an AF_XDP socket, cut into chunks. A frame lies within one chunk, or, when it is longer
// than that, in consecutive ones (multi-buffer).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "cache_line.h"

namespace pktgen {

// The kernel takes chunks of 2048 bytes up to a page (net/xdp/xdp_umem.c); a page has 4096 bytes at least.
inline constexpr std::uint32_t kChunkBytes = 4096;

// Where the frames lie. Small ones share a chunk. CPU time of a 60-byte frame on Linux 6.18, copy mode, ifb,
// the least of five runs each, by distance from frame to frame: 64 bytes 428 ns, 128 427, 256 434, 2048 430
// with 128 frames; with 2048 frames 128 bytes take 427 ns and 2048 bytes 437 ns (on veth 929 and 989).
struct UmemLayout {
  std::size_t stride_bytes;  // from frame to frame within a chunk, or a multiple of whole chunks
  std::size_t per_chunk;     // frames; 1 when each has chunks of its own
  std::size_t frames;
  std::size_t receive_chunks;  // behind the frames, for the driver

  static UmemLayout of(std::uint32_t longest_frame_bytes, std::size_t frames, std::size_t receive_chunks) {
    const std::size_t unit = longest_frame_bytes > kChunkBytes ? kChunkBytes : kCacheLineBytes;
    const std::size_t stride = (longest_frame_bytes + unit - 1) / unit * unit;
    return {.stride_bytes = stride,
            .per_chunk = std::max<std::size_t>(kChunkBytes / stride, 1),
            .frames = frames,
            .receive_chunks = receive_chunks};
  }

  // Address of a frame, relative to the start of UMEM.
  [[nodiscard]] std::size_t address(std::size_t frame) const {
    return frame / per_chunk * group_bytes() + frame % per_chunk * stride_bytes;
  }
  // The frame that an address lies in.
  [[nodiscard]] std::size_t frame_at(std::size_t address) const {
    return address / group_bytes() * per_chunk + address % group_bytes() / stride_bytes % per_chunk;
  }
  [[nodiscard]] std::size_t receive_address(std::size_t chunk) const {
    return frames_bytes() + chunk * kChunkBytes;
  }
  [[nodiscard]] std::size_t total_bytes() const { return receive_address(receive_chunks); }

 private:
  [[nodiscard]] std::size_t group_bytes() const { return std::max<std::size_t>(kChunkBytes, stride_bytes); }
  [[nodiscard]] std::size_t frames_bytes() const {
    return (frames + per_chunk - 1) / per_chunk * group_bytes();
  }
};

// Chunks, and so descriptors, of a frame.
inline std::uint32_t pieces_of(std::uint32_t frame_bytes) noexcept {
  return (frame_bytes + kChunkBytes - 1) / kChunkBytes;
}

}  // namespace pktgen
