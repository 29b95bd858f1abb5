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
  std::uint32_t fill(std::span<Slot* const> slots, FrameLabel* labels) noexcept;

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

  void add_streams(const std::vector<Visits>& visits);
  [[nodiscard]] std::vector<std::uint32_t> common_advances(const std::vector<Visits>& visits) const;
  void unroll();
  [[nodiscard]] std::uint64_t period_frames() const;
  std::uint32_t fill_batch(std::span<Slot* const> slots, FrameLabel* labels) noexcept;
  std::uint32_t fill_rendered(std::span<Slot* const> slots, FrameLabel* labels) noexcept;
  std::uint32_t fill_single(std::span<Slot* const> slots, FrameLabel* labels) noexcept;
  std::uint32_t fill_next(std::span<Slot* const> slots, FrameLabel* labels) noexcept;
  bool next_turn(Turn& turn) noexcept;
  void load(Slot& slot, std::uint32_t number) const noexcept;

  std::shared_ptr<const FrameProgram> program_;
  std::uint32_t workers_;
  std::uint64_t left_ = 0;  // frames still to make
  std::uint32_t alive_ = 0;
  std::vector<Stream> streams_;
  std::vector<std::uint32_t> touched_;  // streams with frames of the present batch
  std::vector<Template> templates_;
  std::vector<Turn> schedule_;
  std::size_t cursor_ = 0;
  std::uint64_t draw_;
  // One lap of the sequence, rendered: no stream changes any more.
  std::vector<std::uint8_t> rendered_;
  std::vector<FrameLabel> rendered_labels_;
  bool is_rendered_ = false;
  bool is_single_ = false;
};

}  // namespace pktgen
