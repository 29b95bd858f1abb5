#include "run.h"

#include <algorithm>

#include "clock.h"

namespace pktgen {
namespace {

// Time for all workers to wake up: then the first frame of a paced run is not late.
constexpr std::uint64_t kLeadNs = 2'000'000;
constexpr std::uint64_t kBeforeTickNs = 15'000;

// The first moment from then on that lies just before one of the kernel's ticks. A tick takes the CPU away:
// 30 to 160 µs of every 4 ms in the virtual machine of docs/rate.md. Ticks come at whole multiples of their
// length, frames at a round rate at whole parts of it: a start at any moment may put a frame right behind
// every tick, for the whole run. A bare loop at 10,000 a second had 1.3 % of its gaps more than 10 µs off in
// one run and 7.2 % in another, by that alone.
std::uint64_t before_tick(std::uint64_t moment_ns) {
  timespec length{};
  if (clock_getres(CLOCK_MONOTONIC_COARSE, &length) != 0) return moment_ns;
  const std::uint64_t tick_ns = to_ns(length);
  const std::uint64_t ticks = (moment_ns + kBeforeTickNs + tick_ns - 1) / tick_ns;
  return ticks * tick_ns - kBeforeTickNs;
}

// With several lanes the workers share the run's frames by time, else each has its part of them.
std::uint64_t shared_frames(const RunPlan& plan) {
  return plan.program->alone.empty() ? kNoLimit : plan.count;
}

// The most frames that can be on their way in a worker, and be released before they are made.
std::uint32_t room_of(const Engine& engine, bool keeps_unsent, std::uint32_t batch) {
  const std::uint32_t released = std::min(batch, kMostReleased);
  return (keeps_unsent ? engine.capacity() + batch : 0) + 2 * released;
}

}  // namespace

Run::Run(const RunPlan& plan) : control_(plan.timetable.speed, shared_frames(plan)) {
  try {
    EnginePlan engine_plan = plan.engine_plan;
    engine_plan.longest_frame_bytes = plan.program->longest_frame_bytes();
    engine_plan.shortest_frame_bytes = plan.program->shortest_frame_bytes();
    engine_plan.program = plan.program;
    for (std::size_t i = 0; i < plan.workers.size(); ++i) {
      engine_plan.cpu = plan.workers[i].cpu;
      engine_plan.queue = plan.workers[i].queue;
      engine_plan.part = {.worker = static_cast<std::uint32_t>(i),
                          .workers = static_cast<std::uint32_t>(plan.workers.size()),
                          .frames = plan.count};
      add_worker(plan, plan.workers[i], engine_plan);
    }
    for (const auto& worker : workers_) worker->start();
  } catch (...) {
    stop();
    throw;
  }
}

void Run::add_worker(const RunPlan& plan, const WorkerPlan& worker, EnginePlan& engine_plan) {
  std::unique_ptr<Engine> engine;
  std::unique_ptr<Supply> supply;
  if (plan.engine->makes_frames) {
    engine = plan.engine->open(engine_plan);
    supply = supply_by_engine(*engine, plan.program->streams.size());
  } else {
    FrameSource frames(plan.program, engine_plan.part);
    if (worker.warmup_ns > 0) frames.keep_start();
    engine_plan.repeats_after = frames.repeats_after();
    engine = plan.engine->open(engine_plan);
    supply = supply_slots(*engine, std::move(frames), worker.batch);
  }
  const std::uint32_t room = room_of(*engine, supply->keeps_unsent(), worker.batch);
  workers_.push_back(
      std::make_unique<Worker>(worker,
                               Work{.engine = std::move(engine),
                                    .supply = std::move(supply),
                                    .pacer = Pacer(plan.timetable, *plan.program, engine_plan.part, room),
                                    .pacing = plan.timetable.pacing},
                               control_));
}

void Run::start() {
  const std::uint64_t now_ns = monotonic_ns();
  const std::uint64_t start_ns = control_.tempo().is_free() ? now_ns : before_tick(now_ns + kLeadNs);
  control_.start(static_cast<double>(start_ns));
}

bool Run::done() const noexcept {
  return std::ranges::all_of(workers_, [](const auto& worker) { return worker->done(); });
}

}  // namespace pktgen
