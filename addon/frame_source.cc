#include "frame_source.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "random.h"

namespace pktgen {
namespace {

// A sequence that repeats after this many frames, in so many bytes, is rendered ahead of time: it then costs
// what static frames cost. More would not stay in the L2 cache beside the kernel's own data.
constexpr std::uint64_t kLongestRendered = 1024;
constexpr std::uint64_t kMostRenderedBytes = std::uint64_t{256} * 1024;

constexpr std::uint64_t kNever = UINT64_MAX;

// A lap of the mix, sizes included, that is longer than this is not split exactly.
constexpr std::uint64_t kLongestLap = 1U << 20U;
constexpr std::uint64_t kShortLap = 64;

// Farther than any run gets: 100 million positions a second for more than a month.
constexpr std::uint64_t kFurthestPosition = 1ULL << 48U;

// The smallest common multiple, or kNever when it is beyond use.
std::uint64_t common_multiple(std::uint64_t a, std::uint64_t b) {
  if (a == kNever || b == kNever) return kNever;
  if (a == 0 || b == 0) return 0;
  const std::uint64_t factor = b / std::gcd(a, b);
  return factor > kLongestRendered || a > kLongestRendered ? kNever : a * factor;
}

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

std::uint64_t share_of(const Part& part) {
  if (part.frames == UINT64_MAX) return UINT64_MAX;
  return part.frames / part.workers + (part.worker < part.frames % part.workers ? 1 : 0);
}

}  // namespace

std::uint32_t FrameProgram::longest_frame_bytes() const {
  std::uint32_t longest = 0;
  for (const StreamProgram& stream : streams) {
    for (const Variant& variant : stream.variants) longest = std::max(longest, variant.frame_bytes);
  }
  return longest;
}

std::uint32_t FrameProgram::shortest_frame_bytes() const {
  std::uint32_t shortest = kMaximumFrameBytes;
  for (const StreamProgram& stream : streams) {
    for (const Variant& variant : stream.variants) shortest = std::min(shortest, variant.frame_bytes);
  }
  return shortest;
}

FrameSource::FrameSource(std::shared_ptr<const FrameProgram> program, const Part& part)
    : program_(std::move(program)), part_(part), left_(share_of(part)), draw_(part.worker) {
  split_schedule();
  touched_.resize(Patch::kBatch);
  const std::uint64_t period = period_frames();
  if (period <= kLongestRendered && period * program_->longest_frame_bytes() <= kMostRenderedBytes) unroll();
  // Not before: rendering needs the labels that a single stream does without.
  is_single_ = !is_rendered_ && is_uniform() && !program_->random_order &&
               program_->streams.front().count == UINT64_MAX;
}

// Frames until the streams and the sizes of each of them take their turns in the same order again.
std::uint64_t FrameSource::lap_frames(const std::vector<std::uint64_t>& per_period) const {
  std::uint64_t periods = 1;
  for (std::size_t s = 0; s < program_->streams.size(); ++s) {
    const StreamProgram& stream = program_->streams[s];
    if (stream.variant_index < 0 || per_period[s] == 0) continue;
    if (stream.indexes[static_cast<std::size_t>(stream.variant_index)].random) continue;
    const std::uint64_t sizes = stream.variant_table.size();
    periods = std::lcm(periods, sizes / std::gcd(sizes, per_period[s]));
    // Too long to be exact: gaps at short intervals then give every worker each size equally often in the
    // long run.
    if (periods * program_->schedule.size() > kLongestLap) {
      return program_->schedule.size() * std::max<std::uint64_t>(1, kShortLap / program_->schedule.size());
    }
  }
  return periods * program_->schedule.size();
}

// Every worker has to visit all streams and sizes in their exact shares: it would not if the number of
// workers and the length of a lap had a common factor. So each lap is followed by as many gaps as it takes
// for them to have none.
FrameSource::Lap FrameSource::lap_of(const std::vector<std::uint64_t>& per_period) const {
  if (part_.workers == 1)
    return {.frames = program_->schedule.size(), .positions = program_->schedule.size()};
  const std::uint64_t frames = lap_frames(per_period);
  std::uint64_t positions = frames;
  while (std::gcd(positions, std::uint64_t{part_.workers}) != 1) ++positions;
  return {.frames = frames, .positions = positions};
}

// This worker's visits to each stream, and the number of the stream's frame at the first one.
void FrameSource::split_schedule() {
  const auto& whole = program_->schedule;
  std::vector<std::uint64_t> per_period(program_->streams.size(), 0);
  std::vector<std::uint64_t> ordinals(whole.size());
  for (std::size_t i = 0; i < whole.size(); ++i) ordinals[i] = per_period[whole[i]]++;

  std::vector<std::uint64_t> first(program_->streams.size(), kNever);
  if (program_->random_order) {
    for (std::size_t i = 0; i < first.size(); ++i) {
      first[i] = drawn_numbers(program_->streams[i], part_.worker, part_.workers).front();
    }
    limit_drawn();
    add_streams(first);
    add_distances();
    return;
  }
  // The numbers that each stream's frames have at this worker's visits; then the distances between them.
  const Lap lap = lap_of(per_period);
  const std::uint64_t periods_per_lap = lap.frames / whole.size();
  std::vector<std::uint64_t> numbers;
  std::vector<std::uint64_t> positions;
  for (std::uint64_t at = part_.worker; at < lap.positions * part_.workers; at += part_.workers) {
    const std::uint64_t within = at % lap.positions;
    if (within >= lap.frames) continue;
    const std::uint64_t period = at / lap.positions * periods_per_lap + within / whole.size();
    const std::uint32_t stream = whole[within % whole.size()];
    numbers.push_back(period * per_period[stream] + ordinals[within % whole.size()]);
    positions.push_back(at);
    schedule_.push_back({.stream = stream, .advance = 0});
    if (first[stream] == kNever) first[stream] = numbers.back();
  }
  std::vector<std::uint64_t> following(program_->streams.size());
  for (std::size_t s = 0; s < first.size(); ++s) {
    following[s] = first[s] + part_.workers * periods_per_lap * per_period[s];
  }
  for (std::size_t k = schedule_.size(); k-- > 0;) {
    const std::uint32_t stream = schedule_[k].stream;
    schedule_[k].advance = static_cast<std::uint32_t>(following[stream] - numbers[k]);
    following[stream] = numbers[k];
  }
  limit(lap, per_period, numbers, positions);
  add_streams(first);
}

// How many frames the streams have at the first `end` positions of all laps; those of ended streams are none.
std::uint64_t FrameSource::frames_before(std::uint64_t end, const Lap& lap,
                                         const std::vector<std::uint64_t>& per_period) const {
  const auto& whole = program_->schedule;
  const std::uint64_t laps = end / lap.positions;
  const std::uint64_t within = std::min(end % lap.positions, lap.frames);
  const std::uint64_t periods = laps * (lap.frames / whole.size()) + within / whole.size();
  std::vector<std::uint64_t> numbers(per_period.size());
  for (std::size_t s = 0; s < numbers.size(); ++s) numbers[s] = periods * per_period[s];
  for (std::uint64_t i = 0; i < within % whole.size(); ++i) ++numbers[whole[i]];
  std::uint64_t frames = 0;
  for (std::size_t s = 0; s < numbers.size(); ++s) frames += std::min(numbers[s], program_->streams[s].count);
  return frames;
}

// The position at which the run has all its frames; kNever when the streams end before, or never.
std::uint64_t FrameSource::end_position(const Lap& lap, const std::vector<std::uint64_t>& per_period) const {
  if (part_.frames == UINT64_MAX) return kNever;
  const auto has_count = [](const StreamProgram& stream) { return stream.count != UINT64_MAX; };
  if (std::ranges::none_of(program_->streams, has_count)) {
    return part_.frames / lap.frames * lap.positions + part_.frames % lap.frames;
  }
  // At most one period for each frame of a stream that goes on; with none that does, the counts may end
  // first.
  std::uint64_t low = 0;
  std::uint64_t high = kFurthestPosition;
  if (frames_before(high, lap, per_period) < part_.frames) return kNever;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (frames_before(middle, lap, per_period) < part_.frames) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// How many frames are this worker's. `numbers` and `positions`: of its visits in the laps of all workers.
void FrameSource::limit(const Lap& lap, const std::vector<std::uint64_t>& per_period,
                        const std::vector<std::uint64_t>& numbers,
                        const std::vector<std::uint64_t>& positions) {
  const std::uint64_t end = end_position(lap, per_period);
  left_ = UINT64_MAX;
  if (end == kNever) return;  // streams with counts end by themselves
  const std::uint64_t all_laps = lap.positions * part_.workers;
  if (lap.frames == 0 || all_laps == 0) return;
  left_ = 0;
  for (std::size_t k = 0; k < positions.size(); ++k) {
    const std::uint32_t stream = schedule_[k].stream;
    const std::uint64_t count = program_->streams[stream].count;
    if (positions[k] >= end || numbers[k] >= count) continue;
    const std::uint64_t visits = (end - positions[k] - 1) / all_laps + 1;
    const std::uint64_t distance =
        part_.workers * (lap.frames / program_->schedule.size()) * per_period[stream];
    const std::uint64_t until_ended =
        count == UINT64_MAX || distance == 0 ? visits : (count - numbers[k] - 1) / distance + 1;
    left_ += std::min(visits, until_ended);
  }
}

// A drawn stream's frames go round the workers by their numbers; who has fewer left leaves its part of the
// run to the others.
void FrameSource::limit_drawn() {
  if (part_.frames == UINT64_MAX) return;
  std::vector<std::uint64_t> available(part_.workers, 0);
  for (std::uint32_t w = 0; w < part_.workers; ++w) {
    for (const StreamProgram& stream : program_->streams) {
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
  left_ = shares[part_.worker];
}

// How far each visit to a drawn stream is from this worker's next one.
void FrameSource::add_distances() {
  for (Stream& stream : streams_) {
    const auto numbers = drawn_numbers(*stream.program, part_.worker, part_.workers);
    const std::uint64_t lap = numbers.size() * part_.workers;
    for (std::size_t k = 0; k < numbers.size(); ++k) {
      const std::uint64_t next = k + 1 < numbers.size() ? numbers[k + 1] : numbers.front() + lap;
      stream.distances.push_back(static_cast<std::uint32_t>(next - numbers[k]));
    }
    stream.advance = stream.distances.size() == 1 ? stream.distances.front() : 0;
  }
}

// By stream: how far each of this worker's visits is from the next one, where that is always the same; else
// 0.
std::vector<std::uint32_t> FrameSource::common_advances() const {
  std::vector<std::uint32_t> common(program_->streams.size(), 0);
  std::vector<bool> seen(common.size(), false);
  for (const Entry& entry : schedule_) {
    if (!seen[entry.stream]) common[entry.stream] = entry.advance;
    if (common[entry.stream] != entry.advance) common[entry.stream] = 0;
    seen[entry.stream] = true;
  }
  return common;
}

// A stream that this worker never visits is not alive: others send it.
void FrameSource::add_streams(const std::vector<std::uint64_t>& first_frames) {
  const std::vector<std::uint32_t> advances = common_advances();
  for (std::size_t i = 0; i < program_->streams.size(); ++i) {
    const StreamProgram& stream = program_->streams[i];
    const bool alive = first_frames[i] != kNever && first_frames[i] < stream.count;
    const std::uint64_t first = alive ? first_frames[i] : 0;
    if (alive) ++alive_;
    streams_.push_back({.next = alive ? first : kNever,
                        .count = stream.count,
                        .first_template = static_cast<std::uint32_t>(templates_.size()),
                        .advance = advances[i],
                        .alive = alive,
                        .is_static = stream.is_static(),
                        .has_sizes = stream.variant_index >= 0,
                        .program = &stream,
                        .patch = Patch(stream, first),
                        .jobs = std::vector<Patch::Job>(stream.is_static() ? 0 : Patch::kBatch)});
    const std::uint8_t* body = stream.body.empty() ? nullptr : stream.body.data();
    for (const Variant& variant : stream.variants) {
      templates_.push_back({.head = stream.bytes.data() + variant.head_offset,
                            .head_bytes = variant.head_bytes,
                            .frame_bytes = variant.frame_bytes,
                            .body = body,
                            .body_number = static_cast<std::uint32_t>(i) + 1});
    }
  }
}

// Frames of this worker until all of them repeat, positions of the schedule included.
std::uint64_t FrameSource::period_frames() const {
  if (program_->random_order) return kNever;
  std::vector<std::uint64_t> advances(streams_.size(), 0);
  for (const Entry& entry : schedule_) advances[entry.stream] += entry.advance;
  std::uint64_t laps = 1;
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    const StreamProgram& stream = *streams_[i].program;
    if (stream.count != UINT64_MAX || !stream.fills.empty()) return kNever;
    if (advances[i] == 0) continue;
    for (const IndexProgram& index : stream.indexes) {
      if (index.random || index.count == 0 || index.count > kLongestRendered) return kNever;
      const std::uint64_t frames = index.count * index.period;
      laps = common_multiple(laps, frames / std::gcd(frames, advances[i]));
    }
  }
  return laps == kNever || schedule_.size() > kLongestRendered ? kNever : laps * schedule_.size();
}

// Renders one lap of the sequence and forgets how it was made.
void FrameSource::unroll() {
  const bool is_plain = std::ranges::all_of(streams_, [](const Stream& stream) {
    return stream.is_static && stream.program->variants.size() == 1;
  });
  if (is_plain) return;  // the templates are what would be rendered
  const auto frames = static_cast<std::size_t>(period_frames());
  const std::size_t stride = program_->longest_frame_bytes();
  rendered_.resize(frames * stride);
  rendered_labels_.resize(frames);
  const std::uint64_t left = std::exchange(left_, frames);
  for (std::size_t i = 0; i < frames; ++i) {
    Slot slot{.data = rendered_.data() + i * stride};
    Slot* const one = &slot;
    fill({&one, 1}, &rendered_labels_[i]);
  }
  left_ = left;
  templates_.clear();
  for (std::size_t i = 0; i < frames; ++i) {
    const std::uint32_t bytes = rendered_labels_[i].frame_bytes;
    templates_.push_back({.head = rendered_.data() + i * stride,
                          .head_bytes = bytes,
                          .frame_bytes = bytes,
                          .body = nullptr,
                          .body_number = 0});
  }
  cursor_ = 0;
  is_rendered_ = true;
}

std::uint32_t FrameSource::repeats_after() const noexcept {
  if (is_rendered_) return static_cast<std::uint32_t>(rendered_labels_.size());
  if (program_->random_order || schedule_.size() > kLongestRendered) return 0;
  return static_cast<std::uint32_t>(schedule_.size());
}

bool FrameSource::is_uniform() const noexcept {
  return program_->streams.size() == 1 && program_->streams.front().variants.size() == 1;
}

std::uint32_t FrameSource::fill(std::span<Slot* const> slots, FrameLabel* labels) noexcept {
  const auto wanted = static_cast<std::uint32_t>(std::min<std::uint64_t>(slots.size(), left_));
  std::uint32_t made = 0;
  while (made < wanted) {
    const std::uint32_t due = std::min(wanted - made, Patch::kBatch);
    FrameLabel* const label = labels == nullptr ? nullptr : labels + made;
    const std::uint32_t now = fill_next(slots.subspan(made, due), label);
    made += now;
    if (now < due) break;
  }
  if (left_ != UINT64_MAX) left_ -= made;
  return made;
}

std::uint32_t FrameSource::fill_next(std::span<Slot* const> slots, FrameLabel* labels) noexcept {
  if (is_single_) return fill_single(slots, labels);
  return is_rendered_ ? fill_rendered(slots, labels) : fill_batch(slots, labels);
}

std::uint32_t FrameSource::fill_rendered(std::span<Slot* const> slots, FrameLabel* labels) noexcept {
  std::size_t cursor = cursor_;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (slots[i]->content != cursor + 1) load(*slots[i], static_cast<std::uint32_t>(cursor));
    if (labels != nullptr) labels[i] = rendered_labels_[cursor];
    if (++cursor == rendered_labels_.size()) cursor = 0;
  }
  cursor_ = cursor;
  return static_cast<std::uint32_t>(slots.size());
}

// One stream and one frame size: nothing has to be chosen.
std::uint32_t FrameSource::fill_single(std::span<Slot* const> slots, FrameLabel* labels) noexcept {
  Stream& stream = streams_.front();
  const std::uint32_t advance = schedule_.front().advance;
  const std::uint32_t content = stream.first_template + 1;
  for (Slot* slot : slots) {
    if (slot->content != content) load(*slot, stream.first_template);
  }
  if (labels != nullptr) {
    std::fill_n(labels, slots.size(),
                FrameLabel{.stream = 0, .frame_bytes = program_->longest_frame_bytes()});
  }
  if (stream.is_static) return static_cast<std::uint32_t>(slots.size());
  for (std::size_t i = 0; i < slots.size(); ++i) {
    stream.jobs[i] = {.data = slots[i]->data, .variant = 0, .advance = advance};
  }
  stream.patch.write({stream.jobs.data(), slots.size()}, advance);
  return static_cast<std::uint32_t>(slots.size());
}

// First the constant bytes of all frames, then, stream by stream, what varies in them.
std::uint32_t FrameSource::fill_batch(std::span<Slot* const> slots, FrameLabel* labels) noexcept {
  std::uint32_t made = 0;
  std::uint32_t touched = 0;
  for (Entry entry; made < slots.size() && next_entry(entry); ++made) {
    Stream& stream = streams_[entry.stream];
    stream.next += entry.advance;
    const std::uint32_t variant = stream.has_sizes ? stream.patch.next_variant(entry.advance) : 0;
    const std::uint32_t number = stream.first_template + variant;
    Slot& slot = *slots[made];
    if (slot.content != number + 1) load(slot, number);
    if (labels != nullptr) labels[made] = {.stream = entry.stream, .frame_bytes = slot.frame_bytes};
    if (stream.is_static) continue;
    if (stream.waiting == 0) touched_[touched++] = entry.stream;
    stream.jobs[stream.waiting++] = {.data = slot.data, .variant = variant, .advance = entry.advance};
  }
  for (std::uint32_t i = 0; i < touched; ++i) {
    Stream& stream = streams_[touched_[i]];
    stream.patch.write({stream.jobs.data(), std::exchange(stream.waiting, 0)}, stream.advance);
  }
  return made;
}

// The next visit to a stream that still has frames to send; false when there is none.
bool FrameSource::next_entry(Entry& entry) noexcept {
  while (alive_ > 0) {
    if (program_->random_order) {
      const std::uint64_t drawn = random_below(program_->seed, draw_, program_->schedule.size());
      draw_ += part_.workers;
      entry = {.stream = program_->schedule[drawn],
               .advance = streams_[program_->schedule[drawn]].distance()};
    } else {
      entry = schedule_[cursor_];
      if (++cursor_ == schedule_.size()) cursor_ = 0;
    }
    Stream& stream = streams_[entry.stream];
    if (stream.next < stream.count) {
      stream.visited();
      return true;
    }
    if (stream.alive) --alive_;
    stream.alive = false;
  }
  return false;
}

// Puts a template's bytes into a slot. Of a stream's body only what is not there already.
void FrameSource::load(Slot& slot, std::uint32_t number) const noexcept {
  const Template& from = templates_[number];
  std::memcpy(slot.data, from.head, from.head_bytes);
  if (from.body != nullptr) {
    const std::uint32_t there =
        slot.body == from.body_number ? std::max(slot.body_bytes, from.head_bytes) : from.head_bytes;
    if (there < from.frame_bytes) std::memcpy(slot.data + there, from.body + there, from.frame_bytes - there);
    slot.body_bytes = std::max(there, from.frame_bytes);
  }
  slot.body = from.body_number;
  slot.frame_bytes = from.frame_bytes;
  slot.content = number + 1;
}

}  // namespace pktgen
