#include "pacer.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <utility>

namespace pktgen {
namespace {

// Later than any run is long, and a number that a counter can hold.
constexpr double kLatestNs = 1e18;

// All frames of a lane, all workers together; UINT64_MAX for no end.
std::uint64_t frames_of(const FrameProgram& program, std::uint32_t lane, std::uint64_t limit) {
  if (lane > 0) return program.streams[program.alone[lane - 1]].count;
  const std::uint64_t most = program.alone.empty() ? limit : UINT64_MAX;
  std::uint64_t frames = 0;
  std::vector<bool> seen(program.streams.size(), false);
  for (const std::uint32_t stream : program.schedule) {
    if (seen[stream]) continue;
    seen[stream] = true;
    const std::uint64_t count = program.streams[stream].count;
    if (count == UINT64_MAX) return most;
    frames += count;
  }
  return std::min(frames, most);
}

}  // namespace

Pacer::Lane::Lane(const LanePlan& plan, const Turns& turns, std::uint64_t all)
    : timeline(plan),
      places(turns.places),
      ordinal(turns.places.first),
      left(turns.frames),
      total(all),
      delay(plan.start_ns),
      duration(plan.duration_ns),
      free_weight(plan.free_weight) {}

void Pacer::Lane::next() noexcept {
  ordinal += places.distances[place];
  if (++place == places.distances.size()) place = 0;
  if (left != UINT64_MAX) --left;
}

Pacer::Pacer(const Timetable& timetable, const FrameProgram& program, const Part& part, std::uint32_t room)
    : group_(timetable.group),
      backlog_(timetable.late),
      dues_(std::bit_ceil(std::size_t{room})),
      numbers_(dues_.size() * 2) {
  for (std::uint32_t i = 0; i < timetable.lanes.size(); ++i) {
    const std::uint64_t all = frames_of(program, i, part.frames);
    const Turns turns = turns_of(program, {.worker = part.worker, .workers = part.workers, .frames = all}, i);
    lanes_.emplace_back(timetable.lanes[i], turns, all);
  }
  for (std::uint32_t i = 0; i < lanes_.size(); ++i) {
    const std::int32_t after = timetable.lanes[i].after;
    if (after >= 0) lanes_[static_cast<std::uint32_t>(after)].followers.push_back(i);
  }
  for (std::uint32_t i = 0; i < lanes_.size(); ++i) {
    if (timetable.lanes[i].after < 0) first_.push_back(i);
  }
  lanes_left_ = static_cast<std::uint32_t>(lanes_.size());
  paced_.reserve(lanes_.size());
  waiting_.reserve(lanes_.size());
  free_.reserve(lanes_.size());
  const Lane& only = lanes_.front();
  is_plain_ = lanes_.size() == 1 && only.timeline.end_ns() == kForever && only.duration == kForever &&
              only.delay == 0;
}

void Pacer::begin(double schedule) noexcept {
  for (const std::uint32_t number : first_) start(number, schedule);
}

void Pacer::start(std::uint32_t number, double at) noexcept {
  lanes_[number].start = at + lanes_[number].delay;
  schedule(number);
}

// Puts a lane where its next frame belongs, or ends it. The end has to be asked for before any later frame:
// drawn gaps only go forward.
void Pacer::schedule(std::uint32_t number) noexcept {
  Lane& lane = lanes_[number];
  if (lane.left == 0) {
    end(number, end_of(lane));
    return;
  }
  const double offset = lane.is_free() ? 0 : lane.timeline.due_ns(lane.ordinal);
  if (offset >= lane.duration - kEdgeNs || offset == kForever) {
    end(number, end_of(lane));
    return;
  }
  lane.due = lane.start + offset;
  push(lane.is_free() ? waiting_ : paced_, number);
}

void Pacer::push(Heap& heap, std::uint32_t number) noexcept {
  heap.push_back(number);
  std::ranges::push_heap(heap, [&](std::uint32_t a, std::uint32_t b) { return is_later(a, b); });
}

std::uint32_t Pacer::pop(Heap& heap) noexcept {
  std::ranges::pop_heap(heap, [&](std::uint32_t a, std::uint32_t b) { return is_later(a, b); });
  const std::uint32_t number = heap.back();
  heap.pop_back();
  return number;
}

// The same for all workers, whoever sends the last frame: when the frame after it would be due.
double Pacer::end_of(Lane& lane) noexcept {
  double offset = lane.duration;
  if (!lane.is_free()) {
    offset = std::min(offset, lane.timeline.end_ns());
    if (lane.total != UINT64_MAX) offset = std::min(offset, lane.timeline.due_ns(lane.total));
  } else if (lane.left == 0) {
    offset = 0;
  }
  return lane.start + offset;
}

void Pacer::end(std::uint32_t number, double at) noexcept {
  --lanes_left_;
  end_ = std::max(end_, at);
  for (const std::uint32_t follower : lanes_[number].followers) start(follower, at);
}

std::span<const std::uint32_t> Pacer::release(const Tempo& tempo, double schedule, double until,
                                              std::uint32_t most, Budget* budget) noexcept {
  if (tempo.is_free()) {
    was_free_ = true;
  } else if (!paced_.empty()) {
    const double due = lanes_[paced_.front()].due;
    if (std::exchange(was_free_, false)) backlog_.begin(due, schedule, tempo.speed);
    backlog_.follow(schedule, tempo.speed);
    // Of frames back to back only the first can be behind: what the engine takes for the others is no stall.
    if (due != last_due_) backlog_.look(due, schedule);
  }
  const double local = backlog_.local(schedule);
  start_free(local);
  const bool all = tempo.is_free();
  while (released_ - made_ < most && (has_free() || has_paced(local, all, until))) {
    if (budget != nullptr && !budget->take()) break;
    if (release_next(local, all, until)) continue;
    if (budget != nullptr) budget->give_back();
  }
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(released_ - made_, most));
  return {numbers_.data() + (made_ & mask()), count};
}

