// A place for a frame in an engine's own memory.
#pragma once

#include <cstdint>

namespace pktgen {

// The engine owns slot and memory, and sets `data` once. The worker writes the rest: what lies there now, so
// that bytes which are already right need not be written again.
struct Slot {
  std::uint8_t* data = nullptr;
  std::uint32_t frame_bytes = 0;
  std::uint32_t content = 0;     // the template whose bytes lie there, counted from 1; 0: none yet
  std::uint32_t body = 0;        // the stream whose body lies there, counted from 1
  std::uint32_t body_bytes = 0;  // how much of it
};

}  // namespace pktgen
