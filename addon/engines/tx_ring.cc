// PACKET_TX_RING: frames lie in memory shared with the kernel; one system call sends every frame whose status
// says so. Sources: packet(7), Documentation/networking/packet_mmap.rst, net/packet/af_packet.c
// (tpacket_snd).
#include <arpa/inet.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <vector>

#include "../clock.h"
#include "../engine.h"
#include "../error.h"
#include "../kernel_constants.h"
#include "../slot_ring.h"

namespace pktgen {
namespace {

// In a transmit slot the data follows the header directly; the sockaddr_ll of TPACKET2_HDRLEN is for
// receiving.
constexpr std::size_t kDataOffsetBytes = TPACKET2_HDRLEN - sizeof(sockaddr_ll);
// 128 slots of 128 bytes stay in the L1 cache and beat 1024 slots of 2048 bytes by 9 to 15 % (measured
// on Linux 6.18).
constexpr std::size_t kMinimumSlotBytes = 128;

// Rings of 64 to 1024 slots of 128 bytes are equally fast; a longer one that holds a whole period of a mix is
// not worth its cache misses.
constexpr std::size_t kMostPlaces = 1024;
constexpr std::size_t kMostRingBytes = std::size_t{512} * 1024;

// Left to itself the kernel copies only the Ethernet header into the packet buffer and lets the rest of the
// frame point into the ring; a device that keeps frames (veth does) then has to allocate a page and copy it
// after all. A virtio_net_hdr with hdr_len = the whole frame makes it copy everything at once. Measured,
// bypass, one worker, linear against referenced: veth 1.30 × at 60 and 1.29 × at 1514 bytes; ifb, which never
// looks at a frame, 1.00 × at 60 and 0.94 × at 1514, but 0.55 × at 9018 (docs/measurements.md). So: whole
// frames up to the standard maximum; longer ones of a mix get a header that asks for nothing. With this
// header the kernel leaves the check against the MTU to us; the run watches it.
constexpr std::size_t kMaximumLinearBytes = ETH_FRAME_LEN;

struct Geometry {
  std::size_t slot_bytes;
  std::size_t block_bytes;
  std::size_t frames;

  // Slots never cross a block and the kernel demands frames == slots per block × blocks. With slots and
  // blocks of powers of two, and whole blocks, all three hold, and slot i lies at i × slot_bytes.
  static Geometry of(std::size_t data_bytes, std::size_t wanted, std::size_t repeats_after) {
    const auto page_bytes = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t slot =
        std::max({std::bit_ceil(kDataOffsetBytes + data_bytes), kMinimumSlotBytes, page_bytes / wanted});
    const std::size_t block = std::max(slot, page_bytes);
    const std::size_t most = std::max(wanted, std::min(kMostPlaces, kMostRingBytes / slot));
    return {.slot_bytes = slot,
            .block_bytes = block,
            .frames = ring_places(wanted, block / slot, repeats_after, most)};
  }

  [[nodiscard]] tpacket_req request() const {
    return {.tp_block_size = static_cast<unsigned>(block_bytes),
            .tp_block_nr = static_cast<unsigned>(frames * slot_bytes / block_bytes),
            .tp_frame_size = static_cast<unsigned>(slot_bytes),
            .tp_frame_nr = static_cast<unsigned>(frames)};
  }
  [[nodiscard]] std::size_t total_bytes() const { return slot_bytes * frames; }
};

class Mapping {
 public:
  Mapping(int fd, std::size_t bytes)
      : bytes_(bytes),
        start_(mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0)) {
    if (start_ == MAP_FAILED) throw Error::from_errno(errno, "mapping the transmit ring");
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() { munmap(start_, bytes_); }
  [[nodiscard]] std::uint8_t* start() const noexcept { return static_cast<std::uint8_t*>(start_); }

 private:
  std::size_t bytes_;
  void* start_;
};

template <typename Value>
void set_option(int fd, int option, const Value& value, const char* name) {
  if (setsockopt(fd, SOL_PACKET, option, &value, sizeof(value)) != 0) {
    throw Error::from_errno(errno, std::string("setting ") + name);
  }
}

class TxRing final : public Engine {
 public:
  explicit TxRing(const EnginePlan& plan)
      :  // Protocol 0: the socket sends but never receives a copy of the interface's traffic.
        socket_(plan.where->open_socket(AF_PACKET, SOCK_RAW, 0)),
        longest_bytes_(plan.longest_frame_bytes),
        prefix_bytes_(plan.shortest_frame_bytes <= kMaximumLinearBytes ? sizeof(kernel::VirtioNetHeader) : 0),
        geometry_(Geometry::of(prefix_bytes_ + longest_bytes_,
                               static_cast<std::size_t>(plan.options.number("ringFrames")),
                               plan.repeats_after)),
        ring_(configure(plan)),
        destination_(destination(plan)),
        slots_(geometry_.frames) {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      slots_[i].data = ring_.start() + i * geometry_.slot_bytes + kDataOffsetBytes + prefix_bytes_;
    }
  }

