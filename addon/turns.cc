#include "turns.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace pktgen {
namespace {

constexpr std::uint64_t kNever = UINT64_MAX;

// A lap of the mix, sizes included, that is longer than this is not split exactly.
constexpr std::uint64_t kLongestLap = 1U << 20U;
constexpr std::uint64_t kShortLap = 64;

// Farther than any run gets: 100 million positions a second for more than a month.
constexpr std::uint64_t kFurthestPosition = 1ULL << 48U;

// One turn of the mix: its frames, and the positions that they take, gaps included.
struct Lap {
  std::uint64_t frames;
  std::uint64_t positions;
};

// The splitting of one program among so many workers.
class Split {
 public:
  Split(const FrameProgram& program, const std::vector<std::uint32_t>& schedule, const Part& part)
      : program_(program), schedule_(schedule), part_(part), per_period_(program.streams.size(), 0) {
    for (const std::uint32_t stream : schedule) ++per_period_[stream];
  }

  [[nodiscard]] Turns sequence() const;
  [[nodiscard]] Turns drawn() const;

 private:
  // Where this worker's visits lie in one lap of all workers: positions, which of all frames those are, and
  // the numbers of the streams' frames there.
  struct Spots {
    std::vector<std::uint64_t> positions;
    std::vector<std::uint64_t> ordinals;
    std::vector<std::uint64_t> numbers;
  };

  [[nodiscard]] std::uint64_t lap_frames() const;
  [[nodiscard]] Lap lap() const;
  [[nodiscard]] Spots visit(const Lap& lap, Turns& turns) const;
  [[nodiscard]] std::uint64_t frames_before(std::uint64_t end, const Lap& lap) const;
  [[nodiscard]] std::uint64_t end_position(const Lap& lap) const;
  [[nodiscard]] std::uint64_t limit(const Lap& lap, const Turns& turns, const Spots& places) const;
  [[nodiscard]] std::uint64_t drawn_limit() const;

  const FrameProgram& program_;
  const std::vector<std::uint32_t>& schedule_;
  const Part& part_;
  std::vector<std::uint64_t> per_period_;  // frames of each stream in one period of the schedule
};

// More sizes than this in a turn are not split exactly.
constexpr std::size_t kLongestTurn = 65536;

// The numbers of a drawn stream's frames that are one worker's, in one lap of all workers; the same numbers
// plus its sizes times the workers come next. As in a sequence, gaps give every worker every size.
std::vector<std::uint64_t> drawn_numbers(const StreamProgram& stream, std::uint32_t worker,
                                         std::uint32_t workers) {
  const bool has_turns = workers > 1 && stream.variant_index >= 0 &&
                         stream.variant_table.size() <= kLongestTurn &&
                         !stream.indexes[static_cast<std::size_t>(stream.variant_index)].random;
  const std::uint64_t turn = has_turns ? stream.variant_table.size() : 1;
  std::uint64_t positions = turn;
  while (std::gcd(positions, std::uint64_t{workers}) != 1) ++positions;
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t at = worker; at < positions * workers; at += workers) {
    if (at % positions < turn) numbers.push_back(at / positions * turn + at % positions);
  }
  return numbers;
}

// One distance where all are the same.
Places places_of(const std::vector<std::uint64_t>& ordinals, std::uint64_t lap) {
  if (ordinals.empty()) return {};
  Places places{.first = ordinals.front(), .distances = {}};
  for (std::size_t k = 0; k < ordinals.size(); ++k) {
    const std::uint64_t next = k + 1 < ordinals.size() ? ordinals[k + 1] : ordinals.front() + lap;
    places.distances.push_back(static_cast<std::uint32_t>(next - ordinals[k]));
  }
  if (std::ranges::adjacent_find(places.distances, std::not_equal_to{}) == places.distances.end())
    places.distances.resize(1);
  return places;
}

std::uint64_t share_of(const Part& part) {
  if (part.frames == UINT64_MAX) return UINT64_MAX;
  return part.frames / part.workers + (part.worker < part.frames % part.workers ? 1 : 0);
}

