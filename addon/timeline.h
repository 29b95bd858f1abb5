// When the frames of one lane are due.
#pragma once

#include <cstdint>
#include <vector>

#include "schedule.h"

namespace pktgen {

// Times are counted from the lane's start. They are computed from the number of the frame, never added up, so
// that nothing drifts: a double holds a week of nanoseconds to a tenth of one.
class Timeline {
 public:
  explicit Timeline(const LanePlan& plan);

  // When frame `ordinal`, counted from 0 over all workers, is due, in ns; kForever when the lane has none of
  // that number. Ordinals must not decrease from call to call.
  [[nodiscard]] double due_ns(std::uint64_t ordinal) noexcept;

  // When the shape is over; kForever where it never is.
  [[nodiscard]] double end_ns() const noexcept { return end_ns_; }

 private:
  struct Piece {
    Segment segment;
    double packets_before;
    double ns_before;
  };

  [[nodiscard]] double recorded_ns(std::uint64_t ordinal) const noexcept;
  [[nodiscard]] double position_of(std::uint64_t ordinal) noexcept;
  [[nodiscard]] double time_of(double position) const noexcept;
  [[nodiscard]] double time_within(std::size_t from, std::size_t to, double position) const noexcept;

  std::vector<Piece> pieces_;
  std::size_t loop_from_;  // pieces_.size() where nothing is repeated
  double repeats_;
  double before_loop_packets_ = 0;
  double before_loop_ns_ = 0;
  double loop_packets_ = 0;
  double loop_ns_ = 0;
  double end_ns_ = kForever;
  std::vector<double> times_;
  double lap_ns_;
  bool is_poisson_;
  std::uint64_t seed_;
  std::uint64_t drawn_ = 0;  // gaps that have been added up
  double position_ = 0;      // of frame drawn_ - 1, in mean gaps
};

}  // namespace pktgen
