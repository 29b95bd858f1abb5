// AF_XDP: descriptors of frames in memory of ours go through a ring that the kernel shares. In copy mode it
// copies each frame into a packet buffer, past the queueing discipline and most of the stack; in zero-copy
// mode the driver reads our memory. Sources: Documentation/networking/af_xdp.rst, net/xdp/xsk.c
// (__xsk_generic_xmit), net/xdp/xsk_queue.h.
#include <linux/if_arp.h>
#include <linux/if_xdp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>

#include "../clock.h"
#include "../engine.h"
#include "../error.h"
#include "../kernel_constants.h"
#include "../slot_ring.h"
#include "../umem.h"
#include "../xsk_socket.h"

namespace pktgen {
namespace {

// Measured on Linux 6.18, copy mode, ifb, CPU time of a 60-byte frame, the least of five runs each: ring of
// 64 438 ns, 128 428, 512 426, 2048 428; batch of 16 441, 32 429, 64 428, 128 424, 256 428. All within the
// noise: what counts is that the frames stay in the cache. A ring of up to so many frames may hold a whole
// period of a mix.
constexpr std::size_t kMostPlaces = 1024;

std::size_t places(const EnginePlan& plan) {
  const auto wanted = static_cast<std::size_t>(plan.options.number("ringFrames"));
  return ring_places(wanted, 1, plan.repeats_after, std::max(wanted, kMostPlaces));
}

// A slot is free → pending (described in the transmit ring) → taken (the kernel has it) → free again, when
// its completion came. All three happen in the order of the slots, so that three numbers tell everything.
class Xdp final : public Engine {
 public:
  explicit Xdp(const EnginePlan& plan)
      : slots_(places(plan)),
        socket_(XskSocket::open(plan, slots_.size())),
        transmit_(socket_->transmit()),
        completion_(socket_->completion()),
        zero_copy_(socket_->is_zero_copy()),
        busy_poll_(plan.options.flag("busyPoll")),
        single_(pieces_of(plan.longest_frame_bytes) == 1) {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      slots_[i].data = socket_->umem() + socket_->layout().address(i);
    }
  }

  std::span<Slot* const> slots(std::uint32_t wanted) noexcept override {
    reap();
    const std::size_t free = slots_.size() - pending_ - taken_;
    return slots_.from(next_, std::min<std::size_t>(wanted, free));
  }

  [[nodiscard]] std::uint32_t capacity() const noexcept override {
    return static_cast<std::uint32_t>(slots_.size());
  }

  SubmitResult submit(std::uint32_t count) noexcept override {
    describe(next_, count);
    next_ = wrap(next_ + count);
    pending_ += count;
    return kick();
  }

  // What the kernel knows of cannot be taken back: a driver may be reading the ring at this moment, and
  // kernels before 6.17 do not always say how far they are. So the rest is sent, too.
  void drain(std::uint64_t deadline_ns) noexcept override {
    bool alive = true;
    for (;;) {
      if (alive && pending_ > 0) {
        const SubmitResult result = kick();
        sent_in_drain_ += result.sent;
        alive = result.status != SubmitResult::Status::kError;
      }
      reap();
      if (taken_ + (alive ? pending_ : 0) == 0 || monotonic_ns() >= deadline_ns) return;
      if (zero_copy_ || pending_ == 0) sleep_ns(kDrainPollNs);
    }
  }

  [[nodiscard]] std::uint32_t sent_in_drain() const noexcept override { return sent_in_drain_; }
  [[nodiscard]] std::string mode() const override {
    const bool in_vain = polls_in_vain_.load(std::memory_order_relaxed) >= kMostPollsInVain;
    return socket_->mode() + (in_vain ? ", without busy polling: this driver does not send by it" : "");
  }

 private:
  static constexpr std::int64_t kDrainPollNs = 50'000;
  // A frame that the device drops over and over for so long will never leave.
  static constexpr std::uint64_t kDropPatienceNs = 1'000'000'000;
  static constexpr std::uint32_t kMostPollsInVain = 512;