// Frames until the streams and the sizes of each of them take their turns in the same order again.
std::uint64_t Split::lap_frames() const {
  std::uint64_t periods = 1;
  for (std::size_t s = 0; s < program_.streams.size(); ++s) {
    const StreamProgram& stream = program_.streams[s];
    if (stream.variant_index < 0 || per_period_[s] == 0) continue;
    if (stream.indexes[static_cast<std::size_t>(stream.variant_index)].random) continue;
    const std::uint64_t sizes = stream.variant_table.size();
    periods = std::lcm(periods, sizes / std::gcd(sizes, per_period_[s]));
    // Too long to be exact: gaps at short intervals then give every worker each size equally often in the
    // long run.
    if (periods * schedule_.size() > kLongestLap) {
      return schedule_.size() * std::max<std::uint64_t>(1, kShortLap / schedule_.size());
    }
  }
  return periods * schedule_.size();
}

// Every worker has to visit all streams and sizes in their exact shares: it would not if the number of
// workers and the length of a lap had a common factor. So each lap is followed by as many gaps as it takes
// for them to have none.
Lap Split::lap() const {
  if (part_.workers == 1) return {.frames = schedule_.size(), .positions = schedule_.size()};
  const std::uint64_t frames = lap_frames();
  std::uint64_t positions = frames;
  while (std::gcd(positions, std::uint64_t{part_.workers}) != 1) ++positions;
  return {.frames = frames, .positions = positions};
}

// Goes through one lap of all workers.
Split::Spots Split::visit(const Lap& lap, Turns& turns) const {
  const auto& whole = schedule_;
  std::vector<std::uint64_t> seen(per_period_.size(), 0);
  std::vector<std::uint64_t> ordinals(whole.size());
  for (std::size_t i = 0; i < whole.size(); ++i) ordinals[i] = seen[whole[i]]++;
  Spots places;
  for (std::uint64_t at = part_.worker; at < lap.positions * part_.workers; at += part_.workers) {
    const std::uint64_t within = at % lap.positions;
    if (within >= lap.frames) continue;
    const std::uint64_t period = at / lap.positions * (lap.frames / whole.size()) + within / whole.size();
    const std::uint32_t stream = whole[within % whole.size()];
    places.positions.push_back(at);
    places.ordinals.push_back(at / lap.positions * lap.frames + within);
    places.numbers.push_back(period * per_period_[stream] + ordinals[within % whole.size()]);
    turns.sequence.push_back({.stream = stream, .advance = 0});
    std::uint64_t& first = turns.streams[stream].first;
    if (first == kNever) first = places.numbers.back();
  }
  return places;
}

Turns Split::sequence() const {
  Turns turns{
      .sequence = {}, .streams = std::vector<Visits>(per_period_.size()), .frames = UINT64_MAX, .places = {}};
  const Lap one = lap();
  const Spots places = visit(one, turns);
  // From behind: the visit that follows the last one is the first of the next lap.
  const std::uint64_t periods = part_.workers * (one.frames / schedule_.size());
  std::vector<std::uint64_t> following(per_period_.size());
  for (std::size_t s = 0; s < following.size(); ++s) {
    following[s] = turns.streams[s].first + periods * per_period_[s];
  }
  for (std::size_t k = turns.sequence.size(); k-- > 0;) {
    Turn& turn = turns.sequence[k];
    turn.advance = static_cast<std::uint32_t>(following[turn.stream] - places.numbers[k]);
    following[turn.stream] = places.numbers[k];
  }
  turns.frames = limit(one, turns, places);
  turns.places = places_of(places.ordinals, one.frames * part_.workers);
  return turns;
}

Turns Split::drawn() const {
  Turns turns{.sequence = {},
              .streams = {},
              .frames = drawn_limit(),
              .places = {.first = part_.worker, .distances = {part_.workers}}};
  for (std::size_t s = 0; s < per_period_.size(); ++s) {
    if (per_period_[s] == 0) {
      turns.streams.emplace_back();
      continue;
    }
    const StreamProgram& stream = program_.streams[s];
    const auto numbers = drawn_numbers(stream, part_.worker, part_.workers);
    const std::uint64_t lap = numbers.size() * part_.workers;
    Visits visits{.first = numbers.front(), .distances = {}};
    for (std::size_t k = 0; k < numbers.size(); ++k) {
      const std::uint64_t next = k + 1 < numbers.size() ? numbers[k + 1] : numbers.front() + lap;
      visits.distances.push_back(static_cast<std::uint32_t>(next - numbers[k]));
    }
    turns.streams.push_back(std::move(visits));
  }
  return turns;
}

