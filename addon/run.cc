#include "run.h"

#include <algorithm>

namespace pktgen {

Run::Run(const RunPlan& plan) {
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
    engine_plan.repeats_after = frames.repeats_after();
    engine = plan.engine->open(engine_plan);
    supply = supply_slots(*engine, std::move(frames), worker.batch);
  }
  workers_.push_back(std::make_unique<Worker>(worker, std::move(engine), std::move(supply), control_));
}

bool Run::done() const noexcept {
  return std::ranges::all_of(workers_, [](const auto& worker) { return worker->done(); });
}

void Run::change(std::uint32_t from, Control::Command to) noexcept {
  if (control_.command.compare_exchange_strong(from, to, std::memory_order_release))
    control_.command.notify_all();
}

}  // namespace pktgen
