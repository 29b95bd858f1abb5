// When the frames of a run leave: plain data, decoded from src/native/binding.ts (NativeTimetable), which
// says what each word means. Times are nanoseconds of schedule time, which begins with the run.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace pktgen {

inline constexpr double kForever = std::numeric_limits<double>::infinity();

struct Segment {
  double duration_ns = 0;  // 0: all frames at the same moment
  double packets = 0;
  double from_pps = 0;
  double to_pps = 0;
};

struct LanePlan {
  std::vector<Segment> segments;
  std::uint32_t repeat_from = 0;
  double repeats = 1;
  std::optional<std::uint64_t> poisson_seed;
  std::vector<double> times;  // of one lap, ascending; empty where segments or free_weight say it
  double lap_ns = 0;
  double start_ns = 0;
  double duration_ns = kForever;
  std::int32_t after = -1;
  double free_weight = 0;
};

enum class Pacing : std::uint8_t { kHybrid, kSpin, kSleep };
enum class LatePolicy : std::uint8_t { kCatchUp, kSkip };

struct Timetable {
  std::vector<LanePlan> lanes;
  double speed = kForever;
  Pacing pacing = Pacing::kHybrid;
  LatePolicy late = LatePolicy::kCatchUp;
  std::uint32_t group = 1;
};

}  // namespace pktgen