  std::span<Slot* const> slots(std::uint32_t wanted) noexcept override {
    const std::size_t most = std::min<std::size_t>(wanted, slots_.size() - pending_);
    std::size_t free = 0;
    while (free < most && status(wrap(next_ + free)) == TP_STATUS_AVAILABLE) ++free;
    return slots_.from(next_, free);
  }

  [[nodiscard]] std::uint32_t capacity() const noexcept override {
    return static_cast<std::uint32_t>(slots_.size());
  }

  SubmitResult submit(std::uint32_t count) noexcept override {
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::size_t at = wrap(next_ + i);
      pending_bytes_ += describe(at);
      set_status(at, TP_STATUS_SEND_REQUEST);
    }
    next_ = wrap(next_ + count);
    pending_ += count;
    if (pending_ == 0) return {.status = SubmitResult::Status::kBusy};  // all slots wait for their completion
    return kick();
  }

  void drain(std::uint64_t deadline_ns) noexcept override {
    for (; pending_ > 0; --pending_) {
      next_ = wrap(next_ + slots_.size() - 1);
      set_status(next_, TP_STATUS_AVAILABLE);
    }
    while (!all_available() && monotonic_ns() < deadline_ns) sleep_ns(kDrainPollNs);
  }

 private:
  static constexpr std::int64_t kDrainPollNs = 50'000;

  [[nodiscard]] Mapping configure(const EnginePlan& plan) const {
    const int fd = socket_.get();
    set_option(fd, PACKET_VERSION, static_cast<int>(TPACKET_V2), "PACKET_VERSION");
    // Without it one frame that the kernel refuses stops the ring for good: EINVAL, then nothing ever again.
    set_option(fd, PACKET_LOSS, 1, "PACKET_LOSS");
    if (prefix_bytes_ > 0) set_option(fd, PACKET_VNET_HDR, 1, "PACKET_VNET_HDR");
    if (plan.options.flag("qdiscBypass")) set_option(fd, PACKET_QDISC_BYPASS, 1, "PACKET_QDISC_BYPASS");
    set_option(fd, PACKET_TX_RING, geometry_.request(), "PACKET_TX_RING");
    return {fd, geometry_.total_bytes()};
  }

  // Tells the kernel how long the frame is, where it does not know yet. Returns its bytes.
  std::uint32_t describe(std::size_t at) noexcept {
    const std::uint32_t frame_bytes = slots_[at].frame_bytes;
    const std::uint32_t length = static_cast<std::uint32_t>(prefix_bytes_) + frame_bytes;
    tpacket2_hdr* slot = header(at);
    if (slot->tp_len == length) return frame_bytes;
    slot->tp_len = length;
    if (prefix_bytes_ > 0) {
      const bool linear = frame_bytes <= kMaximumLinearBytes;
      const kernel::VirtioNetHeader prefix{.hdr_len = static_cast<std::uint16_t>(linear ? frame_bytes : 0)};
      std::memcpy(slots_[at].data - prefix_bytes_, &prefix, sizeof(prefix));
    }
    return frame_bytes;
  }

  // A position of at most twice the ring's length.
  [[nodiscard]] std::size_t wrap(std::size_t position) const noexcept {
    return position < slots_.size() ? position : position - slots_.size();
  }

  // The address goes with every call; the socket stays unbound, because a bound protocol would make it
  // receive. A protocol other than 0 saves the flow dissector's run over every frame: +8 % on one machine,
  // +15–18 % on another (docs/measurements.md). Through a qdisc the real protocol has to be there for its
  // classifiers, and 0 lets the kernel read it from the frame.
  static sockaddr_ll destination(const EnginePlan& plan) {
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_ifindex = static_cast<int>(plan.interface_index);
    address.sll_protocol = plan.options.flag("qdiscBypass") ? htons(ETH_P_802_EX1) : 0;
    return address;
  }

