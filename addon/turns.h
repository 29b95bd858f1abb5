// Whose turn it is: which frames of a run are one worker's, and in which order.
//
// The frames of a run form one sequence of positions. With W workers, worker w has the positions w, w + W, w
// + 2W …: together they send what one worker would, and no frame twice. Where W and the length of the mix
// have a common factor, gaps in the positions see to it that each worker by itself sends the exact mix, sizes
// included: workers are not equally fast. In a mix that is drawn at random, positions are draws, and each
// stream's frames are split likewise.
#pragma once

#include <cstdint>
#include <vector>

#include "program.h"

namespace pktgen {

struct Part {
  std::uint32_t worker = 0;
  std::uint32_t workers = 1;
  std::uint64_t frames = UINT64_MAX;  // of the whole run; UINT64_MAX for no limit
};

// A visit of a worker to a stream.
struct Turn {
  std::uint32_t stream;
  std::uint32_t advance;  // frames of the stream from this visit to this worker's next one
};

// One worker's visits to one stream.
struct Visits {
  std::uint64_t first = UINT64_MAX;  // number of the stream's frame at the first one; UINT64_MAX for no visit
  // From each visit to the next, over and over. Only of a drawn stream: in a sequence the turns say it.
  std::vector<std::uint32_t> distances;
};

// Which frames of a lane are one worker's, by their numbers over all workers.
struct Places {
  std::uint64_t first = 0;
  std::vector<std::uint32_t> distances{1};  // from each to the next, over and over
};

struct Turns {
  std::vector<Turn> sequence;  // over and over; empty when the streams are drawn
  std::vector<Visits> streams;
  std::uint64_t frames;  // this worker's; UINT64_MAX when no limit but the streams' own counts ends it
  Places places;
};

// Lane 0 is the program's mix, the others are the streams alone. A part's limit of frames is that lane's.
Turns turns_of(const FrameProgram& program, const Part& part, std::uint32_t lane = 0);

}  // namespace pktgen
