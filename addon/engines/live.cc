// Live frames: the frame program runs in the kernel as a BPF program, and BPF_PROG_TEST_RUN with
// BPF_F_TEST_XDP_LIVE_FRAMES sends what it makes. Sources: Documentation/bpf/bpf_prog_run.rst,
// net/bpf/test_run.c (xdp_test_run_batch), kernel/bpf/devmap.c.
#include <algorithm>
#include <array>
#include <utility>

#include "../clock.h"
#include "../engine.h"
#include "../live_fit.h"
#include "../live_run.h"

namespace pktgen {
namespace {

// One call lasts about so long, so that a pause, a new rate and the end of the run wait no longer, also where
// the far end is slow. Deleting the device waits for the call, too. A call costs about 16 µs beside its
// frames (the kernel makes a pool of pages for each): below 1 % here, but 2.5 times the whole with 64 frames
// a call.
constexpr std::uint64_t kCallNs = 2'000'000;
constexpr std::uint32_t kFirstCallFrames = 1024;
constexpr std::uint32_t kLeastCallFrames = 64;
constexpr std::uint32_t kMostCallFrames = 1U << 20U;

class Live final : public Engine {
 public:
  explicit Live(const EnginePlan& plan)
      : program_(compile_live(*plan.program, plan.part)),
        inner_batch_(static_cast<std::uint32_t>(plan.options.number("liveBatch"))),
        capacity_(plan.batch),
        memory_(program_.memory),
        devices_(make_device_map(*plan.where, plan.interface_index)),
        loaded_(load_live(program_, memory_.fd(), devices_.get())),
        warmth_(loaded_.get()),
        totals_(program_.streams.size()),
        before_(totals_.size()),
        left_(program_.frames) {
    finished_ = left_ == 0 || all_ended();
  }

  std::span<Slot* const> slots(std::uint32_t /*wanted*/) noexcept override { return {}; }
  [[nodiscard]] std::uint32_t capacity() const noexcept override { return capacity_; }
  [[nodiscard]] bool is_finished() const noexcept override { return finished_; }
  [[nodiscard]] std::span<const StreamTotal> totals() const noexcept override { return totals_; }

  void restart() noexcept override {
    memory_.reset(program_.memory);
    before_ = totals_;
    left_ = program_.frames;
    finished_ = left_ == 0 || all_ended();
  }

  SubmitResult submit(std::uint32_t count) noexcept override {
    const auto frames = static_cast<std::uint32_t>(std::min<std::uint64_t>({count, call_frames_, left_}));
    if (frames == 0) return {};
    const std::uint64_t before_ns = monotonic_ns();
    const int error =
        calls().make([&] { return run_live(loaded_.get(), program_.frame, frames, inner_batch_); });
    adapt(frames, monotonic_ns() - before_ns);
    const std::uint32_t sent = take_stock();
    SubmitResult result{.sent = sent};
    if (const std::uint64_t trouble = memory_.number(LiveProgram::kTroubleOffset); trouble != 0) {
      result.status = SubmitResult::Status::kError;
      result.error = trouble == LiveProgram::kGone ? ENODEV : EPROTO;
    } else if (error == ENOMEM || error == EAGAIN) {
      result.status = SubmitResult::Status::kBusy;
      result.error = error;
    } else if (error != 0 && error != EINTR) {
      result.status = SubmitResult::Status::kError;
      result.error = error;
    }
    return result;
  }

  void drain(std::uint64_t /*deadline_ns*/) noexcept override {}

 private:
  // The next call's frames, from what the last one took.
  void adapt(std::uint32_t frames, std::uint64_t took_ns) noexcept {
    const std::uint64_t fitting = std::uint64_t{frames} * kCallNs / std::max<std::uint64_t>(took_ns, 1);
    if (frames < call_frames_ && fitting > call_frames_) return;  // too few to learn from
    const std::uint64_t next = std::min<std::uint64_t>(fitting, std::uint64_t{call_frames_} * 2);
    call_frames_ =
        static_cast<std::uint32_t>(std::clamp<std::uint64_t>(next, kLeastCallFrames, kMostCallFrames));
  }

  // Reads what the program counted. Returns the frames since the last time.
  std::uint32_t take_stock() noexcept {
    std::uint64_t sent = 0;
    for (std::size_t i = 0; i < totals_.size(); ++i) {
      const LiveStream& stream = program_.streams[i];
      if (!stream.visited) continue;
      const std::uint64_t packets = memory_.number(stream.packets_offset);
      const std::uint64_t bytes = stream.bytes_offset != 0 ? memory_.number(stream.bytes_offset)
                                                           : packets * (stream.frame_bytes + kFcsBytes);
      sent += before_[i].packets + packets - totals_[i].packets;
      totals_[i] = {.packets = before_[i].packets + packets, .bytes = before_[i].bytes + bytes};
    }
    if (left_ != UINT64_MAX) left_ -= sent;
    finished_ = left_ == 0 || all_ended();
    return static_cast<std::uint32_t>(sent);
  }

  [[nodiscard]] bool all_ended() const noexcept {
    return std::ranges::all_of(program_.streams, [&](const LiveStream& stream) {
      return !stream.visited ||
             (stream.count != UINT64_MAX && memory_.number(stream.next_offset) >= stream.count);
    });
  }

  LiveProgram program_;
  std::uint32_t inner_batch_;
  std::uint32_t capacity_;
  SharedMemory memory_;
  UniqueFd devices_;
  UniqueFd loaded_;
  Warmth warmth_;
  std::vector<StreamTotal> totals_;
  std::vector<StreamTotal> before_;  // the last restart
  std::uint64_t left_;
  std::uint32_t call_frames_ = kFirstCallFrames;
  bool finished_ = false;
};

// 32 to 128 are equally fast; 16 costs 5 %, 8 costs 30 %. The ring of a veth has 256 places: batches of 256
// lost 0.3 % of the frames there, which only the device's counters show.
constexpr std::array kOptions{
    EngineOption{
        .name = "liveBatch",
        .type = EngineOption::Type::kInteger,
        .fallback = 64,
        .minimum = 1,
        .maximum = 256,
        .power_of_two = false,
        .description =
            "frames that the kernel makes before it hands them to the driver; a veth drops some from 256 on"},
};

std::unique_ptr<Engine> open(const EnginePlan& plan) {
  require_live(plan);
  return std::make_unique<Live>(plan);
}

EngineInfo info{
    .name = "live",
    .summary = "XDP live frames: the kernel makes and sends them itself, run by a BPF program",
    .needs_device = true,
    .default_batch = 65536,
    .capabilities = "CAP_BPF and CAP_NET_ADMIN",
    .makes_frames = true,
    .needs_xdp_at_far_end = true,
    .queue_choice = QueueChoice::kByCpu,
    .options = kOptions,
    .probe = probe_live,
    .open = open,
};
const EngineRegistration registration(info);

}  // namespace
}  // namespace pktgen