  // A position of at most twice the ring's length.
  [[nodiscard]] std::size_t wrap(std::size_t position) const noexcept {
    return position < slots_.size() ? position : position - slots_.size();
  }
  [[nodiscard]] std::size_t first_pending() const noexcept { return wrap(next_ + slots_.size() - pending_); }
  [[nodiscard]] std::size_t first_taken() const noexcept {
    return wrap(wrap(next_ + slots_.size() - pending_) + slots_.size() - taken_);
  }

  // Writes the descriptors of `count` frames from a position on and shows them to the kernel. There is room
  // for all slots.
  void describe(std::size_t from, std::size_t count) noexcept {
    const std::uint8_t* const umem = socket_->umem();
    for (const Slot* slot : slots_.from(from, count)) {
      auto address = static_cast<std::uint64_t>(slot->data - umem);
      std::uint32_t left = slot->frame_bytes;
      for (; left > kChunkBytes; left -= kChunkBytes, address += kChunkBytes) {
        transmit_[produced_++] = {.addr = address, .len = kChunkBytes, .options = kernel::kXdpPktContd};
      }
      transmit_[produced_++] = {.addr = address, .len = left, .options = 0};
    }
    transmit_.publish_producer(produced_);
  }

  // Without MSG_DONTWAIT the kernel refuses the call.
  SubmitResult kick() noexcept {
    if (pending_ == 0 && !zero_copy_)
      return {.status = SubmitResult::Status::kBusy};  // all wait for completion
    SubmitResult result;
    if (!zero_copy_ || busy_poll_ || transmit_.needs_wakeup()) {
      result.syscalls = 1;
      if (sendto(socket_->fd(), nullptr, 0, MSG_DONTWAIT, nullptr, 0) < 0) result.error = errno;
    }
    result.sent = account(result.error);
    if (zero_copy_ && busy_poll_ && consumed_ == 0) doubt_busy_poll();
    if (result.sent > 0) dropping_since_ns_ = 0;
    if (result.sent > 0 && result.error == 0) return result;
    const bool may_pass = is_passing(result.error) && !(result.error == EBUSY && drops_too_long());
    result.status = may_pass ? SubmitResult::Status::kBusy : SubmitResult::Status::kError;
    // A copying call that sent nothing and says that all is well: the queue has no transmit side, or lost it.
    if (!zero_copy_ && result.sent == 0 && result.error == 0) {
      result = {.status = SubmitResult::Status::kError, .error = ENXIO, .syscalls = result.syscalls};
    }
    return result;
  }

