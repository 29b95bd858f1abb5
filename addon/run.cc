#include "run.h"

#include <algorithm>

namespace pktgen {

Run::Run(const RunPlan& plan) {
  try {
    for (const WorkerPlan& worker : plan.workers) {
      workers_.push_back(std::make_unique<Worker>(worker, plan.engine->open(plan.engine_plan), control_));
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
