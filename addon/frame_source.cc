#include "frame_source.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

#include "random.h"

namespace pktgen {
namespace {

// A sequence that repeats after this many frames, in so many bytes, is rendered ahead of time: it then costs
// what static frames cost. More would not stay in the L2 cache beside the kernel's own data.
constexpr std::uint64_t kLongestRendered = 1024;
constexpr std::uint64_t kMostRenderedBytes = std::uint64_t{256} * 1024;

constexpr std::uint64_t kNever = UINT64_MAX;

// The smallest common multiple, or kNever when it is beyond use.
std::uint64_t common_multiple(std::uint64_t a, std::uint64_t b) {
  if (a == kNever || b == kNever) return kNever;
  if (a == 0 || b == 0) return 0;
  const std::uint64_t factor = b / std::gcd(a, b);
  return factor > kLongestRendered || a > kLongestRendered ? kNever : a * factor;
}

}  // namespace

FrameSource::FrameSource(std::shared_ptr<const FrameProgram> program, const Part& part)
    : program_(std::move(program)), workers_(part.workers), first_draw_(part.worker), draw_(part.worker) {
  add_streams();
  for (std::uint32_t lane = 0; lane < program_->lanes(); ++lane) add_lane(lane, part);
  touched_.resize(Patch::kBatch);
  const std::uint64_t period = period_frames();
  if (period <= kLongestRendered && period * program_->longest_frame_bytes() <= kMostRenderedBytes) unroll();
  // Not before: rendering needs the labels that a single stream does without.
  is_single_ = !is_rendered_ && is_uniform() && !program_->random_order && program_->alone.empty() &&
               program_->streams.front().count == UINT64_MAX;
}

void FrameSource::keep_start() {
  start_ = std::make_unique<const Start>(
      Start{.lanes = lanes_, .streams = streams_, .left = left_, .alive = alive_});
}

// The vectors keep their lengths, so that nothing is allocated.
void FrameSource::restart() noexcept {
  lanes_ = start_->lanes;
  streams_ = start_->streams;
  left_ = start_->left;
  alive_ = start_->alive;
  draw_ = first_draw_;
}

// By stream: how far each of this worker's visits is from the next one, where that is always the same; else
// 0.
std::vector<std::uint32_t> FrameSource::common_advances(const Turns& turns) {
  std::vector<std::uint32_t> common(turns.streams.size(), 0);
  for (std::size_t i = 0; i < common.size(); ++i) {
    if (turns.streams[i].distances.size() == 1) common[i] = turns.streams[i].distances.front();
  }
  std::vector<bool> seen(common.size(), false);
  for (const Turn& turn : turns.sequence) {
    if (!seen[turn.stream]) common[turn.stream] = turn.advance;
    if (common[turn.stream] != turn.advance) common[turn.stream] = 0;
    seen[turn.stream] = true;
  }
  return common;
}

// None of them alive as yet: a stream that this worker never visits is sent by others.
void FrameSource::add_streams() {
  for (std::size_t i = 0; i < program_->streams.size(); ++i) {
    const StreamProgram& stream = program_->streams[i];
    streams_.push_back({.next = kNever,
                        .count = stream.count,
                        .first_template = static_cast<std::uint32_t>(templates_.size()),
                        .advance = 0,
                        .alive = false,
                        .is_static = stream.is_static(),
                        .has_sizes = stream.variant_index >= 0,
                        .program = &stream,
                        .patch = Patch(stream, 0),
                        .jobs = std::vector<Patch::Job>(stream.is_static() ? 0 : Patch::kBatch),
                        .distances = {}});
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

// The limit of the run is the mix's where there is nothing else; with several lanes the workers share it by
// time (Budget).
void FrameSource::add_lane(std::uint32_t number, const Part& part) {
  const bool has_limit = program_->alone.empty();
  Turns turns = turns_of(
      *program_,
      {.worker = part.worker, .workers = part.workers, .frames = has_limit ? part.frames : UINT64_MAX},
      number);
  if (number == 0) left_ = has_limit ? turns.frames : UINT64_MAX;
  const std::vector<std::uint32_t> advances = common_advances(turns);
  Lane& lane = lanes_.emplace_back();
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    Stream& stream = streams_[i];
    if (turns.streams[i].first >= stream.count) continue;
    stream.alive = true;
    stream.next = turns.streams[i].first;
    stream.advance = advances[i];
    stream.patch = Patch(*stream.program, stream.next);
    stream.distances = std::move(turns.streams[i].distances);
    ++lane.alive;
    ++alive_;
  }
  lane.turns = std::move(turns.sequence);
}

// Frames of this worker until all of them repeat, positions of the schedule included.
std::uint64_t FrameSource::period_frames() const {
  if (program_->random_order || !program_->alone.empty()) return kNever;
  const std::vector<Turn>& turns = lanes_.front().turns;
  std::vector<std::uint64_t> advances(streams_.size(), 0);
  for (const Turn& turn : turns) advances[turn.stream] += turn.advance;
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
  return laps == kNever || turns.size() > kLongestRendered ? kNever : laps * turns.size();
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
  lanes_.front().cursor = 0;
  is_rendered_ = true;
}

std::uint32_t FrameSource::repeats_after() const noexcept {
  if (is_rendered_) return static_cast<std::uint32_t>(rendered_labels_.size());
  const std::size_t turns = lanes_.front().turns.size();
  if (program_->random_order || !program_->alone.empty() || turns > kLongestRendered) return 0;
  return static_cast<std::uint32_t>(turns);
}

bool FrameSource::is_uniform() const noexcept {
  return program_->streams.size() == 1 && program_->streams.front().variants.size() == 1;
}

std::uint32_t FrameSource::fill(std::span<Slot* const> slots, FrameLabel* labels,
                                const std::uint32_t* lanes) noexcept {
  const auto wanted = static_cast<std::uint32_t>(std::min<std::uint64_t>(slots.size(), left_));
  std::uint32_t made = 0;
  while (made < wanted) {
    const std::uint32_t due = std::min(wanted - made, Patch::kBatch);
    FrameLabel* const label = labels == nullptr ? nullptr : labels + made;
    const std::uint32_t* const lane = lanes == nullptr ? nullptr : lanes + made;
    const std::uint32_t now = fill_next(slots.subspan(made, due), label, lane);
    made += now;
    if (now < due) break;
  }
  if (left_ != UINT64_MAX) left_ -= made;
  return made;
}

std::uint32_t FrameSource::fill_next(std::span<Slot* const> slots, FrameLabel* labels,
                                     const std::uint32_t* lanes) noexcept {
  if (is_single_) return fill_single(slots, labels);
  return is_rendered_ ? fill_rendered(slots, labels) : fill_batch(slots, labels, lanes);
}

std::uint32_t FrameSource::fill_rendered(std::span<Slot* const> slots, FrameLabel* labels) noexcept {
  std::size_t cursor = lanes_.front().cursor;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (slots[i]->content != cursor + 1) load(*slots[i], static_cast<std::uint32_t>(cursor));
    if (labels != nullptr) labels[i] = rendered_labels_[cursor];
    if (++cursor == rendered_labels_.size()) cursor = 0;
  }
  lanes_.front().cursor = cursor;
  return static_cast<std::uint32_t>(slots.size());
}

// One stream and one frame size: nothing has to be chosen.
std::uint32_t FrameSource::fill_single(std::span<Slot* const> slots, FrameLabel* labels) noexcept {
  Stream& stream = streams_.front();
  const std::uint32_t advance = lanes_.front().turns.front().advance;
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
std::uint32_t FrameSource::fill_batch(std::span<Slot* const> slots, FrameLabel* labels,
                                      const std::uint32_t* lanes) noexcept {
  std::uint32_t made = 0;
  std::uint32_t touched = 0;
  for (Turn turn; made < slots.size(); ++made) {
    if (!next_turn(turn, lanes_[lanes == nullptr ? 0 : lanes[made]])) break;
    Stream& stream = streams_[turn.stream];
    stream.next += turn.advance;
    const std::uint32_t variant = stream.has_sizes ? stream.patch.next_variant(turn.advance) : 0;
    const std::uint32_t number = stream.first_template + variant;
    Slot& slot = *slots[made];
    if (slot.content != number + 1) load(slot, number);
    if (labels != nullptr) labels[made] = {.stream = turn.stream, .frame_bytes = slot.frame_bytes};
    if (stream.is_static) continue;
    if (stream.waiting == 0) touched_[touched++] = turn.stream;
    stream.jobs[stream.waiting++] = {.data = slot.data, .variant = variant, .advance = turn.advance};
  }
  for (std::uint32_t i = 0; i < touched; ++i) {
    Stream& stream = streams_[touched_[i]];
    stream.patch.write({stream.jobs.data(), std::exchange(stream.waiting, 0)}, stream.advance);
  }
  return made;
}

// The next visit to a stream that still has frames to send; false when the lane has none.
bool FrameSource::next_turn(Turn& turn, Lane& lane) noexcept {
  while (lane.alive > 0) {
    if (lane.turns.empty()) {
      turn = draw();
    } else {
      turn = lane.turns[lane.cursor];
      lane.next();
    }
    Stream& stream = streams_[turn.stream];
    if (stream.next < stream.count) {
      stream.visited();
      return true;
    }
    if (stream.alive) {
      --lane.alive;
      --alive_;
    }
    stream.alive = false;
  }
  return false;
}

Turn FrameSource::draw() noexcept {
  const std::uint64_t drawn = random_below(program_->seed, draw_, program_->schedule.size());
  draw_ += workers_;
  const std::uint32_t stream = program_->schedule[drawn];
  // A stream that ended before it began has no distance: its turn is passed over.
  return {.stream = stream, .advance = streams_[stream].alive ? streams_[stream].distance() : 0};
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
