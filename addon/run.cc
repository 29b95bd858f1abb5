#include "run.h"

#include <algorithm>

namespace pktgen {

Run::Run(const RunPlan& plan) {
  try {
    EnginePlan engine_plan = plan.engine_plan;
    engine_plan.longest_frame_bytes = plan.program->longest_frame_bytes();
    engine_plan.shortest_frame_bytes = plan.program->shortest_frame_bytes();
    for (std::size_t i = 0; i < plan.workers.size(); ++i) {
      FrameSource frames(plan.program, {.worker = static_cast<std::uint32_t>(i),
                                        .workers = static_cast<std::uint32_t>(plan.workers.size()),
                                        .frames = plan.count});
      engine_plan.repeats_after = frames.repeats_after();
      auto engine = plan.engine->open(engine_plan);
      workers_.push_back(
          std::make_unique<Worker>(plan.workers[i], std::move(frames), std::move(engine), control_));
    }
    for (const auto& worker : workers_) worker->start();
  } catch (...) {
    stop();
    throw;
  }
}

bool Run::done() const noexcept {
  return std::ranges::all_of(workers_, [](const auto& worker) { return worker->done(); });
}

void Run::change(std::uint32_t from, Control::Command to) noexcept {
  if (control_.command.compare_exchange_strong(from, to, std::memory_order_release))
    control_.command.notify_all();
}

}  // namespace pktgen
