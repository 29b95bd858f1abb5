// A PACKET_TX_RING: memory shared with the kernel, in slots of one packet each; one system call sends every
// packet whose slot says so. Sources: packet(7), Documentation/networking/packet_mmap.rst,
// net/packet/af_packet.c (tpacket_snd).
#pragma once

#include <linux/if_packet.h>
#include <sys/types.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine.h"
#include "kernel_constants.h"
#include "memory_map.h"
#include "unique_fd.h"

namespace pktgen {

// A virtio_net_hdr stands before every packet of a ring that was opened with it (PACKET_VNET_HDR).
inline constexpr std::size_t kPrefixBytes = sizeof(kernel::VirtioNetHeader);

class TransmitRing {
 public:
  struct Shape {
    std::size_t data_bytes;     // of the longest packet, its prefix included
    std::size_t wanted;         // slots, about
    std::size_t repeats_after;  // slots; 0 for never
    bool has_prefix;
  };

  // Throws Error with the errno of socket(2), setsockopt(2) or mmap(2).
  TransmitRing(const EnginePlan& plan, const Shape& shape);

  [[nodiscard]] std::size_t size() const noexcept { return slots_; }

  // Where a slot's packet begins, with its prefix.
  [[nodiscard]] std::uint8_t* data(std::size_t at) const noexcept {
    return memory_.start() + at * slot_bytes_ + kDataOffsetBytes;
  }
  // Bytes of the packet and its prefix.
  [[nodiscard]] std::uint32_t length(std::size_t at) const noexcept { return header(at)->tp_len; }
  void set_length(std::size_t at, std::uint32_t bytes) noexcept { header(at)->tp_len = bytes; }

  // The slot that is filled next, and how many from it on are free, at most `most`.
  [[nodiscard]] std::size_t next() const noexcept { return next_; }
  [[nodiscard]] std::size_t free_slots(std::size_t most) const noexcept {
    most = std::min(most, slots_ - pending_);
    std::size_t free = 0;
    while (free < most && status(wrap(next_ + free)) == TP_STATUS_AVAILABLE) ++free;
    return free;
  }

  // The next slot is ready: its packet stands for `frames` frames.
  void queue(std::uint32_t frames) noexcept {
    pending_bytes_ += packet_bytes(next_);
    pending_frames_ += frames;
    frames_[next_] = frames;
    set_status(next_, TP_STATUS_SEND_REQUEST);
    next_ = wrap(next_ + 1);
    ++pending_;
  }

  // Has the kernel send what is queued; busy when nothing is, since all slots then wait for their completion.
  SubmitResult kick(CallMeter& calls) noexcept;

  // Takes back what is queued and waits until the kernel has let go of the rest, at most until then
  // (CLOCK_MONOTONIC).
  void drain(std::uint64_t deadline_ns) noexcept;

  // A position of at most twice the ring's length.
  [[nodiscard]] std::size_t wrap(std::size_t position) const noexcept {
    return position < slots_ ? position : position - slots_;
  }

 private:
  // In a transmit slot the data follows the header directly; the sockaddr_ll of TPACKET2_HDRLEN is for
  // receiving.
  static constexpr std::size_t kDataOffsetBytes = TPACKET2_HDRLEN - sizeof(sockaddr_ll);

  MemoryMap configure(const EnginePlan& plan, const Shape& shape);
  SubmitResult account(ssize_t sent_bytes, int error) noexcept;
  [[nodiscard]] std::uint32_t frames_of_longest(std::size_t first, std::size_t count,
                                                std::uint64_t bytes) const noexcept;
  [[nodiscard]] std::uint32_t packet_bytes(std::size_t at) const noexcept {
    return header(at)->tp_len - prefix_bytes_;
  }
  [[nodiscard]] tpacket2_hdr* header(std::size_t at) const noexcept {
    return reinterpret_cast<tpacket2_hdr*>(memory_.start() + at * slot_bytes_);
  }
  [[nodiscard]] std::uint32_t status(std::size_t at) const noexcept {
    return __atomic_load_n(&header(at)->tp_status, __ATOMIC_ACQUIRE);
  }
  void set_status(std::size_t at, std::uint32_t value) noexcept {
    __atomic_store_n(&header(at)->tp_status, value, __ATOMIC_RELEASE);
  }

  UniqueFd socket_;
  sockaddr_ll destination_;
  std::uint32_t prefix_bytes_;
  std::size_t slot_bytes_ = 0;
  std::size_t slots_ = 0;
  MemoryMap memory_;
  std::vector<std::uint32_t> frames_;  // that the packet of each slot stands for
  std::size_t next_ = 0;               // the next slot to fill
  std::size_t pending_ = 0;            // slots before next_ that wait for the kernel to take them
  std::uint64_t pending_bytes_ = 0;    // of their packets
  std::uint32_t pending_frames_ = 0;   // of their packets
};

}  // namespace pktgen
