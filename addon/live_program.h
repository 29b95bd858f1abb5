// A worker's part of a frame program as a BPF program: each run of it makes one frame ready and redirects it
// to the device.
//
// The frames are byte for byte those which FrameSource makes of the same part, in the same order. A run that
// falls on a stream which has sent all its frames drops the frame and counts nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "bpf_assembler.h"
#include "program.h"
#include "turns.h"

namespace pktgen {

// Where in the program's memory a stream's state is: 64-bit numbers.
struct LiveStream {
  std::uint32_t packets_offset = 0;
  std::uint32_t bytes_offset = 0;  // 0: all frames are alike
  std::uint32_t next_offset = 0;   // number of the stream's next frame; 0: not kept, the stream never ends
  std::uint64_t count = UINT64_MAX;
  std::uint32_t frame_bytes = 0;  // of every frame, where all are alike
  bool visited = false;           // by this worker
};

struct LiveProgram {
  // In the memory: why a frame could not be sent. 0: nothing happened.
  static constexpr std::uint32_t kTroubleOffset = 0;
  static constexpr std::int32_t kGone = 1;        // the device has been unregistered
  static constexpr std::int32_t kImpossible = 2;  // the kernel gave the program a frame that is not ours

  BpfAssembler code;
  std::vector<std::uint8_t> memory;
  std::vector<std::uint8_t> frame;  // what each page holds at first: the longest frame
  std::vector<LiveStream> streams;
  std::uint64_t frames = UINT64_MAX;  // of this worker
};

// Throws Error "LIVE_LIMIT" with the one reason why these frames cannot be made there.
LiveProgram compile_live(const FrameProgram& program, const Part& part);

}  // namespace pktgen
