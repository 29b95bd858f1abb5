#include "live_fit.h"

#include <linux/if_ether.h>

#include "error.h"
#include "kernel_constants.h"
#include "live_program.h"
#include "live_run.h"
#include "refusals.h"

namespace pktgen {
namespace {

// What a device takes beyond its MTU: room for one VLAN tag (net/core/dev.c, xdp_ok_fwd_dev).
constexpr std::uint32_t kVlanBytes = 4;
constexpr std::uint32_t kRank = 60;

std::optional<Refusal> refuse_length(const Link& link, const FrameProgram& program) {
  const std::uint32_t longest = program.longest_frame_bytes();
  const std::uint32_t largest = link.mtu_bytes + ETH_HLEN + kVlanBytes;
  if (program.shortest_frame_bytes() < ETH_HLEN) {
    return Refusal{.code = "LIVE_LIMIT",
                   .reason = "live frames have an Ethernet header of 14 bytes; the shortest frame has " +
                             std::to_string(program.shortest_frame_bytes()) + " bytes",
                   .help = ""};
  }
  if (longest > largest) {
    return Refusal{.code = "EMSGSIZE",
                   .reason = "a frame of " + std::to_string(longest) +
                             " bytes without FCS is above the MTU of " + std::to_string(link.mtu_bytes) +
                             ", and would vanish silently",
                   .help = "ip link set " + link.name + " mtu " + std::to_string(longest - ETH_HLEN)};
  }
  return std::nullopt;
}

std::optional<Refusal> refuse_lanes(const FrameProgram& program) {
  if (program.alone.empty()) return std::nullopt;
  return Refusal{
      .code = "NO_STREAM_TIMES",
      .reason = "it makes the frames of all streams in their order, and no stream at times of its own",
      .help = "--engine xdp or --engine tx-ring"};
}

std::optional<Refusal> refuse_program(const FrameProgram& program) {
  try {
    try_to_load(compile_live(program, {}));
  } catch (const Error& error) {
    return Refusal{.code = error.code(), .reason = error.what(), .help = "--engine tx-ring sends them"};
  }
  return std::nullopt;
}

// One run without sending: what the kernel says to it tells whether it has live frames, and for this length.
int try_run(const UniqueFd& program, std::uint32_t frame_bytes) {
  const std::vector<std::uint8_t> frame(frame_bytes);
  return run_live(program.get(), frame, 1, 1);
}

std::optional<Refusal> refuse_kernel(std::uint32_t frame_bytes) {
  try {
    const UniqueFd program = drop_program();
    if (try_run(program, ETH_ZLEN) != 0) {
      return Refusal{.code = "NO_LIVE_FRAMES",
                     .reason = "this kernel has no XDP live frames (they came with Linux 5.18)",
                     .help = "--engine xdp or --engine tx-ring"};
    }
    if (frame_bytes > ETH_ZLEN && try_run(program, frame_bytes) != 0) {
      return Refusal{.code = "EMSGSIZE",
                     .reason = "a frame of " + std::to_string(frame_bytes) +
                               " bytes without FCS does not fit into the one page of a live frame",
                     .help = "--engine xdp or --engine tx-ring"};
    }
  } catch (const Error& error) {
    const bool forbidden = error.code() == "EPERM";
    return Refusal{
        .code = error.code(),
        .reason = forbidden ? "needs CAP_BPF and CAP_NET_ADMIN, outside any user namespace" : error.what(),
        .help = forbidden ? "run pktgen with sudo" : ""};
  }
  return std::nullopt;
}

std::optional<Refusal> refuse_link(const Link& link) {
  if (auto refused = refuse_type(link, false)) return refused;
  if (auto refused = refuse_down(link)) return refused;
  if (!link.xdp_features || (*link.xdp_features & kernel::kXdpActNdoXmit) != 0) return std::nullopt;
  const bool veth = link.kind == "veth";
  return Refusal{.code = "NO_XDP_XMIT",
                 .reason = veth
                               ? "a veth takes live frames only while its other end has an XDP program or GRO"
                               : "the driver takes no XDP frames (no ndo_xdp_xmit)",
                 .help = veth ? "an XDP program at its other end, or: ethtool -K PEER gro on"
                              : "--engine xdp or --engine tx-ring"};
}

std::vector<std::string> facts_of(const Link& link) {
  if (link.xdp_features) return {};
  return {"this kernel does not tell whether the driver takes XDP frames: watch the device's counters"};
}

}  // namespace

// What a call costs beside its frames, rounded up: more calls than one in so long take more than they bring.
constexpr std::uint32_t kCallNs = 20'000;

Fit probe_live(const Occasion& occasion) {
  const std::uint32_t longest =
      occasion.program != nullptr ? occasion.program->longest_frame_bytes() : ETH_ZLEN;
  Fit fit{.refusal = std::nullopt, .facts = facts_of(occasion.link), .rank = kRank, .call_ns = kCallNs};
  fit.refusal = refuse_kernel(longest);
  if (!fit.refusal) fit.refusal = refuse_link(occasion.link);
  if (occasion.program == nullptr) return fit;
  if (!fit.refusal) fit.refusal = refuse_length(occasion.link, *occasion.program);
  if (!fit.refusal) fit.refusal = refuse_lanes(*occasion.program);
  if (!fit.refusal) fit.refusal = refuse_program(*occasion.program);
  return fit;
}

void require_live(const EnginePlan& plan) {
  const auto link = Links(plan.where).find(plan.interface);
  if (!link) throw Error::from_errno(ENODEV, "opening " + plan.interface);
  std::optional<Refusal> refusal = refuse_kernel(plan.longest_frame_bytes);
  if (!refusal) refusal = refuse_link(*link);
  if (!refusal) refusal = refuse_length(*link, *plan.program);
  if (!refusal) refusal = refuse_lanes(*plan.program);
  require_none(refusal);
}

}  // namespace pktgen