// How many frames the streams have at the first `end` positions of all laps; those of ended streams are none.
std::uint64_t Split::frames_before(std::uint64_t end, const Lap& lap) const {
  const auto& whole = schedule_;
  const std::uint64_t laps = end / lap.positions;
  const std::uint64_t within = std::min(end % lap.positions, lap.frames);
  const std::uint64_t periods = laps * (lap.frames / whole.size()) + within / whole.size();
  std::vector<std::uint64_t> numbers(per_period_.size());
  for (std::size_t s = 0; s < numbers.size(); ++s) numbers[s] = periods * per_period_[s];
  for (std::uint64_t i = 0; i < within % whole.size(); ++i) ++numbers[whole[i]];
  std::uint64_t frames = 0;
  for (std::size_t s = 0; s < numbers.size(); ++s) frames += std::min(numbers[s], program_.streams[s].count);
  return frames;
}

// The position at which the run has all its frames; kNever when the streams end before, or never.
std::uint64_t Split::end_position(const Lap& lap) const {
  if (part_.frames == UINT64_MAX) return kNever;
  const auto has_count = [](const StreamProgram& stream) { return stream.count != UINT64_MAX; };
  if (std::ranges::none_of(program_.streams, has_count)) {
    return part_.frames / lap.frames * lap.positions + part_.frames % lap.frames;
  }
  // At most one period for each frame of a stream that goes on; with none that does, the counts may end
  // first.
  std::uint64_t low = 0;
  std::uint64_t high = kFurthestPosition;
  if (frames_before(high, lap) < part_.frames) return kNever;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (frames_before(middle, lap) < part_.frames) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// How many frames are this worker's.
std::uint64_t Split::limit(const Lap& lap, const Turns& turns, const Spots& places) const {
  const std::uint64_t end = end_position(lap);
  if (end == kNever) return UINT64_MAX;  // streams with counts end by themselves
  const std::uint64_t all_laps = lap.positions * part_.workers;
  if (lap.frames == 0 || all_laps == 0) return 0;
  std::uint64_t frames = 0;
  for (std::size_t k = 0; k < places.positions.size(); ++k) {
    const std::uint32_t stream = turns.sequence[k].stream;
    const std::uint64_t count = program_.streams[stream].count;
    if (places.positions[k] >= end || places.numbers[k] >= count) continue;
    const std::uint64_t visits = (end - places.positions[k] - 1) / all_laps + 1;
    const std::uint64_t distance = part_.workers * (lap.frames / schedule_.size()) * per_period_[stream];
    const std::uint64_t until_ended =
        count == UINT64_MAX || distance == 0 ? visits : (count - places.numbers[k] - 1) / distance + 1;
    frames += std::min(visits, until_ended);
  }
  return frames;
}

// A drawn stream's frames go round the workers by their numbers; who has fewer left leaves its part of the
// run to the others.
std::uint64_t Split::drawn_limit() const {
  if (part_.frames == UINT64_MAX) return UINT64_MAX;
  std::vector<std::uint64_t> available(part_.workers, 0);
  for (std::uint32_t w = 0; w < part_.workers; ++w) {
    for (std::size_t s = 0; s < per_period_.size(); ++s) {
      if (per_period_[s] == 0) continue;
      const StreamProgram& stream = program_.streams[s];
      if (stream.count == UINT64_MAX) available[w] = UINT64_MAX;
      if (available[w] == UINT64_MAX) continue;
      const auto numbers = drawn_numbers(stream, w, part_.workers);
      const std::uint64_t lap = numbers.size() * part_.workers;
      for (const std::uint64_t number : numbers) {
        if (number < stream.count) available[w] += (stream.count - number - 1) / lap + 1;
      }
    }
  }
  std::uint64_t missing = part_.frames;
  std::vector<std::uint64_t> shares(part_.workers);
  for (std::uint32_t w = 0; w < part_.workers; ++w) {
    shares[w] =
        std::min(share_of({.worker = w, .workers = part_.workers, .frames = part_.frames}), available[w]);
    missing -= shares[w];
  }
  for (std::uint32_t w = 0; w < part_.workers; ++w) {
    const std::uint64_t more = std::min(missing, available[w] - shares[w]);
    shares[w] += more;
    missing -= more;
  }
  return shares[part_.worker];
}

}  // namespace

Turns turns_of(const FrameProgram& program, const Part& part, std::uint32_t lane) {
  if (lane > 0) {
    const std::vector<std::uint32_t> alone{program.alone[lane - 1]};
    return Split(program, alone, part).sequence();
  }
  if (program.schedule.empty()) {
    return {
        .sequence = {}, .streams = std::vector<Visits>(program.streams.size()), .frames = 0, .places = {}};
  }
  const Split split(program, program.schedule, part);
  return program.random_order ? split.drawn() : split.sequence();
}

}  // namespace pktgen
