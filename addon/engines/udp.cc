// A plain UDP socket: what an application gets through the whole IP stack, and so the base line of the other
// engines. The kernel makes the headers; plan_udp() sees to it that they come out as planned, apart from the
// IPv4 id. Sources: udp(7), ip(7), ipv6(7), sendmmsg(2), net/ipv4/udp.c (udp_sendmsg, udp_send_skb).
#include <netinet/udp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "../bytes.h"
#include "../engine.h"
#include "../error.h"
#include "../pending_slots.h"
#include "../refusals.h"
#include "../segmentation.h"
#include "../udp_flows.h"
#include "../udp_segment.h"

namespace pktgen {
namespace {

// UDP_MAX_SEGMENTS: 64 before Linux 6.9, 128 since. The kernel is asked, by trying.
constexpr std::uint32_t kMostSegments = 128;
constexpr std::uint32_t kMostSegmentsBefore = 64;
constexpr std::uint32_t kMostDatagramBytes = 65535 - kIpv4HeaderBytes - kUdpHeaderBytes;

// Calls in a row that tell of earlier datagrams: more than one when a router answers while they are made.
constexpr std::uint32_t kMostEarlierErrors = 8;

constexpr std::array kCalls{"sendmmsg", "sendmsg", "send", "segment"};
enum class Call : std::uint8_t { kSendmmsg, kSendmsg, kSend, kSegment };

Call call_of(const EngineOptions& options) {
  const auto* const found = std::ranges::find(kCalls, options.text("udpCall"));
  return static_cast<Call>(std::distance(kCalls.begin(), found));
}

// How a frame leaves: filled in from its headers.
struct Way {
  std::uint32_t content = 0;  // of the slot when it was read
  std::uint32_t flow = 0;
  UdpAddress to;

  [[nodiscard]] bool leads_as(const Way& other) const noexcept {
    return flow == other.flow && to.used == other.to.used && to.bytes == other.to.bytes;
  }
};

class UdpEngine final : public Engine {
 public:
  explicit UdpEngine(const EnginePlan& plan)
      : call_(call_of(plan.options)),
        plan_(plan_udp(*plan.program, call_ == Call::kSend)),
        slots_(plan),
        ways_(slots_.size()),
        parts_(2 * slots_.size()),
        messages_(2 * slots_.size()) {
    if (plan.where->is_private()) make_way(plan.where, plan.interface_index, plan_);
    for (const UdpFlow& flow : plan_.flows) {
      sockets_.push_back(open_udp_socket(*plan.where, plan.interface, flow, call_ == Call::kSend));
    }
    lay_out();
  }

  std::span<Slot* const> slots(std::uint32_t wanted) noexcept override { return slots_.free(wanted); }
  [[nodiscard]] std::uint32_t capacity() const noexcept override {
    return static_cast<std::uint32_t>(slots_.size());
  }

  SubmitResult submit(std::uint32_t count) noexcept override {
    slots_.queue(count, [&](std::size_t at) { describe(at); });
    SubmitResult result;
    while (slots_.pending() > 0 && result.status == SubmitResult::Status::kOk) hand_over(result);
    return result;
  }

  // Nothing is shared with the kernel: what it did not take is simply forgotten.
  void drain(std::uint64_t /*deadline_ns*/) noexcept override { slots_.forget(); }

 private:
  void lay_out() noexcept {
    // Twice, as the slots: a batch may go over the end of the ring.
    for (std::size_t i = 0; i < messages_.size(); ++i) {
      messages_[i].msg_hdr.msg_name = ways_[i % slots_.size()].to.bytes.data();
      messages_[i].msg_hdr.msg_iov = &parts_[i];
      messages_[i].msg_hdr.msg_iovlen = 1;
    }
  }

  // Reads from a frame where it goes, unless that is known.
  void describe(std::size_t at) noexcept {
    Slot& slot = slots_[at];
    Way& way = ways_[at];
    if (way.content == slot.content && !plan_.destination_varies) return;
    way.content = slot.content;
    const UdpLayout layout = layout_of(slot.data);
    const UdpFlow flow = udp_flow_of(slot.data, layout, call_ == Call::kSend);
    // Every flow of the program has been planned for, so it is there.
    way.flow = static_cast<std::uint32_t>(std::ranges::find(plan_.flows, flow) - plan_.flows.begin());
    way.to = UdpAddress::of(IpAddress::load(slot.data + layout.destination(), layout.is_ipv6),
                            load_network<std::uint16_t>(slot.data + layout.udp + udp::kDestinationPort));
    for (const std::size_t twin : {at, at + slots_.size()}) {
      parts_[twin] = {.iov_base = slot.data + layout.payload, .iov_len = slot.frame_bytes - layout.payload};
      messages_[twin].msg_hdr.msg_namelen = way.to.used;
    }
  }

