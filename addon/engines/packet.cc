// AF_PACKET without a ring: the kernel copies every frame out of our memory, many in one sendmmsg(2), or each
// by a call of its own when the batch is 1. Sources: packet(7), sendmmsg(2), net/packet/af_packet.c
// (packet_snd), net/socket.c (__sys_sendmmsg).
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "../cache_line.h"
#include "../engine.h"
#include "../error.h"
#include "../packet_socket.h"
#include "../slot_ring.h"

namespace pktgen {
namespace {

constexpr std::size_t kPlaces = 128;
// UIO_MAXIOV: sendmmsg takes no more messages in one call.
constexpr std::size_t kMostPlaces = 1024;

class PacketEngine final : public Engine {
 public:
  explicit PacketEngine(const EnginePlan& plan)
      :  // Protocol 0: the socket sends but never receives a copy of the interface's traffic.
        socket_(plan.where->open_socket(AF_PACKET, SOCK_RAW, 0)),
        destination_(packet_destination(plan.interface_index, plan.options.flag("qdiscBypass"))),
        one_by_one_(plan.batch == 1),
        slots_(ring_places(std::clamp<std::size_t>(plan.batch, kPlaces, kMostPlaces), 1, plan.repeats_after,
                           kMostPlaces)),
        parts_(slots_.size()),
        messages_(2 * slots_.size()) {
    if (plan.options.flag("qdiscBypass")) {
      set_socket_option(socket_.get(), SOL_PACKET, PACKET_QDISC_BYPASS, 1, "PACKET_QDISC_BYPASS");
    }
    lay_out(plan.longest_frame_bytes);
  }

  std::span<Slot* const> slots(std::uint32_t wanted) noexcept override {
    return slots_.from(next_, std::min<std::size_t>(wanted, slots_.size() - pending_));
  }
  [[nodiscard]] std::uint32_t capacity() const noexcept override {
    return static_cast<std::uint32_t>(slots_.size());
  }

  SubmitResult submit(std::uint32_t count) noexcept override {
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::size_t at = wrap(next_ + i);
      parts_[at].iov_len = slots_[at].frame_bytes;
    }
    next_ = wrap(next_ + count);
    pending_ += count;
    SubmitResult result;
    // A call that took some frames but not all says how many, not why: the next one does, for the first
    // frame that is left.
    while (pending_ > 0 && result.status == SubmitResult::Status::kOk) hand_over(result);
    return result;
  }

  // Nothing is shared with the kernel: what it did not take is simply forgotten.
  void drain(std::uint64_t /*deadline_ns*/) noexcept override { pending_ = 0; }

 private:
  void lay_out(std::size_t longest_bytes) {
    const std::size_t stride = whole_lines(longest_bytes);
    memory_.resize(slots_.size() * stride);
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      slots_[i].data = memory_.data() + i * stride;
      parts_[i].iov_base = slots_[i].data;
    }
    // Twice, as the slots: a batch may go over the end of the ring.
    for (std::size_t i = 0; i < messages_.size(); ++i) {
      messages_[i].msg_hdr.msg_name = &destination_;
      messages_[i].msg_hdr.msg_namelen = sizeof(destination_);
      messages_[i].msg_hdr.msg_iov = &parts_[i % slots_.size()];
      messages_[i].msg_hdr.msg_iovlen = 1;
    }
  }

  [[nodiscard]] std::size_t wrap(std::size_t position) const noexcept {
    return position < slots_.size() ? position : position - slots_.size();
  }

  void hand_over(SubmitResult& result) noexcept {
    const int taken = one_by_one_ ? send_one() : send_all();
    ++result.syscalls;
    if (taken < 0) {
      explain(errno, result);
      return;
    }
    pending_ -= static_cast<std::size_t>(taken);
    result.sent += static_cast<std::uint32_t>(taken);
  }

  [[nodiscard]] std::size_t first() const noexcept { return wrap(next_ + slots_.size() - pending_); }

  int send_one() noexcept {
    const iovec& part = parts_[first()];
    const ssize_t sent_bytes = sendto(socket_.get(), part.iov_base, part.iov_len, MSG_DONTWAIT,
                                      reinterpret_cast<const sockaddr*>(&destination_), sizeof(destination_));
    return sent_bytes < 0 ? -1 : 1;
  }

  int send_all() noexcept {
    return sendmmsg(socket_.get(), &messages_[first()], static_cast<unsigned>(pending_), MSG_DONTWAIT);
  }

  // The first frame that is left was not taken. ENOBUFS: the queueing discipline or the driver dropped it, so
  // it stays queued here. EMSGSIZE: it will never fit.
  static void explain(int error, SubmitResult& result) noexcept {
    const bool passes = error == EAGAIN || error == ENOBUFS || error == EINTR;
    result.status = passes ? SubmitResult::Status::kBusy : SubmitResult::Status::kError;
    result.error = error;
    if (error == EMSGSIZE) result.rejected = 1;
  }

  UniqueFd socket_;
  sockaddr_ll destination_;
  bool one_by_one_;
  SlotRing slots_;
  std::vector<iovec> parts_;       // of each slot
  std::vector<mmsghdr> messages_;  // of each slot, twice
  std::vector<std::uint8_t> memory_;
  std::size_t next_ = 0;     // the next slot to fill
  std::size_t pending_ = 0;  // slots before next_ that the kernel has not taken
};

constexpr std::array kOptions{kQdiscBypassOption};

constexpr std::uint32_t kRank = 20;

EngineInfo info{
    .name = "packet",
    .summary = "AF_PACKET sendmmsg: a copy of each frame, one system call a batch; plain send with --batch 1",
    .needs_device = true,
    .options = kOptions,
    .probe = [](const Occasion& occasion) -> Fit {
      return {.refusal = packet_refusal(occasion.where, occasion.link), .facts = {}, .rank = kRank};
    },
    .open = [](const EnginePlan& plan) -> std::unique_ptr<Engine> {
      return std::make_unique<PacketEngine>(plan);
    },
};
const EngineRegistration registration(info);

}  // namespace
}  // namespace pktgen