  [[nodiscard]] tpacket2_hdr* header(std::size_t at) const noexcept {
    return reinterpret_cast<tpacket2_hdr*>(ring_.start() + at * geometry_.slot_bytes);
  }
  [[nodiscard]] std::uint32_t status(std::size_t at) const noexcept {
    return __atomic_load_n(&header(at)->tp_status, __ATOMIC_ACQUIRE);
  }
  void set_status(std::size_t at, std::uint32_t value) noexcept {
    __atomic_store_n(&header(at)->tp_status, value, __ATOMIC_RELEASE);
  }
  [[nodiscard]] bool all_available() const noexcept {
    for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
      if (status(slot) != TP_STATUS_AVAILABLE) return false;
    }
    return true;
  }

  // MSG_DONTWAIT: a blocking call halves the rate when completions run on another CPU (measured on
  // Linux 6.18).
  SubmitResult kick() noexcept {
    const ssize_t sent_bytes = sendto(socket_.get(), nullptr, 0, MSG_DONTWAIT,
                                      reinterpret_cast<const sockaddr*>(&destination_), sizeof(destination_));
    const int error = sent_bytes < 0 ? errno : 0;
    // The call returns the bytes of the frames it took: all of them is the common case, and needs no look at
    // the ring.
    if (sent_bytes >= 0 && static_cast<std::uint64_t>(sent_bytes) == pending_bytes_) {
      pending_bytes_ = 0;
      return {.sent = static_cast<std::uint32_t>(std::exchange(pending_, 0)), .syscalls = 1};
    }
    return account(sent_bytes, error);
  }

  // Some frames were not taken: the slots tell which. The kernel works through them in order and stops at the
  // first one that it has to leave as it was.
  SubmitResult account(ssize_t sent_bytes, int error) noexcept {
    std::uint32_t passed = 0;
    std::uint64_t passed_bytes = 0;
    const std::size_t first = wrap(next_ + slots_.size() - pending_);
    for (std::size_t at = first; passed < pending_ && status(at) != TP_STATUS_SEND_REQUEST;
         at = wrap(at + 1), ++passed) {
      passed_bytes += slots_[at].frame_bytes;
    }
    pending_ -= passed;
    pending_bytes_ -= passed_bytes;
    SubmitResult result{.sent = passed, .status = SubmitResult::Status::kBusy, .error = error, .syscalls = 1};
    // With PACKET_LOSS a refused frame is skipped in silence; only the byte count gives it away. Frames are
    // refused for their length, so the longest are the missing ones.
    if (sent_bytes >= 0 && passed_bytes > static_cast<std::uint64_t>(sent_bytes)) {
      result.rejected = count_longest(first, passed, passed_bytes - static_cast<std::uint64_t>(sent_bytes));
      result.sent = passed - result.rejected;
    }
    if (result.rejected > 0) {
      result.status = SubmitResult::Status::kError;
      result.error = EMSGSIZE;
    } else if (error != 0 && error != EAGAIN && error != ENOBUFS && error != EINTR) {
      result.status = SubmitResult::Status::kError;
    }
    return result;
  }

  // How many of the `count` frames from `first` on, the longest first, make up so many bytes.
  [[nodiscard]] std::uint32_t count_longest(std::size_t first, std::uint32_t count,
                                            std::uint64_t bytes) noexcept {
    std::uint32_t found = 0;
    std::uint64_t below = UINT64_MAX;
    while (bytes > 0 && below > 0) {
      std::uint64_t length = 0;
      for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint64_t one = slots_[wrap(first + i)].frame_bytes;
        if (one < below) length = std::max(length, one);
      }
      for (std::uint32_t i = 0; i < count && bytes > 0; ++i) {
        if (slots_[wrap(first + i)].frame_bytes != length) continue;
        bytes -= std::min(bytes, length);
        ++found;
      }
      below = length;
    }
    return found;
  }

  UniqueFd socket_;
  std::uint32_t longest_bytes_;
  std::size_t prefix_bytes_;  // of the virtio_net_hdr before each frame; 0 without
  Geometry geometry_;
  Mapping ring_;
  sockaddr_ll destination_;
  SlotRing slots_;
  std::size_t next_ = 0;             // the next slot to fill
  std::size_t pending_ = 0;          // slots before next_ that wait for the kernel to take them
  std::uint64_t pending_bytes_ = 0;  // of their frames
};

constexpr std::array kOptions{
    EngineOption{
        .name = "qdiscBypass",
        .type = EngineOption::Type::kFlag,
        .fallback = 0,
        .minimum = 0,
        .maximum = 1,
        .power_of_two = false,
        .description =
            "hand frames to the driver directly, past the queueing discipline and any packet capture"},
    EngineOption{.name = "ringFrames",
                 .type = EngineOption::Type::kInteger,
                 .fallback = 128,
                 .minimum = 8,
                 .maximum = 16384,
                 .power_of_two = true,
                 .description = "slots of the transmit ring; a ring that fits the L1/L2 cache is fastest"},
};

std::optional<Refusal> probe(const NetworkNamespace& where, const Link& link) {
  if (link.hardware_type != ARPHRD_ETHER && link.hardware_type != ARPHRD_LOOPBACK) {
    return Refusal{.code = "NOT_ETHERNET", .reason = "not an Ethernet device"};
  }
  try {
    (void)where.open_socket(AF_PACKET, SOCK_RAW, 0);
  } catch (const Error& error) {
    if (error.code() == "EPERM") return Refusal{.code = "EPERM", .reason = "needs CAP_NET_RAW"};
    return Refusal{.code = error.code(), .reason = error.what()};
  }
  if (!link.up) return Refusal{.code = "ENETDOWN", .reason = "the interface is down"};
  return std::nullopt;
}

EngineInfo info{
    .name = "tx-ring",
    .summary = "PACKET_TX_RING: a ring shared with the kernel, one system call a batch",
    .needs_device = true,
    .options = kOptions,
    .probe = probe,
    .open = [](const EnginePlan& plan) -> std::unique_ptr<Engine> { return std::make_unique<TxRing>(plan); },
};
const EngineRegistration registration(info);

}  // namespace
}  // namespace pktgen
