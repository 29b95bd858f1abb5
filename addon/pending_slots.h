// The slots of an engine out of whose memory the kernel copies frames, as sendmmsg(2) does. Nothing is
// shared: a slot is free, or pending until the kernel has taken its frame.
#pragma once

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <span>
#include <vector>

#include "engine.h"
#include "slot_ring.h"

namespace pktgen {

// sendmmsg takes no more messages in one call, and a message no more parts.
static_assert(kMostPlaces <= IOV_MAX);

class PendingSlots {
 public:
  explicit PendingSlots(const EnginePlan& plan)
      : slots_(ring_places(std::clamp<std::size_t>(plan.batch, kUsualPlaces, kMostPlaces), 1,
                           plan.repeats_after, kMostPlaces)),
        memory_(memory_of(slots_, plan.longest_frame_bytes)) {}

  [[nodiscard]] std::size_t size() const noexcept { return slots_.size(); }
  [[nodiscard]] Slot& operator[](std::size_t position) noexcept { return slots_[position]; }
  [[nodiscard]] std::size_t wrap(std::size_t position) const noexcept { return slots_.wrap(position); }

  // The first of the pending slots, and how many there are.
  [[nodiscard]] std::size_t first() const noexcept { return wrap(next_ + size() - pending_); }
  [[nodiscard]] std::size_t pending() const noexcept { return pending_; }

  // At most `wanted` of those that are free.
  [[nodiscard]] std::span<Slot* const> free(std::uint32_t wanted) const noexcept {
    return slots_.from(next_, std::min<std::size_t>(wanted, size() - pending_));
  }

  // The next `count` are pending; `describe` is called with the position of each.
  template <typename Describe>
  void queue(std::uint32_t count, Describe describe) noexcept {
    for (std::uint32_t i = 0; i < count; ++i) describe(wrap(next_ + i));
    next_ = wrap(next_ + count);
    pending_ += count;
  }

  // A call took the first `count`.
  void take(std::uint32_t count, SubmitResult& result) noexcept {
    pending_ -= count;
    result.sent += count;
  }

  void forget() noexcept { pending_ = 0; }

 private:
  SlotRing slots_;
  std::vector<std::uint8_t> memory_;
  std::size_t next_ = 0;     // the next slot to fill
  std::size_t pending_ = 0;  // slots before next_ that the kernel has not taken
};

// The first pending frame was not taken. ENOBUFS: the queueing discipline or the driver dropped it, so it
// stays queued here. EMSGSIZE: it will never fit. ECONNREFUSED belongs to an earlier datagram: its port is
// closed, which is nothing to us.
inline void explain(int error, SubmitResult& result) noexcept {
  const bool passes = error == EAGAIN || error == ENOBUFS || error == EINTR || error == ECONNREFUSED;
  result.status = passes ? SubmitResult::Status::kBusy : SubmitResult::Status::kError;
  result.error = error;
  if (error == EMSGSIZE) result.rejected = 1;
}

}  // namespace pktgen