  // plan_udp() let nothing through but Ethernet, IP and UDP.
  static UdpLayout layout_of(const std::uint8_t* frame) noexcept {
    constexpr std::uint8_t kIpv6Version = 6;
    const bool is_ipv6 = frame[kEthernetHeaderBytes] >> 4U == kIpv6Version;
    const std::uint32_t at = kEthernetHeaderBytes + (is_ipv6 ? kIpv6HeaderBytes : kIpv4HeaderBytes);
    return {.is_ipv6 = is_ipv6, .ip = kEthernetHeaderBytes, .udp = at, .payload = at + kUdpHeaderBytes};
  }

  void hand_over(SubmitResult& result) noexcept {
    const std::size_t from = slots_.first();
    const std::uint32_t run = run_from(from);
    int taken = call(from, run);
    int earlier = 0;
    for (std::uint32_t i = 0; i < kMostEarlierErrors && taken < 0 && may_be_of_earlier(errno); ++i) {
      earlier = errno;
      taken = call(from, run);
    }
    if (taken >= 0) {
      slots_.take(static_cast<std::uint32_t>(taken), result);
      // It is counted, and that is all: the rest goes with the next submit.
      if (earlier != 0) result = busy_after(result, earlier);
    } else if (errno == EINVAL && run > kMostSegmentsBefore && call_ == Call::kSegment) {
      most_segments_ = kMostSegmentsBefore;
    } else {
      explain(errno, result);
    }
  }

  // What an ICMP error of an earlier datagram is reported as (icmp_err_convert, icmpv6_err_convert). With
  // IP_RECVERR the next call returns it instead of sending: it is over by that. One of the frame itself comes
  // again.
  static bool may_be_of_earlier(int error) noexcept {
    constexpr std::array kErrors{EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENONET, ENOPROTOOPT,
                                 EOPNOTSUPP,   EPROTO,      EMSGSIZE,  EACCES};
    return std::ranges::find(kErrors, error) != kErrors.end();
  }

  static SubmitResult busy_after(SubmitResult result, int error) noexcept {
    result.status = SubmitResult::Status::kBusy;
    result.error = error;
    return result;
  }

  // How many of the frames from there on can go by one call.
  [[nodiscard]] std::uint32_t run_from(std::size_t from) const noexcept {
    if (call_ == Call::kSend || call_ == Call::kSendmsg) return 1;
    const bool cuts = call_ == Call::kSegment;
    const std::size_t bytes = parts_[from].iov_len;
    const std::size_t fit = bytes == 0 ? 1 : kMostDatagramBytes / bytes;
    const std::size_t pending = slots_.pending();
    const std::size_t most = cuts ? std::min({pending, fit, std::size_t{most_segments_}}) : pending;
    if (plan_.is_uniform || (!cuts && sockets_.size() == 1)) return static_cast<std::uint32_t>(most);
    std::uint32_t run = 1;
    while (run < most) {
      const std::size_t at = slots_.wrap(from + run);
      const bool joins = cuts ? parts_[at].iov_len == bytes && ways_[at].leads_as(ways_[from])
                              : ways_[at].flow == ways_[from].flow;
      if (!joins) break;
      ++run;
    }
    return run;
  }

  int call(std::size_t from, std::uint32_t run) noexcept {
    return calls().make([&] { return call_unmeasured(from, run); });
  }

  int call_unmeasured(std::size_t from, std::uint32_t run) noexcept {
    const int fd = sockets_[ways_[from].flow].get();
    switch (call_) {
      case Call::kSend:
        return send(fd, parts_[from].iov_base, parts_[from].iov_len, MSG_DONTWAIT) < 0 ? -1 : 1;
      case Call::kSendmsg:
        return sendmsg(fd, &messages_[from].msg_hdr, MSG_DONTWAIT) < 0 ? -1 : 1;
      case Call::kSendmmsg:
        return sendmmsg(fd, &messages_[from], run, MSG_DONTWAIT);
      case Call::kSegment:
        return send_segments(fd, from, run);
    }
    return -1;
  }

