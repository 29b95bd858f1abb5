// The positions of a stream's indexes in BPF: patch.cc's Patch::Position.
#pragma once

#include <cstdint>
#include <vector>

#include "live_context.h"

namespace pktgen {

class LivePositions {
 public:
  // `first`: number of the stream's frame that this worker makes first.
  LivePositions(const LiveContext& context, const StreamProgram& stream, std::uint64_t first);

  // For the code of one variant: what has been computed before the variants parted stays known.
  struct Taken {
    std::vector<std::int32_t> slots;  // on the stack, by index; 0: not yet computed
  };

  // r1 = the position of this index in the present frame. Overwrites r0 and r2 to r5.
  void get(std::uint32_t index, const LiveAdvance& advance, LiveStack& stack, Taken& taken);

  [[nodiscard]] Taken none() const { return {std::vector<std::int32_t>(uses_.size(), 0)}; }

 private:
  void move(const IndexProgram& index, const LiveAdvance& advance);
  void hold(const IndexProgram& index, const LiveAdvance& advance, BpfAssembler::Label held);
  void wrap(std::uint64_t count, std::uint64_t most_steps);

  const LiveContext& context_;
  const StreamProgram& stream_;
  std::vector<std::uint32_t> uses_;    // of each index in a frame
  std::vector<std::uint32_t> states_;  // where in memory: value, frames held
};

}  // namespace pktgen
