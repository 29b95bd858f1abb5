// PACKET_TX_RING: frames lie in memory shared with the kernel; one system call sends every frame whose status
// says so. Sources: packet(7), Documentation/networking/packet_mmap.rst, net/packet/af_packet.c
// (tpacket_snd).
#include <linux/if_ether.h>

#include <array>
#include <cstring>

#include "../engine.h"
#include "../error.h"
#include "../gso.h"
#include "../gso_ring.h"
#include "../kernel_constants.h"
#include "../packet_socket.h"
#include "../slot_ring.h"
#include "../transmit_ring.h"

namespace pktgen {
namespace {

// Left to itself the kernel copies only the Ethernet header into the packet buffer and lets the rest of the
// frame point into the ring; a device that keeps frames (veth does) then has to allocate a page and copy it
// after all. A virtio_net_hdr with hdr_len = the whole frame makes it copy everything at once. Measured,
// bypass, one worker, linear against referenced: veth 1.30 × at 60 and 1.29 × at 1514 bytes; ifb, which never
// looks at a frame, 1.00 × at 60 and 0.94 × at 1514, but 0.55 × at 9018 (docs/measurements.md). So: whole
// frames up to the standard maximum; longer ones of a mix get a header that asks for nothing. With this
// header the kernel leaves the check against the MTU to us; the run watches it.
constexpr std::size_t kMaximumLinearBytes = ETH_FRAME_LEN;

class TxRing final : public Engine {
 public:
  explicit TxRing(const EnginePlan& plan)
      : prefix_bytes_(plan.shortest_frame_bytes <= kMaximumLinearBytes ? kPrefixBytes : 0),
        ring_(plan, {.data_bytes = prefix_bytes_ + plan.longest_frame_bytes,
                     .wanted = static_cast<std::size_t>(plan.options.number("ringFrames")),
                     .repeats_after = plan.repeats_after,
                     .has_prefix = prefix_bytes_ > 0}),
        slots_(ring_.size()) {
    for (std::size_t i = 0; i < slots_.size(); ++i) slots_[i].data = ring_.data(i) + prefix_bytes_;
  }

  std::span<Slot* const> slots(std::uint32_t wanted) noexcept override {
    return slots_.from(ring_.next(), ring_.free_slots(wanted));
  }
  [[nodiscard]] std::uint32_t capacity() const noexcept override {
    return static_cast<std::uint32_t>(slots_.size());
  }
  SubmitResult submit(std::uint32_t count) noexcept override {
    for (std::uint32_t i = 0; i < count; ++i) {
      describe(ring_.next());
      ring_.queue(1);
    }
    return ring_.kick(calls());
  }
  void drain(std::uint64_t deadline_ns) noexcept override { ring_.drain(deadline_ns); }

 private:
  // Tells the kernel how long the frame is, where it does not know yet.
  void describe(std::size_t at) noexcept {
    const std::uint32_t frame_bytes = slots_[at].frame_bytes;
    const std::uint32_t length = static_cast<std::uint32_t>(prefix_bytes_) + frame_bytes;
    if (ring_.length(at) == length) return;
    ring_.set_length(at, length);
    if (prefix_bytes_ == 0) return;
    const bool linear = frame_bytes <= kMaximumLinearBytes;
    const kernel::VirtioNetHeader prefix{.hdr_len = static_cast<std::uint16_t>(linear ? frame_bytes : 0)};
    std::memcpy(ring_.data(at), &prefix, sizeof(prefix));
  }

  std::size_t prefix_bytes_;  // of the virtio_net_hdr before each frame; 0 without
  TransmitRing ring_;
  SlotRing slots_;
};

constexpr std::uint32_t kRank = 30;

constexpr std::array kOptions{
    kQdiscBypassOption,
    EngineOption{.name = "ringFrames",
                 .type = EngineOption::Type::kInteger,
                 .fallback = 128,
                 .minimum = 8,
                 .maximum = 16384,
                 .power_of_two = true,
                 .description = "slots of the transmit ring; a ring that fits the L1/L2 cache is fastest"},
    EngineOption{.name = "gso",
                 .type = EngineOption::Type::kInteger,
                 .fallback = 0,
                 .minimum = 0,
                 .maximum = 128,
                 .description = "let the kernel cut so many UDP frames out of one large packet; 0 for none"},
};

bool uses_gso(const EngineOptions& options) { return options.number("gso") > 1; }

Fit probe(const Occasion& occasion) {
  Fit fit{.refusal = packet_refusal(occasion.where, occasion.link), .facts = {}, .rank = kRank};
  if (fit.refusal || !uses_gso(occasion.options)) return fit;
  try {
    require_gso(occasion.where, occasion.link, occasion.options);
    if (occasion.program != nullptr) (void)plan_gso(*occasion.program);
    fit.facts.emplace_back("the kernel counts up the IPv4 id within each large packet");
    fit.frames_together = static_cast<std::uint32_t>(occasion.options.number("gso"));
  } catch (const Error& error) {
    fit.refusal = Refusal{.code = error.code(), .reason = error.what(), .help = ""};
  }
  return fit;
}

std::unique_ptr<Engine> open_engine(const EnginePlan& plan) {
  if (!uses_gso(plan.options)) return std::make_unique<TxRing>(plan);
  const auto link = Links(plan.where).find(plan.interface);
  if (!link) throw Error::from_errno(ENODEV, "looking up " + plan.interface);
  require_gso(*plan.where, *link, plan.options);
  return open_gso_ring(plan);
}

EngineInfo info{
    .name = "tx-ring",
    .summary = "PACKET_TX_RING: a ring shared with the kernel, one system call a batch",
    .needs_device = true,
    .options = kOptions,
    .probe = probe,
    .open = open_engine,
};
const EngineRegistration registration(info);

}  // namespace
}  // namespace pktgen
