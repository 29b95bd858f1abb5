#include "xsk_frames.h"

#include <cerrno>

#include "kernel_constants.h"

namespace pktgen {

XskFrames::XskFrames(XskSocket& socket, std::uint32_t longest_frame_bytes)
    : transmit_(socket.transmit()),
      completion_(socket.completion()),
      umem_(socket.umem()),
      layout_(socket.layout()),
      zero_copy_(socket.is_zero_copy()),
      single_(pieces_of(longest_frame_bytes) == 1),
      slots_(layout_.frames) {
  for (std::size_t i = 0; i < size(); ++i) slots_[i].data = umem_ + layout_.address(i);
}

void XskFrames::queue(std::uint32_t count) noexcept {
  describe(next_, count);
  next_ = slots_.wrap(next_ + count);
  pending_ += count;
}

// Writes the descriptors of `count` frames from a position on and shows them to the kernel. There is room
// for all slots.
void XskFrames::describe(std::size_t from, std::size_t count) noexcept {
  for (const Slot* slot : slots_.from(from, count)) {
    auto address = static_cast<std::uint64_t>(slot->data - umem_);
    std::uint32_t left = slot->frame_bytes;
    for (; left > kChunkBytes; left -= kChunkBytes, address += kChunkBytes) {
      transmit_[produced_++] = {.addr = address, .len = kChunkBytes, .options = kernel::kXdpPktContd};
    }
    transmit_[produced_++] = {.addr = address, .len = left, .options = 0};
  }
  transmit_.publish_producer(produced_);
}

std::uint32_t XskFrames::account(int error) noexcept {
  if (error == EBUSY && !zero_copy_) return account_with_drop();
  // Before 6.17 the kernel shows how far it is only when it has done all that it saw: it may lag behind
  // what a drop has told.
  const std::uint32_t news = transmit_.consumer() - consumed_;
  if (news > produced_ - consumed_) return 0;
  consumed_ += news;
  consumed_pieces_ += news;
  return take(whole_frames(first_pending(), pending_, consumed_pieces_));
}

std::uint32_t XskFrames::take(std::size_t frames) noexcept {
  pending_ -= frames;
  taken_ += frames;
  return static_cast<std::uint32_t>(frames);
}

// EBUSY: of the frames that it took, the kernel dropped the last one, and completed it. It goes back into
// the ring, before all others. The kernel reads the ring only when it is called: what it has not consumed
// may be written anew.
std::uint32_t XskFrames::account_with_drop() noexcept {
  const std::size_t dropped = last_completed();
  if (dropped == pending_) return 0;  // nothing of this call was completed: no frame was dropped
  const std::size_t first = first_pending();
  std::uint32_t pieces = 0;
  for (std::size_t i = 0; i <= dropped; ++i) pieces += pieces_of(slots_[slots_.wrap(first + i)].frame_bytes);
  consumed_ += pieces - consumed_pieces_;
  consumed_pieces_ = 0;
  foreign_completions_ += pieces_of(slots_[slots_.wrap(first + dropped)].frame_bytes);
  const std::uint32_t sent = take(dropped);
  produced_ = consumed_;
  describe(first_pending(), pending_);
  return sent;
}

// Of the pending frames with a completion the last one, counted from the first pending; pending_ for none.
std::size_t XskFrames::last_completed() noexcept {
  const std::uint32_t producer = completion_.producer();
  std::size_t last = pending_;
  for (std::uint32_t i = reaped_; i != producer; ++i) {
    const std::size_t slot = layout_.frame_at(completion_[i]);
    const std::size_t ahead = slots_.wrap(slot + size() - first_pending());
    if (ahead < pending_ && (last == pending_ || ahead > last)) last = ahead;
  }
  return last;
}

// How many of up to `most` frames from a position on these descriptors make up; takes them off.
std::size_t XskFrames::whole_frames(std::size_t from, std::size_t most, std::uint32_t& pieces) noexcept {
  if (single_) {
    const auto frames = std::min<std::size_t>(pieces, most);
    pieces -= static_cast<std::uint32_t>(frames);
    return frames;
  }
  std::size_t frames = 0;
  for (; frames < most; ++frames) {
    const std::uint32_t needed = pieces_of(slots_[slots_.wrap(from + frames)].frame_bytes);
    if (pieces < needed) break;
    pieces -= needed;
  }
  return frames;
}

void XskFrames::reap() noexcept {
  const std::uint32_t producer = completion_.producer();
  if (producer == reaped_) return;
  completed_pieces_ += producer - reaped_;
  reaped_ = producer;
  completion_.publish_consumer(producer);
  const std::uint32_t foreign = std::min(completed_pieces_, foreign_completions_);
  completed_pieces_ -= foreign;
  foreign_completions_ -= foreign;
  taken_ -= whole_frames(first_taken(), taken_, completed_pieces_);
}

}  // namespace pktgen
