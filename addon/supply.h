// Where a worker's frames come from, and the book of what was sent of each stream.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "cache_line.h"
#include "counters.h"
#include "engine.h"
#include "frame_source.h"

namespace pktgen {

// Frames of one stream that the kernel took. Written by one worker, read by anybody.
struct StreamCounters {
  Counter packets;
  Counter bytes;  // frame sizes added up, FCS included
};

using StreamCounterList = std::vector<StreamCounters, LineAllocator<StreamCounters>>;

class alignas(kCacheLineBytes) Supply {
 public:
  explicit Supply(std::size_t streams) : streams_(streams) {}
  Supply(const Supply&) = delete;
  Supply& operator=(const Supply&) = delete;
  virtual ~Supply() = default;

  // Makes up to `wanted` of the next frames ready for submit(): of these lanes, where the program has
  // several. Returns how many.
  virtual std::uint32_t make_ready(std::uint32_t wanted, const std::uint32_t* lanes) noexcept = 0;

  // The sequence begins anew. Nothing may be on its way.
  virtual void restart() noexcept = 0;

  // Whether what submit() did not send is queued and goes with the next call. Otherwise it was never made.
  [[nodiscard]] virtual bool keeps_unsent() const noexcept = 0;

  // No more frames will be made ready.
  [[nodiscard]] virtual bool is_finished() const noexcept = 0;

  // Books the oldest `count` frames as sent and returns their bytes, FCS included.
  virtual std::uint64_t settle(std::uint32_t count) noexcept = 0;

  [[nodiscard]] const StreamCounterList& streams() const noexcept { return streams_; }

 protected:
  StreamCounterList streams_;
};

// The worker makes the frames in the slots of its engine.
std::unique_ptr<Supply> supply_slots(Engine& engine, FrameSource frames, std::uint32_t batch);

// The engine makes them, and says what it sent.
std::unique_ptr<Supply> supply_by_engine(Engine& engine, std::size_t streams);

}  // namespace pktgen
