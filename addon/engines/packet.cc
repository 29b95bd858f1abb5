// AF_PACKET without a ring: the kernel copies every frame out of our memory, many in one sendmmsg(2), or each
// by a call of its own when the batch is 1. Sources: packet(7), sendmmsg(2), net/packet/af_packet.c
// (packet_snd), net/socket.c (__sys_sendmmsg).
#include <sys/socket.h>

#include <array>
#include <vector>

#include "../engine.h"
#include "../error.h"
#include "../packet_socket.h"
#include "../pending_slots.h"

namespace pktgen {
namespace {

class PacketEngine final : public Engine {
 public:
  explicit PacketEngine(const EnginePlan& plan)
      :  // Protocol 0: the socket sends but never receives a copy of the interface's traffic.
        socket_(plan.where->open_socket(AF_PACKET, SOCK_RAW, 0)),
        destination_(packet_destination(plan.interface_index, plan.options.flag("qdiscBypass"))),
        one_by_one_(plan.batch == 1),
        slots_(plan),
        parts_(slots_.size()),
        messages_(2 * slots_.size()) {
    if (plan.options.flag("qdiscBypass")) {
      set_socket_option(socket_.get(), SOL_PACKET, PACKET_QDISC_BYPASS, 1, "PACKET_QDISC_BYPASS");
    }
    lay_out();
  }

  std::span<Slot* const> slots(std::uint32_t wanted) noexcept override { return slots_.free(wanted); }
  [[nodiscard]] std::uint32_t capacity() const noexcept override {
    return static_cast<std::uint32_t>(slots_.size());
  }

  SubmitResult submit(std::uint32_t count) noexcept override {
    slots_.queue(count, [&](std::size_t at) { parts_[at].iov_len = slots_[at].frame_bytes; });
    SubmitResult result;
    // A call that took some frames but not all says how many, not why: the next one does, for the first
    // frame that is left.
    while (slots_.pending() > 0 && result.status == SubmitResult::Status::kOk) hand_over(result);
    return result;
  }

  // Nothing is shared with the kernel: what it did not take is simply forgotten.
  void drain(std::uint64_t /*deadline_ns*/) noexcept override { slots_.forget(); }

 private:
  void lay_out() noexcept {
    for (std::size_t i = 0; i < slots_.size(); ++i) parts_[i].iov_base = slots_[i].data;
    // Twice, as the slots: a batch may go over the end of the ring.
    for (std::size_t i = 0; i < messages_.size(); ++i) {
      messages_[i].msg_hdr.msg_name = &destination_;
      messages_[i].msg_hdr.msg_namelen = sizeof(destination_);
      messages_[i].msg_hdr.msg_iov = &parts_[i % slots_.size()];
      messages_[i].msg_hdr.msg_iovlen = 1;
    }
  }

  void hand_over(SubmitResult& result) noexcept {
    const int taken = calls().make([&] { return one_by_one_ ? send_one() : send_all(); });
    if (taken < 0) {
      explain(errno, result);
    } else {
      slots_.take(static_cast<std::uint32_t>(taken), result);
    }
  }

  int send_one() noexcept {
    const iovec& part = parts_[slots_.first()];
    const ssize_t sent_bytes = sendto(socket_.get(), part.iov_base, part.iov_len, MSG_DONTWAIT,
                                      reinterpret_cast<const sockaddr*>(&destination_), sizeof(destination_));
    return sent_bytes < 0 ? -1 : 1;
  }

  int send_all() noexcept {
    return sendmmsg(socket_.get(), &messages_[slots_.first()], static_cast<unsigned>(slots_.pending()),
                    MSG_DONTWAIT);
  }

  UniqueFd socket_;
  sockaddr_ll destination_;
  bool one_by_one_;
  PendingSlots slots_;
  std::vector<iovec> parts_;       // of each slot
  std::vector<mmsghdr> messages_;  // of each slot, twice
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
