#include "program.h"

#include <algorithm>

namespace pktgen {

std::uint32_t FrameProgram::longest_frame_bytes() const {
  std::uint32_t longest = 0;
  for (const StreamProgram& stream : streams) {
    for (const Variant& variant : stream.variants) longest = std::max(longest, variant.frame_bytes);
  }
  return longest;
}

std::uint32_t FrameProgram::shortest_frame_bytes() const {
  std::uint32_t shortest = kMaximumFrameBytes;
  for (const StreamProgram& stream : streams) {
    for (const Variant& variant : stream.variants) shortest = std::min(shortest, variant.frame_bytes);
  }
  return shortest;
}

}  // namespace pktgen
