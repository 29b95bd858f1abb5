// An AF_XDP socket for transmitting, bound to one queue of an interface: everything about it that happens
// before the first frame. Sources: Documentation/networking/af_xdp.rst, net/xdp/xsk.c,
// net/xdp/xsk_buff_pool.c.
#pragma once

#include <linux/if_xdp.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine.h"
#include "memory_map.h"
#include "umem.h"
#include "unique_fd.h"
#include "xsk_rings.h"

namespace pktgen {

class XskSocket {
 public:
  // `frames` places for frames of up to the longest of the plan, in the mode of the plan or the best one.
  // Throws Error, in words for the user: the queue does not exist or is in use (EINVAL, EBUSY), no zero-copy
  // (NO_ZEROCOPY), memory over RLIMIT_MEMLOCK (ENOBUFS), …
  static std::unique_ptr<XskSocket> open(const EnginePlan& plan, std::size_t frames);

  [[nodiscard]] int fd() const noexcept { return socket_.get(); }
  [[nodiscard]] XskRing<xdp_desc>& transmit() noexcept { return *transmit_; }
  [[nodiscard]] XskRing<std::uint64_t>& completion() noexcept { return *completion_; }
  [[nodiscard]] std::uint8_t* umem() const noexcept { return umem_.start(); }
  [[nodiscard]] const UmemLayout& layout() const noexcept { return layout_; }

  // The driver reads UMEM itself. Otherwise the kernel copies each frame into a packet buffer.
  [[nodiscard]] bool is_zero_copy() const noexcept { return zero_copy_; }
  // Lets calls wake the driver again instead of polling for it. Any thread; no allocation.
  void stop_busy_poll() const noexcept;

  // For the user: "copy mode", "zero-copy", and why.
  [[nodiscard]] const std::string& mode() const noexcept { return mode_; }

 private:
  XskSocket(const EnginePlan& plan, std::size_t frames, bool zero_copy);
  static std::unique_ptr<XskSocket> open_zero_copy(const EnginePlan& plan, std::size_t frames);
  void register_umem();
  void make_rings(std::uint32_t descriptors);
  void offer_receive_chunks();
  void set_budget(const EnginePlan& plan, std::uint32_t descriptors) const;
  void widen_send_buffer(std::uint32_t descriptors) const;
  void prefer_busy_poll(const EnginePlan& plan) const;
  [[nodiscard]] int bind_to(const EnginePlan& plan) const;

  bool zero_copy_;
  UmemLayout layout_;
  UniqueFd socket_;
  MemoryMap umem_;
  std::unique_ptr<XskRing<xdp_desc>> transmit_;
  std::unique_ptr<XskRing<std::uint64_t>> completion_;
  std::unique_ptr<XskRing<std::uint64_t>> fill_;
  UniqueFd program_;  // the XDP program's link, while we hold one
  std::string mode_;
};

// The kernel takes frames in several descriptors. Changes nothing.
bool has_multi_buffer(const NetworkNamespace& where);

// Whether the driver has zero-copy; nothing where the kernel cannot tell (before Linux 6.3).
std::optional<bool> has_zero_copy(const std::optional<std::uint64_t>& xdp_features);

}  // namespace pktgen
