// How many frames may leave now, and whose: one worker's view of the timetable.
//
// Each lane has a next frame and knows when it is due; the earliest goes first. A frame is released when it
// is due, made when there is room for it, and taken by the kernel some time later: until then its due time is
// kept, because how late it was is known only then. Everything takes the time as an argument, so that tests
// can simulate it. Worker's thread; allocates only when it is made.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "backlog.h"
#include "budget.h"
#include "lateness.h"
#include "program.h"
#include "schedule.h"
#include "tempo.h"
#include "timeline.h"
#include "turns.h"

namespace pktgen {

// Frames that one release may hold: more only matter to engines that send thousands in a call, where a call
// costs next to nothing beside them.
inline constexpr std::uint32_t kMostReleased = 4096;

class Pacer {
  // A frame that is due this close to an end is due at the end, and does not leave: quotients are not exact.
  static constexpr double kEdgeNs = 0.25;

 public:
  // `room`: the most frames that are released or made, but not yet taken.
  Pacer(const Timetable& timetable, const FrameProgram& program, const Part& part, std::uint32_t room);

  // Lane time begins at this schedule time. Before the first release(), once.
  void begin(double schedule) noexcept;

  // The lanes of the frames that may leave at `schedule`, but none that is due from `until` on: at most
  // `most` with those that were released before and not made. `budget`: of frames that all workers share;
  // nullptr for no limit.
  std::span<const std::uint32_t> release(const Tempo& tempo, double schedule, double until,
                                         std::uint32_t most, Budget* budget) noexcept;

  // So many of the frames that release() returned have been made, or will never be.
  void made(std::uint32_t count) noexcept { made_ += count; }

  // The kernel took the oldest `count` of the frames made.
  void taken(std::uint32_t count, const Tempo& tempo, double schedule, Lateness* lateness) noexcept;
  // From now on frames leave that it is not asked about, until release() is called again.
  void leave() noexcept {
    taken_ = made_;
    was_free_ = true;
  }

  // The schedule time of the run at which the next frame is due; kForever when there is none.
  [[nodiscard]] double next_schedule() const noexcept {
    return std::min(global_due(paced_), global_due(waiting_));
  }
  // A frame is due before that schedule time of the run, and has not been released.
  [[nodiscard]] bool has_due_before(double until) const noexcept {
    return global_due(paced_) < until - kEdgeNs;
  }
  // How late the oldest frame is that the kernel has not taken; 0 when none is.
  [[nodiscard]] double behind_ns(double schedule, double speed) const noexcept;
  // Some frames may leave at any time.
  [[nodiscard]] bool has_free() const noexcept { return !free_.empty(); }

  // All lanes are over, and all that was released has been made.
  [[nodiscard]] bool is_finished() const noexcept { return made_ == released_ && lanes_left_ == 0; }
  // One lane without an end: as fast as possible nobody has to be asked.
  [[nodiscard]] bool is_plain() const noexcept { return is_plain_; }
  [[nodiscard]] bool has_released() const noexcept { return made_ != released_; }
  [[nodiscard]] const Backlog& backlog() const noexcept { return backlog_; }
  [[nodiscard]] std::uint64_t late_packets() const noexcept { return late_packets_; }

  // When the last of the lanes that are over has ended.
  [[nodiscard]] double end() const noexcept { return end_; }

  // Of the oldest frame that was made and not taken: for previews.
  [[nodiscard]] double oldest_due() const noexcept { return dues_[taken_ & mask()]; }

 private:
  struct Lane {
    Timeline timeline;
    Places places;
    std::size_t place = 0;
    std::uint64_t ordinal;
    std::uint64_t left;   // this worker's frames
    std::uint64_t total;  // all workers'; UINT64_MAX for no end
    double delay;         // from the start of the run, or the end of another lane
    double duration;
    double free_weight;
    double start = kForever;
    double due = kForever;  // of a free lane its start
    double served = 0;      // of a free lane: what it has had, by its weight
    std::vector<std::uint32_t> followers;

    Lane(const LanePlan& plan, const Turns& turns, std::uint64_t all);
    [[nodiscard]] bool is_free() const noexcept { return free_weight > 0; }
    [[nodiscard]] double end() const noexcept { return start + duration; }
    void next() noexcept;
  };
  using Heap = std::vector<std::uint32_t>;

  // Of two lanes, whose frame comes later.
  [[nodiscard]] bool is_later(std::uint32_t a, std::uint32_t b) const noexcept {
    return lanes_[a].due != lanes_[b].due ? lanes_[a].due > lanes_[b].due : a > b;
  }

  [[nodiscard]] std::size_t mask() const noexcept { return dues_.size() - 1; }
  void start(std::uint32_t number, double at) noexcept;
  void end(std::uint32_t number, double at) noexcept;
  void schedule(std::uint32_t number) noexcept;
  [[nodiscard]] static double end_of(Lane& lane) noexcept;
  [[nodiscard]] double global_due(const Heap& heap) const noexcept {
    return heap.empty() ? kForever : backlog_.global(lanes_[heap.front()].due);
  }
  void push(Heap& heap, std::uint32_t number) noexcept;
  [[nodiscard]] std::uint32_t pop(Heap& heap) noexcept;
  void start_free(double local) noexcept;
  [[nodiscard]] bool has_paced(double local, bool all, double until) const noexcept;
  bool release_next(double local, bool all, double until) noexcept;
  bool release_free(double local) noexcept;
  void put(std::uint32_t lane, double due) noexcept;

  std::vector<Lane> lanes_;
  Heap first_;    // lanes that the run starts
  Heap paced_;    // the earliest due first
  Heap waiting_;  // free lanes before their start, the earliest first
  Heap free_;     // the one that has had the least first
  std::uint32_t lanes_left_ = 0;
  std::uint32_t group_;
  std::uint32_t together_ = 0;  // frames that leave with the last one
  Backlog backlog_;
  double end_ = 0;
  double last_due_ = -1;        // of the frame released last
  double last_taken_due_ = -1;  // of the frame taken last
  bool was_free_ = false;
  bool is_plain_ = false;
  bool is_frees_turn_ = false;  // while nothing is paced lanes with times and without take turns
  double served_ = 0;           // what the last free lane had had
  // By the number of the frame: when it was due, and its lane.
  std::vector<double> dues_;
  std::vector<std::uint32_t> numbers_;  // twice: any stretch of them is in one piece
  std::uint64_t released_ = 0;
  std::uint64_t made_ = 0;
  std::uint64_t taken_ = 0;
  std::uint64_t late_packets_ = 0;
};

}  // namespace pktgen
