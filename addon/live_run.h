// Runs a live program in the kernel: its map, its device, the call.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "bpf.h"
#include "live_program.h"
#include "memory_map.h"

namespace pktgen {

// BPF_PROG_TEST_RUN with live frames: as many frames as `repeat` says, made of `frame`. Returns 0 or an
// errno: EINTR after a signal; EINVAL where the kernel lacks live frames or the frame is too long for them.
int run_live(int program_fd, std::span<const std::uint8_t> frame, std::uint32_t repeat,
             std::uint32_t inner_batch) noexcept;

// The memory that a program and we share.
class SharedMemory {
 public:
  explicit SharedMemory(std::span<const std::uint8_t> content);  // throws Error

  [[nodiscard]] int fd() const noexcept { return map_.get(); }
  // Only while no program runs that uses it.
  void reset(std::span<const std::uint8_t> content) noexcept;
  // A 64-bit number that the program writes.
  [[nodiscard]] std::uint64_t number(std::uint32_t offset) const noexcept {
    return __atomic_load_n(reinterpret_cast<const std::uint64_t*>(memory_.start() + offset),
                           __ATOMIC_RELAXED);
  }

 private:
  UniqueFd map_;
  MemoryMap memory_;
};

// Loads the program with maps of the kind that a run makes, and lets go of it: throws Error with what the
// kernel has against it. Changes nothing. Up to some seconds for programs near the verifier's limits.
void try_to_load(const LiveProgram& program);

UniqueFd load_live(const LiveProgram& program, int memory_fd, int devices_fd);  // throws Error

// A map with that one device, for redirecting to it. Throws Error.
UniqueFd make_device_map(const NetworkNamespace& where, std::uint32_t interface_index);

// Keeps a program in the kernel's XDP dispatcher. Without it the first call with a program has to put it
// there and the last one to take it out, which waits for every CPU: 24 ms (Linux 6.18).
class Warmth {
 public:
  explicit Warmth(int program_fd);  // throws Error

 private:
  std::shared_ptr<const NetworkNamespace> where_;
  UniqueFd link_;
};

}  // namespace pktgen
