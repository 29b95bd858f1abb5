#include "xsk_socket.h"

#include <sys/resource.h>
#include <sys/socket.h>

#include <bit>

#include "bpf.h"
#include "clock.h"
#include "error.h"
#include "kernel_constants.h"
#include "links.h"
#include "xdp_features.h"

namespace pktgen {
namespace {

// A driver that does zero-copy receives into UMEM, too, on the queue of the socket: as many chunks as a
// driver's receive ring has by default, so that the interface goes on receiving.
constexpr std::size_t kReceiveChunks = 1024;

// A queue stays taken for 12 to 36 ms after its socket was closed: RCU has to come to rest first.
constexpr std::uint64_t kBindPatienceNs = 500'000'000;
constexpr std::int64_t kBindPauseNs = 1'000'000;

// Drivers restart their queues for an XDP program, some the whole link.
constexpr std::uint64_t kCarrierPatienceNs = 5'000'000'000;
constexpr std::int64_t kCarrierPauseNs = 10'000'000;

constexpr int kBusyPollUs = 20;  // as the kernel's own sample, xdpsock
constexpr std::uint32_t kSmallestBudget = 32;
constexpr std::uint32_t kPacketBufferBytes = 1024;  // struct sk_buff and the smallest head, rounded up

template <typename Value>
int set_option(int fd, int level, int option, const Value& value) {
  return setsockopt(fd, level, option, &value, sizeof(value)) == 0 ? 0 : errno;
}

template <typename Value>
void require_option(int fd, int option, const Value& value, const char* name) {
  const int error = set_option(fd, SOL_XDP, option, value);
  if (error != 0) throw Error::from_errno(error, std::string("setting ") + name);
}

// What the driver says of itself; before Linux 6.3 only trying tells.
bool may_be_zero_copy(const EnginePlan& plan) {
  return has_zero_copy(xdp_features(*plan.where, plan.interface_index)).value_or(true);
}

bool has_several_pieces(const EnginePlan& plan) { return pieces_of(plan.longest_frame_bytes) > 1; }

void require_frames_fit(const EnginePlan& plan) {
  if (!has_several_pieces(plan) || has_multi_buffer(*plan.where)) return;
  throw Error("EMSGSIZE", "this kernel's AF_XDP takes frames of up to " + std::to_string(kChunkBytes) +
                              " bytes; longer ones came with multi-buffer in Linux 6.6");
}

std::string queue_of(const EnginePlan& plan) {
  return "queue " + std::to_string(plan.queue) + " of " + plan.interface;
}

[[noreturn]] void refuse_bind(const EnginePlan& plan, int error) {
  if (error == EBUSY) {
    throw Error(
        "EBUSY",
        queue_of(plan) +
            " is in use by another AF_XDP socket, or by another worker: each takes a queue of its own");
  }
  if (error == EINVAL) {
    throw Error("EINVAL", queue_of(plan) + ": no such queue; `ethtool -l " + plan.interface +
                              "` shows how many there are");
  }
  throw Error::from_errno(error, "binding to " + queue_of(plan));
}

bool has_carrier(Links& links, const EnginePlan& plan) {
  const auto link = links.status(plan.interface_index);
  return !link || link->carrier;  // without a link there is nothing to wait for
}

// Many a driver restarts its link when a program comes.
void wait_for_carrier(Links& links, const EnginePlan& plan) {
  const std::uint64_t deadline_ns = monotonic_ns() + kCarrierPatienceNs;
  while (!has_carrier(links, plan) && monotonic_ns() < deadline_ns) sleep_ns(kCarrierPauseNs);
}

// Drivers send from XDP queues that most of them only have while an XDP program is attached: ours passes
// everything. A program that is there already does as well; nothing is returned then.
UniqueFd attach_pass_program(const EnginePlan& plan) {
  try {
    Links links(plan.where);
    const bool had_carrier = has_carrier(links, plan);
    UniqueFd link = attach_xdp(*plan.where, plan.interface_index, pass_program().get(), XdpMode::kNative);
    if (had_carrier) wait_for_carrier(links, plan);
    return link;
  } catch (const Error& error) {
    if (error.code() == "EBUSY") return {};
    const bool may_not = error.code() == "EPERM";
    throw Error("NO_ZEROCOPY",
                may_not ? "no zero-copy: it takes an XDP program, and that CAP_BPF and CAP_NET_ADMIN in "
                          "the initial user namespace"
                        : std::string("no zero-copy: ") + error.what());
  }
}

}  // namespace

std::unique_ptr<XskSocket> XskSocket::open(const EnginePlan& plan, std::size_t frames) {
  require_frames_fit(plan);
  const std::string& asked = plan.options.text("xdpMode");
  const bool possible = asked != "copy" && may_be_zero_copy(plan);
  if (asked == "zerocopy" && !possible) {
    throw Error("NO_ZEROCOPY", "the driver of " + plan.interface +
                                   " has no zero-copy for AF_XDP; use --xdp-mode copy or auto");
  }
  std::string why_not;
  if (possible) {
    try {
      return open_zero_copy(plan, frames);
    } catch (const Error& error) {
      if (asked == "zerocopy" || error.code() == "EBUSY") throw;
      why_not = std::string(" (") + error.what() + ")";
    }
  }
  auto socket = std::unique_ptr<XskSocket>(new XskSocket(plan, frames, false));
  const int error = socket->bind_to(plan);
  if (error != 0) refuse_bind(plan, error);
  socket->mode_ += why_not;
  return socket;
}

std::unique_ptr<XskSocket> XskSocket::open_zero_copy(const EnginePlan& plan, std::size_t frames) {
  UniqueFd program = attach_pass_program(plan);
  auto socket = std::unique_ptr<XskSocket>(new XskSocket(plan, frames, true));
  const int error = socket->bind_to(plan);
  if (error == EBUSY) refuse_bind(plan, error);
  if (error != 0)
    throw Error("NO_ZEROCOPY", std::string("no zero-copy: the driver answers ") + Error::errno_name(error));
  socket->program_ = std::move(program);
  return socket;
}

XskSocket::XskSocket(const EnginePlan& plan, std::size_t frames, bool zero_copy)
    : zero_copy_(zero_copy),
      layout_(UmemLayout::of(plan.longest_frame_bytes, frames, zero_copy ? kReceiveChunks : 0)),
      socket_(plan.where->open_socket(AF_XDP, SOCK_RAW, 0)),
      umem_(MemoryMap::anonymous(layout_.total_bytes(), "the memory for frames")),
      mode_(zero_copy ? "zero-copy" : "copy mode") {
  const auto descriptors =
      std::bit_ceil(static_cast<std::uint32_t>(frames) * pieces_of(plan.longest_frame_bytes));
  register_umem();
  make_rings(descriptors);
  if (zero_copy) offer_receive_chunks();
  set_budget(plan, descriptors);
  widen_send_buffer(descriptors);
  if (plan.options.flag("busyPoll")) prefer_busy_poll(plan);
  if (has_several_pieces(plan)) mode_ += ", multi-buffer";
}

void XskSocket::register_umem() {
  xdp_umem_reg registration{};
  registration.addr = reinterpret_cast<std::uintptr_t>(umem_.start());
  registration.len = umem_.bytes();
  registration.chunk_size = kChunkBytes;
  const int error = set_option(fd(), SOL_XDP, XDP_UMEM_REG, registration);
  if (error == ENOBUFS) {
    rlimit limit{};
    getrlimit(RLIMIT_MEMLOCK, &limit);
    throw Error("ENOBUFS",
                "the frames need " + std::to_string(umem_.bytes() / 1024) +
                    " KiB of locked memory, and RLIMIT_MEMLOCK allows " +
                    std::to_string(limit.rlim_cur / 1024) +
                    " KiB for all programs of this user; raise it with ulimit -l, or use a smaller "
                    "--ring-frames");
  }
  if (error != 0) throw Error::from_errno(error, "setting XDP_UMEM_REG");
}

void XskSocket::make_rings(std::uint32_t descriptors) {
  const auto receive_entries = static_cast<std::uint32_t>(std::max<std::size_t>(layout_.receive_chunks, 1));
  // The kernel refuses to bind a UMEM without both of its rings, also where nothing is received.
  require_option(fd(), XDP_UMEM_FILL_RING, receive_entries, "XDP_UMEM_FILL_RING");
  require_option(fd(), XDP_UMEM_COMPLETION_RING, descriptors, "XDP_UMEM_COMPLETION_RING");
  require_option(fd(), XDP_TX_RING, descriptors, "XDP_TX_RING");
  xdp_mmap_offsets offsets{};
  socklen_t length = sizeof(offsets);
  if (getsockopt(fd(), SOL_XDP, XDP_MMAP_OFFSETS, &offsets, &length) != 0)
    throw Error::from_errno(errno, "reading XDP_MMAP_OFFSETS");
  transmit_ = std::make_unique<XskRing<xdp_desc>>(fd(), XDP_PGOFF_TX_RING, offsets.tx, descriptors,
                                                  "the transmit ring");
  completion_ = std::make_unique<XskRing<std::uint64_t>>(fd(), XDP_UMEM_PGOFF_COMPLETION_RING, offsets.cr,
                                                         descriptors, "the completion ring");
  fill_ = std::make_unique<XskRing<std::uint64_t>>(fd(), XDP_UMEM_PGOFF_FILL_RING, offsets.fr,
                                                   receive_entries, "the fill ring");
}

void XskSocket::offer_receive_chunks() {
  for (std::uint32_t chunk = 0; chunk < layout_.receive_chunks; ++chunk) {
    (*fill_)[chunk] = layout_.receive_address(chunk);
  }
  fill_->publish_producer(static_cast<std::uint32_t>(layout_.receive_chunks));
}

// In copy mode a call sends so many frames at most and then says EAGAIN. Unless told otherwise: a whole
// batch.
void XskSocket::set_budget(const EnginePlan& plan, std::uint32_t descriptors) const {
  const auto asked = static_cast<std::uint32_t>(plan.options.number("txBudget"));
  if (asked == 0) {
    const std::uint32_t batch = plan.batch * pieces_of(plan.longest_frame_bytes);
    const std::uint32_t budget = std::min(std::max(batch, kSmallestBudget), descriptors);
    // A kernel before 6.17 does not know it and sends 32: that only costs some more calls.
    (void)set_option(fd(), SOL_XDP, kernel::kXdpMaxTxSkbBudget, budget);
    return;
  }
  const int error = set_option(fd(), SOL_XDP, kernel::kXdpMaxTxSkbBudget, asked);
  if (error == ENOPROTOOPT) {
    throw Error("ENOPROTOOPT",
                "--tx-budget: this kernel has no XDP_MAX_TX_SKB_BUDGET (Linux 6.17 brought it)");
  }
  if (error == EACCES) {  // the kernel's word for "out of range"
    throw Error("ERANGE", "--tx-budget " + std::to_string(asked) + ": the kernel takes " +
                              std::to_string(kSmallestBudget) + " to " + std::to_string(descriptors) +
                              ", the entries of the transmit ring");
  }
  if (error != 0) throw Error::from_errno(error, "setting XDP_MAX_TX_SKB_BUDGET");
}

// Every frame counts with the packet buffer that the kernel makes for it; where a driver takes frames out of
// UMEM without a copy (IFF_TX_SKB_NO_LINEAR), with a whole chunk. The default holds 277 of the former, 43 of
// the latter.
void XskSocket::widen_send_buffer(std::uint32_t descriptors) const {
  const int bytes = static_cast<int>(descriptors * (kChunkBytes + kPacketBufferBytes));
  if (set_option(fd(), SOL_SOCKET, SO_SNDBUFFORCE, bytes) == 0) return;
  (void)set_option(fd(), SOL_SOCKET, SO_SNDBUF,
                   bytes);  // without CAP_NET_ADMIN: what net.core.wmem_max allows
}

void XskSocket::prefer_busy_poll(const EnginePlan& plan) const {
  const auto batch = static_cast<int>(std::min<std::uint32_t>(plan.batch, UINT16_MAX));
  int error = set_option(fd(), SOL_SOCKET, SO_PREFER_BUSY_POLL, 1);
  if (error == 0) error = set_option(fd(), SOL_SOCKET, SO_BUSY_POLL, kBusyPollUs);
  if (error == 0) error = set_option(fd(), SOL_SOCKET, SO_BUSY_POLL_BUDGET, batch);
  if (error == EPERM) {
    throw Error(
        "NO_BUSY_POLL",
        "--busy-poll needs CAP_NET_ADMIN in the initial user namespace: leave it out, or run with sudo");
  }
  if (error != 0) throw Error::from_errno(error, "setting SO_BUSY_POLL");
}

void XskSocket::stop_busy_poll() const noexcept {
  (void)set_option(fd(), SOL_SOCKET, SO_PREFER_BUSY_POLL, 0);
}

// Returns 0 or an errno.
int XskSocket::bind_to(const EnginePlan& plan) const {
  const std::uint16_t mode = zero_copy_ ? XDP_ZEROCOPY : XDP_COPY;
  const std::uint16_t pieces = has_several_pieces(plan) ? kernel::kXdpUseSg : 0;
  sockaddr_xdp address{};
  address.sxdp_family = AF_XDP;
  address.sxdp_flags = static_cast<std::uint16_t>(XDP_USE_NEED_WAKEUP | mode | pieces);
  address.sxdp_ifindex = plan.interface_index;
  address.sxdp_queue_id = plan.queue;
  const std::uint64_t deadline_ns = monotonic_ns() + kBindPatienceNs;
  for (;;) {
    if (bind(fd(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) return 0;
    if (errno != EBUSY || monotonic_ns() > deadline_ns) return errno;
    sleep_ns(kBindPauseNs);
  }
}

// The kernel checks the flags first (EINVAL) and looks for the interface then: there is none of number 0.
bool has_multi_buffer(const NetworkNamespace& where) {
  const UniqueFd socket = where.open_socket(AF_XDP, SOCK_RAW, 0);
  sockaddr_xdp nowhere{};
  nowhere.sxdp_family = AF_XDP;
  nowhere.sxdp_flags = kernel::kXdpUseSg;
  return bind(socket.get(), reinterpret_cast<const sockaddr*>(&nowhere), sizeof(nowhere)) != 0 &&
         errno != EINVAL;
}

std::optional<bool> has_zero_copy(const std::optional<std::uint64_t>& xdp_features) {
  if (!xdp_features) return std::nullopt;
  return (*xdp_features & kernel::kXdpActXskZerocopy) != 0;
}

}  // namespace pktgen
