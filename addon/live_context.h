// What the parts of the live compiler share.
#pragma once

#include <cstdint>
#include <string>

#include "bpf_assembler.h"
#include "error.h"
#include "live_images.h"
#include "live_memory.h"

namespace pktgen {

// Kept over the whole run of a program.
inline constexpr auto kContext = BpfAssembler::r6;
inline constexpr auto kFrame = BpfAssembler::r7;

struct LiveContext {
  BpfAssembler& code;
  LiveMemory& memory;
  const LiveImages& images;
  BpfAssembler::Label drop;        // this stream has sent everything
  BpfAssembler::Label impossible;  // only the verifier thinks that it can happen
  BpfAssembler::Label gone;        // the device has been unregistered
};

[[noreturn]] inline void refuse_live(const std::string& reason) { throw Error("LIVE_LIMIT", reason); }

// 64-bit places on the program's stack of 512 bytes, by their offset from its end.
class LiveStack {
 public:
  std::int32_t allocate() {
    constexpr std::int32_t kStackBytes = 512;
    used_ -= 8;
    if (used_ < -kStackBytes)
      refuse_live("a stream with so many indexes and checksums that they do not fit on a BPF stack");
    return used_;
  }

 private:
  std::int32_t used_ = 0;
};

// How many frames of a stream lie between two visits.
struct LiveAdvance {
  std::uint32_t most = 1;
  std::int32_t slot = 0;  // on the stack, where it differs from visit to visit; 0: always `most`

  // Adds it to a register. Overwrites `scratch`.
  void add_to(BpfAssembler& code, BpfAssembler::Register to, BpfAssembler::Register scratch) const {
    if (slot == 0) {
      code.alu(BPF_ADD, to, std::uint64_t{most}, scratch);
      return;
    }
    code.load(8, scratch, BpfAssembler::r10, slot);
    code.alu(BPF_ADD, to, scratch);
  }
};

}  // namespace pktgen
