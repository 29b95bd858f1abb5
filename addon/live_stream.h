// The frames of one stream in BPF.
#pragma once

#include "live_context.h"
#include "live_program.h"

namespace pktgen {

// What this worker's visits to a stream are like.
struct LiveVisits {
  std::uint64_t first = 0;  // number of the stream's frame at the first one
  // On to the next visit: always as many frames, or one after the other of a table, or what the schedule says
  // and has been put on the stack.
  std::vector<std::uint32_t> distances;
  LiveAdvance scheduled;
};

// Emits code that makes one frame ready, redirects and counts it, and ends the program. `name`: for messages.
LiveStream emit_stream(const LiveContext& context, const StreamProgram& stream, const LiveVisits& visits,
                       LiveStack stack, const std::string& name);

// A choice among labels by the number in r1: as many comparisons as the number of choices has bits.
void emit_choice(BpfAssembler& code, const std::vector<BpfAssembler::Label>& labels, std::size_t from,
                 std::size_t to);

}  // namespace pktgen