// Free lanes whose time has come join the others, no better off than they are.
void Pacer::start_free(double local) noexcept {
  while (!waiting_.empty() && lanes_[waiting_.front()].due <= local) {
    const std::uint32_t number = pop(waiting_);
    lanes_[number].served = served_;
    free_.push_back(number);
    std::ranges::push_heap(free_, std::ranges::greater{}, [&](std::uint32_t i) { return lanes_[i].served; });
  }
}

bool Pacer::has_paced(double local, bool all, double until) const noexcept {
  if (paced_.empty() || all) return !paced_.empty();
  return (together_ > 0 || lanes_[paced_.front()].due <= local) && has_due_before(until);
}

// May end a lane instead.
bool Pacer::release_next(double local, bool all, double until) noexcept {
  is_frees_turn_ = all && !is_frees_turn_ && !free_.empty();
  if (is_frees_turn_ || !has_paced(local, all, until)) return release_free(local);
  const std::uint32_t number = pop(paced_);
  together_ = together_ == 0 ? group_ - 1 : together_ - 1;
  put(number, lanes_[number].due);
  lanes_[number].next();
  schedule(number);
  return true;
}

bool Pacer::release_free(double local) noexcept {
  const auto served = [&](std::uint32_t i) { return lanes_[i].served; };
  std::ranges::pop_heap(free_, std::ranges::greater{}, served);
  const std::uint32_t number = free_.back();
  Lane& lane = lanes_[number];
  if (lane.left == 0 || local >= lane.end()) {
    free_.pop_back();
    end(number, std::min(local, lane.end()));
    start_free(local);
    return false;
  }
  served_ = lane.served;
  lane.served += 1 / lane.free_weight;
  put(number, kForever);
  lane.next();
  std::ranges::push_heap(free_, std::ranges::greater{}, served);
  return true;
}

void Pacer::put(std::uint32_t lane, double due) noexcept {
  last_due_ = due;
  const std::size_t at = released_++ & mask();
  dues_[at] = due;
  numbers_[at] = numbers_[at + dues_.size()] = lane;
}

void Pacer::taken(std::uint32_t count, const Tempo& tempo, double schedule, Lateness* lateness) noexcept {
  for (const std::uint64_t end = taken_ + count; taken_ < end; ++taken_) {
    const double due = dues_[taken_ & mask()];
    // Frames back to back, and those that leave with another one, have no moment of their own.
    const bool is_first = taken_ % group_ == 0 && std::exchange(last_taken_due_, due) != due;
    if (tempo.is_free() || due == kForever || !is_first || lateness == nullptr) continue;
    const double late_ns = backlog_.late_ns(due, schedule, tempo.speed);
    lateness->add(static_cast<std::uint64_t>(std::min(late_ns, kLatestNs)));
    if (late_ns > Backlog::kToleranceNs) ++late_packets_;
  }
}

double Pacer::behind_ns(double schedule, double speed) const noexcept {
  double due = kForever;
  if (!paced_.empty()) due = lanes_[paced_.front()].due;
  if (taken_ < released_) due = std::min(due, dues_[taken_ & mask()]);
  return due == kForever ? 0 : backlog_.late_ns(due, schedule, speed);
}

}  // namespace pktgen
