// AF_XDP: descriptors of frames in memory of ours go through a ring that the kernel shares. In copy mode it
// copies each frame into a packet buffer, past the queueing discipline and most of the stack; in zero-copy
// mode the driver reads our memory. Sources: Documentation/networking/af_xdp.rst, net/xdp/xsk.c
// (__xsk_generic_xmit), net/xdp/xsk_queue.h.
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>

#include "../clock.h"
#include "../engine.h"
#include "../error.h"
#include "../refusals.h"
#include "../slot_ring.h"
#include "../xsk_frames.h"
#include "../xsk_socket.h"

namespace pktgen {
namespace {

// Measured on Linux 6.18, copy mode, ifb, CPU time of a 60-byte frame, the least of five runs each: ring of
// 64 438 ns, 128 428, 512 426, 2048 428; batch of 16 441, 32 429, 64 428, 128 424, 256 428. All within the
// noise: what counts is that the frames stay in the cache.
std::size_t places(const EnginePlan& plan) {
  const auto wanted = static_cast<std::size_t>(plan.options.number("ringFrames"));
  return ring_places(wanted, 1, plan.repeats_after, std::max(wanted, kMostPlaces));
}

class Xdp final : public Engine {
 public:
  explicit Xdp(const EnginePlan& plan)
      : socket_(XskSocket::open(plan, places(plan))),
        frames_(*socket_, plan.longest_frame_bytes),
        zero_copy_(socket_->is_zero_copy()),
        busy_poll_(plan.options.flag("busyPoll")) {}

  std::span<Slot* const> slots(std::uint32_t wanted) noexcept override {
    frames_.reap();
    return frames_.free(wanted);
  }

  [[nodiscard]] std::uint32_t capacity() const noexcept override {
    return static_cast<std::uint32_t>(frames_.size());
  }

  SubmitResult submit(std::uint32_t count) noexcept override {
    frames_.queue(count);
    return kick();
  }

  // What the kernel knows of cannot be taken back: a driver may be reading the ring at this moment, and
  // kernels before 6.17 do not always say how far they are. So the rest is sent, too.
  void drain(std::uint64_t deadline_ns) noexcept override {
    bool alive = true;
    for (;;) {
      if (alive && frames_.pending() > 0) {
        const SubmitResult result = kick();
        sent_in_drain_ += result.sent;
        alive = result.status != SubmitResult::Status::kError;
      }
      frames_.reap();
      if (frames_.taken() + (alive ? frames_.pending() : 0) == 0 || monotonic_ns() >= deadline_ns) return;
      if (zero_copy_ || frames_.pending() == 0) sleep_ns(kPollNs);
    }
  }

  [[nodiscard]] std::uint32_t sent_in_drain() const noexcept override { return sent_in_drain_; }
  [[nodiscard]] std::string mode() const override {
    const bool in_vain = polls_in_vain_.load(std::memory_order_relaxed) >= kMostPollsInVain;
    return socket_->mode() + (in_vain ? ", without busy polling: this driver does not send by it" : "");
  }

 private:
  // A frame that the device drops over and over for so long will never leave.
  static constexpr std::uint64_t kDropPatienceNs = 1'000'000'000;
  static constexpr std::uint32_t kMostPollsInVain = 512;

  // Without MSG_DONTWAIT the kernel refuses the call.
  SubmitResult kick() noexcept {
    if (frames_.pending() == 0 && !zero_copy_)
      return {.status = SubmitResult::Status::kBusy};  // all wait for completion
    SubmitResult result;
    if (!zero_copy_ || busy_poll_ || socket_->transmit().needs_wakeup()) {
      const auto answer =
          calls().make([&] { return sendto(socket_->fd(), nullptr, 0, MSG_DONTWAIT, nullptr, 0); });
      if (answer < 0) result.error = errno;
    }
    result.sent = frames_.account(result.error);
    if (zero_copy_ && busy_poll_ && frames_.is_untouched()) doubt_busy_poll();
    if (result.sent > 0) dropping_since_ns_ = 0;
    if (result.sent > 0 && result.error == 0) return result;
    const bool may_pass = is_passing(result.error) && !(result.error == EBUSY && drops_too_long());
    result.status = may_pass ? SubmitResult::Status::kBusy : SubmitResult::Status::kError;
    // A copying call that sent nothing and says that all is well: the queue has no transmit side, or lost it.
    if (!zero_copy_ && result.sent == 0 && result.error == 0) {
      result = {.status = SubmitResult::Status::kError, .error = ENXIO};
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

  std::unique_ptr<XskSocket> socket_;
  XskFrames frames_;
  bool zero_copy_;
  bool busy_poll_;
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
  auto refused = refuse_raw_socket(where, AF_XDP);
  if (refused && refused->code == "EAFNOSUPPORT") {
    refused->reason = "this kernel has no AF_XDP";
    refused->help = "a kernel with CONFIG_XDP_SOCKETS=y";
  }
  return refused;
}

std::optional<Refusal> refusal(const Occasion& occasion, bool no_zero_copy) {
  const Link& link = occasion.link;
  if (auto refused = refuse_type(link, true)) return refused;
  if (auto refused = refuse_socket(occasion.where)) return refused;
  if (auto refused = refuse_down(link)) return refused;
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
