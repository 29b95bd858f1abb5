#include "program.h"

#include <algorithm>

namespace pktgen {

std::vector<std::uint8_t> StreamProgram::frame_of(const Variant& variant) const {
  const auto head = bytes.begin() + variant.head_offset;
  std::vector<std::uint8_t> frame(head, head + variant.head_bytes);
  if (variant.head_bytes < variant.frame_bytes) {
    frame.insert(frame.end(), body.begin() + variant.head_bytes, body.begin() + variant.frame_bytes);
  }
  return frame;
}

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
