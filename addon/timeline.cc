#include "timeline.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "clock.h"
#include "random.h"

namespace pktgen {
namespace {

// Frames are whole numbers, what a segment holds need not be one: a frame this close to the border of two
// segments belongs to the second.
constexpr double kBorder = 1e-6;
constexpr double kRelativeBorder = 4e-16;

double border_at(double position) { return std::max(kBorder, position * kRelativeBorder); }

// Into a segment, by frames: the inverse of its count, from·t + (to - from)/2d·t². Written so that nothing
// cancels out where both rates are nearly the same.
double solve(const Segment& segment, double frames) {
  if (frames <= 0 || segment.duration_ns == 0) return 0;
  constexpr auto kSecond = static_cast<double>(kNsPerSecond);
  // In this order 10,000 frames at 10,000 a second take a second to the bit.
  if (segment.from_pps == segment.to_pps) return frames * kSecond / segment.from_pps;
  const double from = segment.from_pps / kSecond;
  const double slope = (segment.to_pps / kSecond - from) / segment.duration_ns;
  const double root = std::sqrt(std::max(0.0, from * from + 2 * slope * frames));
  return std::min(segment.duration_ns, 2 * frames / (from + root));
}

// Exponentially distributed with mean 1, by inversion; never 0 nor infinite.
double exponential(std::uint64_t seed, std::uint64_t number) {
  constexpr std::uint32_t kUnusedBits = 11;
  constexpr double kScale = 0x1p-53;
  const std::uint64_t bits = mix64(seed + number * kGolden) >> kUnusedBits;
  constexpr double kMiddle = 0.5;
  return -std::log((static_cast<double>(bits) + kMiddle) * kScale);
}

}  // namespace

Timeline::Timeline(const LanePlan& plan)
    : loop_from_(plan.repeat_from),
      repeats_(plan.repeats),
      times_(plan.times),
      lap_ns_(plan.lap_ns),
      is_poisson_(plan.poisson_seed.has_value()),
      seed_(plan.poisson_seed.value_or(0)) {
  double packets = 0;
  double ns = 0;
  for (std::size_t i = 0; i < plan.segments.size(); ++i) {
    if (i == loop_from_) {
      before_loop_packets_ = std::exchange(packets, 0);
      before_loop_ns_ = std::exchange(ns, 0);
    }
    pieces_.push_back({.segment = plan.segments[i], .packets_before = packets, .ns_before = ns});
    packets += plan.segments[i].packets;
    ns += plan.segments[i].duration_ns;
  }
  if (loop_from_ < pieces_.size()) {
    loop_packets_ = packets;
    loop_ns_ = ns;
    end_ns_ = before_loop_ns_ + repeats_ * loop_ns_;
  } else if (times_.empty()) {
    before_loop_packets_ = packets;
    before_loop_ns_ = ns;
    end_ns_ = ns;
  }
}

double Timeline::due_ns(std::uint64_t ordinal) noexcept {
  return times_.empty() ? time_of(position_of(ordinal)) : recorded_ns(ordinal);
}

double Timeline::recorded_ns(std::uint64_t ordinal) const noexcept {
  const std::uint64_t lap = ordinal / times_.size();
  return static_cast<double>(lap) * lap_ns_ + times_[ordinal % times_.size()];
}

// Where the frame stands in the lane's count. Drawn gaps are those of all workers: each of them adds up all,
// so that their frames interleave as one worker would send them.
double Timeline::position_of(std::uint64_t ordinal) noexcept {
  if (!is_poisson_) return static_cast<double>(ordinal);
  for (; drawn_ <= ordinal; ++drawn_) position_ += exponential(seed_, drawn_);
  return position_;
}

double Timeline::time_of(double position) const noexcept {
  const double border = border_at(position);
  if (position + border < before_loop_packets_) return time_within(0, loop_from_, position);
  if (loop_packets_ == 0) return kForever;
  const double within = std::max(0.0, position - before_loop_packets_);
  constexpr double kHalf = 0.5;  // of a lap that has less than a frame
  const double lap = std::floor((within + std::min(border, loop_packets_ * kHalf)) / loop_packets_);
  if (lap >= repeats_) return kForever;
  const double rest = std::max(0.0, within - lap * loop_packets_);
  return before_loop_ns_ + lap * loop_ns_ + time_within(loop_from_, pieces_.size(), rest);
}

double Timeline::time_within(std::size_t from, std::size_t to, double position) const noexcept {
  const double border = border_at(position);
  const auto first = pieces_.begin() + static_cast<std::ptrdiff_t>(from);
  const auto last = pieces_.begin() + static_cast<std::ptrdiff_t>(std::min(to, pieces_.size()));
  const auto after = std::partition_point(
      first, last, [&](const Piece& piece) { return piece.packets_before <= position + border; });
  // Of pieces that begin at the same frame all but the last one are silent.
  const Piece& piece = *std::prev(after);
  return piece.ns_before + solve(piece.segment, position - piece.packets_before);
}

}  // namespace pktgen