  // One datagram of `run` payloads, which the kernel cuts; all of it is taken or nothing.
  int send_segments(int fd, std::size_t from, std::uint32_t run) noexcept {
    msghdr message = messages_[from].msg_hdr;
    message.msg_iovlen = run;
    alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(std::uint16_t))> control{};
    if (run > 1) {
      message.msg_control = control.data();
      message.msg_controllen = control.size();
      cmsghdr* header = CMSG_FIRSTHDR(&message);
      header->cmsg_level = SOL_UDP;
      header->cmsg_type = UDP_SEGMENT;
      header->cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
      const auto segment_bytes = static_cast<std::uint16_t>(parts_[from].iov_len);
      std::memcpy(CMSG_DATA(header), &segment_bytes, sizeof(segment_bytes));
    }
    return sendmsg(fd, &message, MSG_DONTWAIT) < 0 ? -1 : static_cast<int>(run);
  }

  Call call_;
  UdpPlan plan_;
  PendingSlots slots_;
  std::vector<Way> ways_;          // of each slot
  std::vector<iovec> parts_;       // of each slot, twice: the payloads
  std::vector<mmsghdr> messages_;  // of each slot, twice
  std::vector<UniqueFd> sockets_;  // of each flow
  std::uint32_t most_segments_ = kMostSegments;
};

constexpr std::array kOptions{EngineOption{
    .name = "udpCall",
    .type = EngineOption::Type::kChoice,
    .choices = kCalls,
    .description =
        "the system call that hands over datagrams; segment: many in one (UDP_SEGMENT), cut by the kernel"}};

// Throws Error: why these frames cannot leave there by a UDP socket.
void require(const NetworkNamespace& where, const Link& link, const FrameProgram& program,
             const EngineOptions& options) {
  const Call call = call_of(options);
  const UdpPlan plan = plan_udp(program, call == Call::kSend);
  require_way(where, link, plan);
  if (call == Call::kSegment) require_segments(where, link, plan);
}

// On an interface of the host: whether the sockets can be had, by opening and closing them.
std::optional<Refusal> refuse_sockets(const NetworkNamespace& where, const Link& link,
                                      const FrameProgram& program, bool connected) {
  if (where.is_private()) return std::nullopt;
  for (const UdpFlow& flow : plan_udp(program, connected).flows) {
    try {
      (void)open_udp_socket(where, link.name, flow, connected);
    } catch (const Error& error) {
      if (error.code() != "EACCES") throw;
      const std::string first_free = std::to_string(first_unprivileged_port());
      return Refusal{.code = "PRIVILEGED_PORT",
                     .reason = "source port " + std::to_string(flow.source_port) + " is below " + first_free +
                               " and needs CAP_NET_BIND_SERVICE",
                     .help = "--src-port " + first_free + ", or sudo"};
    }
  }
  return std::nullopt;
}

Fit probe(const Occasion& occasion) {
  Fit fit{.refusal = std::nullopt,
          .facts = {"the kernel makes the headers", "the IPv4 id is the kernel's own"}};
  if (leaves_checksums(occasion.where, occasion.link)) {
    fit.facts.push_back(
        "it leaves the UDP checksum to the device, and a veth never finishes it; the kernel does after: "
        "ethtool -K " +
        occasion.link.name + " " + kChecksumFeature + " off");
  }
  fit.refusal = refuse_type(occasion.link, false);
  if (!fit.refusal) fit.refusal = refuse_down(occasion.link);
  if (fit.refusal || occasion.program == nullptr) return fit;
  try {
    require(occasion.where, occasion.link, *occasion.program, occasion.options);
    fit.refusal = refuse_sockets(occasion.where, occasion.link, *occasion.program,
                                 call_of(occasion.options) == Call::kSend);
  } catch (const Error& error) {
    fit.refusal = Refusal{.code = error.code(), .reason = error.what(), .help = ""};
  }
  return fit;
}

std::unique_ptr<Engine> open_engine(const EnginePlan& plan) {
  const auto link = Links(plan.where).find(plan.interface);
  if (!link) throw Error::from_errno(ENODEV, "looking up " + plan.interface);
  require(*plan.where, *link, *plan.program, plan.options);
  return std::make_unique<UdpEngine>(plan);
}

EngineInfo info{
    .name = "udp",
    .summary = "a plain UDP socket, through the whole IP stack: what an application gets",
    .needs_device = true,
    .capabilities = "CAP_NET_BIND_SERVICE",  // source ports below 1024; others need none
    .options = kOptions,
    .probe = probe,
    .open = open_engine,
};
const EngineRegistration registration(info);

}  // namespace
}  // namespace pktgen