  // A driver with a NAPI instance of its own for sending (virtio_net) never gets to it: the kernel polls the
  // one that receives and leaves out the wake-up.
  void doubt_busy_poll() noexcept {
    polls_in_vain_.store(polls_in_vain_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    if (polls_in_vain_.load(std::memory_order_relaxed) < kMostPollsInVain) return;
    socket_->stop_busy_poll();
    busy_poll_ = false;
  }

  [[nodiscard]] bool drops_too_long() noexcept {
    const std::uint64_t now_ns = monotonic_ns();
    if (dropping_since_ns_ == 0) dropping_since_ns_ = now_ns;
    return now_ns - dropping_since_ns_ > kDropPatienceNs;
  }

  // EAGAIN: the call's budget or the socket's send buffer is used up. EBUSY: the device dropped a frame.
  static bool is_passing(int error) noexcept {
    return error == 0 || error == EAGAIN || error == EBUSY || error == ENOBUFS || error == ENOMEM ||
           error == EINTR;
  }

  // Moves what the kernel took from pending to taken. Returns how many frames.
  std::uint32_t account(int error) noexcept {
    if (error == EBUSY && !zero_copy_) return account_with_drop();
    // Before 6.17 the kernel shows how far it is only when it has done all that it saw: it may lag behind
    // what a drop has told.
    const std::uint32_t news = transmit_.consumer() - consumed_;
    if (news > produced_ - consumed_) return 0;
    consumed_ += news;
    consumed_pieces_ += news;
    return take(whole_frames(first_pending(), pending_, consumed_pieces_));
  }

  std::uint32_t take(std::size_t frames) noexcept {
    pending_ -= frames;
    taken_ += frames;
    return static_cast<std::uint32_t>(frames);
  }

  // EBUSY: of the frames that it took, the kernel dropped the last one, and completed it. It goes back into
  // the ring, before all others. The kernel reads the ring only when it is called: what it has not consumed
  // may be written anew.
  std::uint32_t account_with_drop() noexcept {
    const std::size_t dropped = last_completed();
    if (dropped == pending_) return 0;  // nothing of this call was completed: no frame was dropped
    const std::size_t first = first_pending();
    std::uint32_t pieces = 0;
    for (std::size_t i = 0; i <= dropped; ++i) pieces += pieces_of(slots_[wrap(first + i)].frame_bytes);
    consumed_ += pieces - consumed_pieces_;
    consumed_pieces_ = 0;
    foreign_completions_ += pieces_of(slots_[wrap(first + dropped)].frame_bytes);
    const std::uint32_t sent = take(dropped);
    produced_ = consumed_;
    describe(first_pending(), pending_);
    return sent;
  }

  // Of the pending frames with a completion the last one, counted from the first pending; pending_ for none.
  [[nodiscard]] std::size_t last_completed() noexcept {
    const std::uint32_t producer = completion_.producer();
    std::size_t last = pending_;
    for (std::uint32_t i = reaped_; i != producer; ++i) {
      const std::size_t slot = socket_->layout().frame_at(completion_[i]);
      const std::size_t ahead = wrap(slot + slots_.size() - first_pending());
      if (ahead < pending_ && (last == pending_ || ahead > last)) last = ahead;
    }
    return last;
  }

  // How many of up to `most` frames from a position on these descriptors make up; takes them off.
  [[nodiscard]] std::size_t whole_frames(std::size_t from, std::size_t most, std::uint32_t& pieces) noexcept {
    if (single_) {
      const auto frames = std::min<std::size_t>(pieces, most);
      pieces -= static_cast<std::uint32_t>(frames);
      return frames;
    }
    std::size_t frames = 0;
    for (; frames < most; ++frames) {
      const std::uint32_t needed = pieces_of(slots_[wrap(from + frames)].frame_bytes);
      if (pieces < needed) break;
      pieces -= needed;
    }
    return frames;
  }

  // Takes back the slots that the kernel has let go of. Which ones is no question: it lets go in their order.
  void reap() noexcept {
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

  SlotRing slots_;
  std::unique_ptr<XskSocket> socket_;
  XskRing<xdp_desc>& transmit_;
  XskRing<std::uint64_t>& completion_;
  bool zero_copy_;
  bool busy_poll_;
  bool single_;  // every frame is one descriptor

  std::size_t next_ = 0;     // the next slot to fill
  std::size_t pending_ = 0;  // slots before next_ that the kernel has not taken
  std::size_t taken_ = 0;    // slots before those that it has not let go of

  std::uint32_t produced_ = 0;                   // index in the transmit ring, ours
  std::uint32_t consumed_ = 0;                   // and the kernel's, as last seen
  std::uint32_t consumed_pieces_ = 0;            // of a frame that is only partly consumed
  std::uint32_t reaped_ = 0;                     // index in the completion ring, ours
  std::uint32_t completed_pieces_ = 0;           // of a frame that is only partly completed
  std::uint32_t foreign_completions_ = 0;        // of dropped frames, still to come
  std::atomic<std::uint32_t> polls_in_vain_{0};  // since the start; another thread asks for the mode
  std::uint64_t dropping_since_ns_ = 0;          // nothing was taken since; 0: none dropped
  std::uint32_t sent_in_drain_ = 0;
};

constexpr std::array<const char*, 3> kModes{"auto", "copy", "zerocopy"};
constexpr std::int64_t kLargestRing = 16384;

constexpr std::array kOptions{
    EngineOption{.name = "xdpMode",
                 .type = EngineOption::Type::kChoice,
                 .choices = kModes,
                 .description =
                     "zerocopy: the driver reads the frames where they lie, with an XDP program on "
                     "the interface meanwhile; auto: that where the driver can"},
    EngineOption{.name = "busyPoll",
                 .type = EngineOption::Type::kFlag,
                 .description = "drive the driver's queue from the worker's own calls (needs CAP_NET_ADMIN)"},
    EngineOption{.name = "ringFrames",
                 .type = EngineOption::Type::kInteger,
                 .fallback = 128,
                 .minimum = 8,
                 .maximum = kLargestRing,
                 .power_of_two = true,
                 .description = "slots of the transmit ring; a ring that fits the L1/L2 cache is fastest"},
    EngineOption{.name = "txBudget",
                 .type = EngineOption::Type::kInteger,
                 .maximum = kLargestRing * 4,
                 .description =
                     "frames that one call sends at most in copy mode, from 32 to the ring's; 0: a "
                     "whole batch, where the kernel can (6.17)"},
};

constexpr std::uint32_t kCopyRank = 40;
constexpr std::uint32_t kZeroCopyRank = 50;

std::optional<Refusal> refuse_socket(const NetworkNamespace& where) {
  try {
    (void)where.open_socket(AF_XDP, SOCK_RAW, 0);
  } catch (const Error& error) {
    if (error.code() == "EPERM") return Refusal{.code = "EPERM", .reason = "needs CAP_NET_RAW", .help = ""};
    if (error.code() == "EAFNOSUPPORT") {
      return Refusal{.code = error.code(),
                     .reason = "this kernel has no AF_XDP",
                     .help = "a kernel with CONFIG_XDP_SOCKETS=y"};
    }
    return Refusal{.code = error.code(), .reason = error.what(), .help = ""};
  }
  return std::nullopt;
}

std::optional<Refusal> refusal(const Occasion& occasion, bool no_zero_copy) {
  const Link& link = occasion.link;
  if (link.hardware_type != ARPHRD_ETHER && link.hardware_type != ARPHRD_LOOPBACK) {
    return Refusal{.code = "NOT_ETHERNET", .reason = "not an Ethernet device", .help = ""};
  }
  if (auto refused = refuse_socket(occasion.where)) return refused;
  if (!link.up) {
    return Refusal{
        .code = "ENETDOWN", .reason = "the interface is down", .help = "ip link set " + link.name + " up"};
  }
  if (no_zero_copy && occasion.options.text("xdpMode") == "zerocopy") {
    return Refusal{
        .code = "NO_ZEROCOPY", .reason = "its driver has no zero-copy for AF_XDP", .help = "--xdp-mode copy"};
  }
  if (occasion.program != nullptr && occasion.program->longest_frame_bytes() > kChunkBytes &&
      !has_multi_buffer(occasion.where)) {
    return Refusal{
        .code = "EMSGSIZE",
        .reason = "this kernel's AF_XDP takes frames of up to " + std::to_string(kChunkBytes) + " bytes",
        .help = "Linux 6.6 or newer, or shorter frames"};
  }
  return std::nullopt;
}

Fit probe(const Occasion& occasion) {
  const std::optional<bool> zero_copy = has_zero_copy(occasion.link.xdp_features);
  const bool wants_copy = occasion.options.text("xdpMode") == "copy";
  const bool likely = zero_copy.value_or(false) && !wants_copy;
  return {.refusal = refusal(occasion, zero_copy == false),
          .facts = {likely ? "zero-copy" : "copy mode"},
          .rank = likely ? kZeroCopyRank : kCopyRank};
}

EngineInfo info{
    .name = "xdp",
    .summary = "AF_XDP: a ring past most of the stack; zero-copy where the driver can, else one copy a frame",
    .needs_device = true,
    .queue_choice = QueueChoice::kByPlan,
    .options = kOptions,
    .probe = probe,
    .open = [](const EnginePlan& plan) -> std::unique_ptr<Engine> { return std::make_unique<Xdp>(plan); },
};
const EngineRegistration registration(info);

}  // namespace
}  // namespace pktgen
