// Where each frame of an AF_XDP socket is. A slot is free → pending (described in the transmit ring) → taken
// (the kernel has it) → free again, when its completion came. All three happen in the order of the slots, so
// that three numbers tell everything. Sources: Documentation/networking/af_xdp.rst, net/xdp/xsk.c
// (__xsk_generic_xmit), net/xdp/xsk_queue.h.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "slot_ring.h"
#include "xsk_socket.h"

namespace pktgen {

class XskFrames {
 public:
  // A slot for every frame that the socket's memory has a place for.
  XskFrames(XskSocket& socket, std::uint32_t longest_frame_bytes);

  [[nodiscard]] std::size_t size() const noexcept { return slots_.size(); }
  [[nodiscard]] std::size_t pending() const noexcept { return pending_; }
  [[nodiscard]] std::size_t taken() const noexcept { return taken_; }
  // The kernel has never taken anything.
  [[nodiscard]] bool is_untouched() const noexcept { return consumed_ == 0; }

  // At most `wanted` of those that are free.
  [[nodiscard]] std::span<Slot* const> free(std::uint32_t wanted) const noexcept {
    return slots_.from(next_, std::min<std::size_t>(wanted, size() - pending_ - taken_));
  }

  // The next `count` are pending.
  void queue(std::uint32_t count) noexcept;

  // Moves what the kernel took from pending to taken, after a call that ended with this errno or 0. Returns
  // how many frames.
  std::uint32_t account(int error) noexcept;

  // Takes back the slots that the kernel has let go of. Which ones is no question: it lets go in their order.
  void reap() noexcept;

 private:
  [[nodiscard]] std::size_t first_pending() const noexcept { return slots_.wrap(next_ + size() - pending_); }
  [[nodiscard]] std::size_t first_taken() const noexcept {
    return slots_.wrap(first_pending() + size() - taken_);
  }
  void describe(std::size_t from, std::size_t count) noexcept;
  std::uint32_t take(std::size_t frames) noexcept;
  std::uint32_t account_with_drop() noexcept;
  [[nodiscard]] std::size_t last_completed() noexcept;
  [[nodiscard]] std::size_t whole_frames(std::size_t from, std::size_t most, std::uint32_t& pieces) noexcept;

  XskRing<xdp_desc>& transmit_;
  XskRing<std::uint64_t>& completion_;
  std::uint8_t* umem_;
  UmemLayout layout_;
  bool zero_copy_;
  bool single_;  // every frame is one descriptor
  SlotRing slots_;

  std::size_t next_ = 0;     // the next slot to fill
  std::size_t pending_ = 0;  // slots before next_ that the kernel has not taken
  std::size_t taken_ = 0;    // slots before those that it has not let go of

  std::uint32_t produced_ = 0;             // index in the transmit ring, ours
  std::uint32_t consumed_ = 0;             // and the kernel's, as last seen
  std::uint32_t consumed_pieces_ = 0;      // of a frame that is only partly consumed
  std::uint32_t reaped_ = 0;               // index in the completion ring, ours
  std::uint32_t completed_pieces_ = 0;     // of a frame that is only partly completed
  std::uint32_t foreign_completions_ = 0;  // of dropped frames, still to come
};

}  // namespace pktgen
