// What is to be sent: plain bytes, made before the first packet.
#pragma once

#include <cstdint>
#include <vector>

namespace pktgen {

inline constexpr std::uint32_t kFcsBytes = 4;

struct FrameProgram {
  // One static frame, from the destination MAC address to the end of the payload, without FCS.
  std::vector<std::uint8_t> frame;
};

}  // namespace pktgen
