// The rings that an AF_XDP socket shares with the kernel: one side produces, the other consumes. Indexes run
// freely through 2^32; a place is the index modulo the entries. Sources: linux/if_xdp.h,
// Documentation/networking/af_xdp.rst, net/xdp/xsk_queue.h (for the order of the memory accesses).
#pragma once

#include <linux/if_xdp.h>

#include <cstdint>

#include "memory_map.h"

namespace pktgen {

// Entry: xdp_desc in a transmit ring, an address in UMEM (std::uint64_t) in the other two.
template <typename Entry>
class XskRing {
 public:
  // Maps the ring at `page_offset` (XDP_PGOFF_*) of a socket. Throws Error.
  XskRing(int socket_fd, std::uint64_t page_offset, const xdp_ring_offset& offsets, std::uint32_t entries,
          const char* what)
      : memory_(MemoryMap::shared(offsets.desc + entries * sizeof(Entry), socket_fd, page_offset, what)),
        entries_(reinterpret_cast<Entry*>(memory_.start() + offsets.desc)),
        producer_(word(offsets.producer)),
        consumer_(word(offsets.consumer)),
        flags_(word(offsets.flags)),
        mask_(entries - 1) {}

  [[nodiscard]] std::uint32_t size() const noexcept { return mask_ + 1; }
  [[nodiscard]] Entry& operator[](std::uint32_t index) noexcept { return entries_[index & mask_]; }

  // Release: whoever sees the new index sees the entries before it. Acquire: the other half of that.
  void publish_producer(std::uint32_t index) noexcept {
    __atomic_store_n(producer_, index, __ATOMIC_RELEASE);
  }
  void publish_consumer(std::uint32_t index) noexcept {
    __atomic_store_n(consumer_, index, __ATOMIC_RELEASE);
  }
  [[nodiscard]] std::uint32_t producer() const noexcept {
    return __atomic_load_n(producer_, __ATOMIC_ACQUIRE);
  }
  [[nodiscard]] std::uint32_t consumer() const noexcept {
    return __atomic_load_n(consumer_, __ATOMIC_ACQUIRE);
  }

  // The kernel will not look at the ring unless it is called.
  [[nodiscard]] bool needs_wakeup() const noexcept {
    return (__atomic_load_n(flags_, __ATOMIC_RELAXED) & XDP_RING_NEED_WAKEUP) != 0;
  }

 private:
  [[nodiscard]] std::uint32_t* word(std::uint64_t offset) const noexcept {
    return reinterpret_cast<std::uint32_t*>(memory_.start() + offset);
  }

  MemoryMap memory_;
  Entry* entries_;
  std::uint32_t* producer_;
  std::uint32_t* consumer_;
  std::uint32_t* flags_;
  std::uint32_t mask_;
};

}  // namespace pktgen
