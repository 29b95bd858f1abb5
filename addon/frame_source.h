// A worker's frames, made ready in the slots of an engine, in their order.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "patch.h"
#include "program.h"
#include "slot.h"
#include "turns.h"

namespace pktgen {

// What a frame counts for, once it has been sent.
struct FrameLabel {
  std::uint32_t stream;
  std::uint32_t frame_bytes;
};

class FrameSource {
 public:
  FrameSource(std::shared_ptr<const FrameProgram> program, const Part& part);
  FrameSource(FrameSource&&) = default;
  FrameSource& operator=(FrameSource&&) = default;
  FrameSource(const FrameSource&) = delete;
  FrameSource& operator=(const FrameSource&) = delete;
  ~FrameSource() = default;

  // Makes the next frames ready in these slots and labels them. Returns how many: fewer than there are slots
  // only at the end of the sequence. Labels may be nullptr where all frames count alike (is_uniform()).
  // `lanes`: whose frame each of them is; nullptr where the program has the mix alone.
  std::uint32_t fill(std::span<Slot* const> slots, FrameLabel* labels,
                     const std::uint32_t* lanes = nullptr) noexcept;

  // Makes restart() possible. Before the first fill().
  void keep_start();
  // Begins the sequence anew.
  void restart() noexcept;

  // One stream, one frame size: every frame has the same label.
  [[nodiscard]] bool is_uniform() const noexcept;

  [[nodiscard]] bool done() const noexcept { return left_ == 0 || alive_ == 0; }

  // After so many frames a slot may hold what it held before; 0 when never. A ring whose length is a multiple
  // of it needs no copying after its first lap.
  [[nodiscard]] std::uint32_t repeats_after() const noexcept;

  [[nodiscard]] const FrameProgram& program() const noexcept { return *program_; }

 private:
  // A frame size of a stream, or, when all has been rendered ahead of time, one frame of the sequence.
  struct Template {
    const std::uint8_t* head;
    std::uint32_t head_bytes;
    std::uint32_t frame_bytes;
    const std::uint8_t* body;  // nullptr: the head is the whole frame
    std::uint32_t body_number;
  };
  struct Stream {
    std::uint64_t next;  // number of the stream's frame that comes next
    std::uint64_t count;
    std::uint32_t first_template;
    std::uint32_t advance;      // of all its visits; 0 where they differ
    std::uint32_t waiting = 0;  // frames of the present batch in `jobs`
    bool alive;
    bool is_static;
    bool has_sizes;
    const StreamProgram* program;
    Patch patch;
    std::vector<Patch::Job> jobs;  // kBatch of them; none for a static stream
    // Of a drawn stream: from each visit to this worker's next one, over and over. Of others the schedule
    // says it.
    std::vector<std::uint32_t> distances;
    std::size_t visit = 0;

    [[nodiscard]] std::uint32_t distance() const noexcept { return distances[visit]; }
    void visited() noexcept {
      if (++visit >= distances.size()) visit = 0;
    }
  };

  // Turns of one lane, over and over.
  struct Lane {
    std::vector<Turn> turns;  // empty where they are drawn
    std::size_t cursor = 0;
    std::uint32_t alive = 0;  // streams that still have frames

    void next() noexcept {
      if (++cursor == turns.size()) cursor = 0;
    }
  };
  // What it takes to begin anew.
  struct Start {
    std::vector<Lane> lanes;
    std::vector<Stream> streams;
    std::uint64_t left;
    std::uint32_t alive;
  };

  void add_streams();
  void add_lane(std::uint32_t number, const Part& part);
  [[nodiscard]] static std::vector<std::uint32_t> common_advances(const Turns& turns);
  void unroll();
  [[nodiscard]] std::uint64_t period_frames() const;
  std::uint32_t fill_batch(std::span<Slot* const> slots, FrameLabel* labels,
                           const std::uint32_t* lanes) noexcept;
  std::uint32_t fill_rendered(std::span<Slot* const> slots, FrameLabel* labels) noexcept;
  std::uint32_t fill_single(std::span<Slot* const> slots, FrameLabel* labels) noexcept;
  std::uint32_t fill_next(std::span<Slot* const> slots, FrameLabel* labels,
                          const std::uint32_t* lanes) noexcept;
  bool next_turn(Turn& turn, Lane& lane) noexcept;
  Turn draw() noexcept;
  void load(Slot& slot, std::uint32_t number) const noexcept;

  std::shared_ptr<const FrameProgram> program_;
  std::uint32_t workers_;
  std::unique_ptr<const Start> start_;
  std::uint64_t left_ = 0;  // frames still to make
  std::uint32_t alive_ = 0;
  std::vector<Stream> streams_;
  std::vector<std::uint32_t> touched_;  // streams with frames of the present batch
  std::vector<Template> templates_;
  std::vector<Lane> lanes_;
  std::uint64_t first_draw_;
  std::uint64_t draw_;
  // One lap of the sequence, rendered: no stream changes any more.
  std::vector<std::uint8_t> rendered_;
  std::vector<FrameLabel> rendered_labels_;
  bool is_rendered_ = false;
  bool is_single_ = false;
};

}  // namespace pktgen
