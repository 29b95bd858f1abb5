#include "decode_schedule.h"

#include <algorithm>
#include <array>

#include "given.h"

namespace pktgen {
namespace {

constexpr std::uint32_t kMostSegments = 100'000;
constexpr std::uint32_t kMostTimes = 1U << 20U;
constexpr std::uint32_t kMostLanes = 1U << 20U;
constexpr std::uint32_t kMostTogether = 65536;
// Farther than any run gets, and still exact to a nanosecond.
constexpr double kLongestNs = 9e15;
constexpr double kMostPps = 1e12;
constexpr double kLeastSpeed = 1e-9;
constexpr double kMostSpeed = 1e9;

// A time that may be without end.
double duration(const Given& given, const char* name) {
  const double ns = given.number(name, 0, kForever);
  if (ns > kLongestNs && ns != kForever) given.refuse(name, "at most 9e15 ns, or Infinity");
  return ns;
}

Segment decode_segment(const Given& given) {
  const Segment segment{.duration_ns = duration(given, "durationNs"),
                        .packets = given.number("packets", 0, kForever),
                        .from_pps = given.number("fromPps", 0, kMostPps),
                        .to_pps = given.number("toPps", 0, kMostPps)};
  const bool has_rate = segment.from_pps + segment.to_pps > 0;
  if (segment.packets > 0 && segment.duration_ns > 0 && !has_rate)
    given.refuse("fromPps", "a rate, where there are frames");
  if (segment.duration_ns == kForever && segment.packets > 0 && segment.from_pps != segment.to_pps)
    given.refuse("toPps", "fromPps, where the segment has no end");
  return segment;
}

void check_loop(const Given& given, const LanePlan& lane) {
  double packets = 0;
  double ns = 0;
  for (std::size_t i = lane.repeat_from; i < lane.segments.size(); ++i) {
    packets += lane.segments[i].packets;
    ns += lane.segments[i].duration_ns;
  }
  if (lane.repeat_from == lane.segments.size()) return;
  if (packets <= 0 || packets == kForever || ns == kForever || (ns == 0 && lane.repeats > 1))
    given.refuse("repeatFrom", "a loop with frames, some time and an end");
}

LanePlan decode_lane(const Given& given) {
  LanePlan lane;
  lane.segments = given.list("segments", kMostSegments, decode_segment);
  lane.repeat_from = given.u32("repeatFrom", 0, static_cast<std::uint32_t>(lane.segments.size()));
  lane.repeats = given.number("repeats", 1, kForever);
  if (!given.get("poissonSeed").IsNull()) lane.poisson_seed = given.u64("poissonSeed");
  lane.times = given.doubles("times", kMostTimes);
  lane.lap_ns = given.number("lapNs", 0, kLongestNs);
  lane.start_ns = given.number("startNs", 0, kLongestNs);
  lane.duration_ns = duration(given, "durationNs");
  lane.after = static_cast<std::int32_t>(given.number("after", -1, kMostLanes));
  lane.free_weight = given.number("freeWeight", 0, kMostPps);
  check_loop(given, lane);
  const bool is_valid = std::ranges::all_of(lane.times, [&](double t) { return t >= 0 && t <= kLongestNs; });
  if (!is_valid || !std::ranges::is_sorted(lane.times) ||
      (!lane.times.empty() && lane.lap_ns < lane.times.back()))
    given.refuse("times", "times from 0, never decreasing, within lapNs");
  const int kinds =
      (lane.segments.empty() ? 0 : 1) + (lane.times.empty() ? 0 : 1) + (lane.free_weight > 0 ? 1 : 0);
  if (kinds > 1) given.refuse("segments", "one of segments, times and freeWeight");
  return lane;
}

// Every lane is started by the run or by one that is.
bool all_start(const std::vector<LanePlan>& lanes) {
  for (const LanePlan& lane : lanes) {
    std::int32_t after = lane.after;
    for (std::size_t steps = 0; after >= 0; ++steps) {
      if (static_cast<std::size_t>(after) >= lanes.size() || steps > lanes.size()) return false;
      after = lanes[static_cast<std::size_t>(after)].after;
    }
  }
  return true;
}

}  // namespace

double decode_speed(const Napi::Value& value, const std::string& path) {
  const double speed = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : 0;
  if (speed != kForever && !(speed >= kLeastSpeed && speed <= kMostSpeed))
    refuse(value.Env(), path, "a number from 1e-9 to 1e9, or Infinity");
  return speed;
}

Timetable decode_timetable(const Napi::Value& value, const std::string& path, std::uint32_t lanes) {
  constexpr std::array kPacings{"hybrid", "spin", "sleep"};
  constexpr std::array kPolicies{"catch-up", "skip"};
  const Given given(value, path);
  Timetable table;
  table.lanes = given.list("lanes", kMostLanes, decode_lane);
  if (table.lanes.size() != lanes) given.refuse("lanes", "one for the mix and for each stream alone");
  if (!all_start(table.lanes)) given.refuse("lanes", "after: numbers of lanes, and no circle");
  table.speed = decode_speed(given.get("speed"), given.path("speed"));
  table.pacing = static_cast<Pacing>(given.choice("pacing", kPacings));
  table.late = static_cast<LatePolicy>(given.choice("late", kPolicies));
  table.group = given.u32("group", 1, kMostTogether);
  if (table.group > 1 && lanes > 1) given.refuse("group", "1, where streams have times of their own");
  return table;
}

}  // namespace pktgen
