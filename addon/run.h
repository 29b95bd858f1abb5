// A run: the workers that obey one control word.
#pragma once

#include <memory>
#include <vector>

#include "worker.h"

namespace pktgen {

struct RunPlan {
  const EngineInfo* engine = nullptr;
  EnginePlan engine_plan;
  std::shared_ptr<const FrameProgram> program;
  std::uint64_t count = kNoLimit;  // frames of the whole run
  std::vector<WorkerPlan> workers;
  Timetable timetable;
};

class Run {
 public:
  // Opens every engine and starts every thread, which then wait. Throws Error; nothing is left running then.
  explicit Run(const RunPlan& plan);
  ~Run() { stop(); }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  void start();
  void pause() { control_.pause(); }
  void resume() { control_.resume(); }
  void stop() noexcept { control_.order(Control::kStop); }
  // Schedule time per real time from now on; kForever: nothing is paced.
  void set_speed(double speed) { control_.set_speed(speed); }

  [[nodiscard]] bool done() const noexcept;
  [[nodiscard]] const std::vector<std::unique_ptr<Worker>>& workers() const noexcept { return workers_; }

 private:
  void add_worker(const RunPlan& plan, const WorkerPlan& worker, EnginePlan& engine_plan);

  Control control_;
  std::vector<std::unique_ptr<Worker>> workers_;  // after control_: joined before it goes
};

}  // namespace pktgen
