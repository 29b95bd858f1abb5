// A worker: one pinned thread with its own engine instance and counter block.
#pragma once

#include <pthread.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "asleep.h"
#include "cache_line.h"
#include "control.h"
#include "counters.h"
#include "engine.h"
#include "laps.h"
#include "lateness.h"
#include "pacer.h"
#include "patience.h"
#include "run_delay.h"
#include "supply.h"
#include "waiting.h"

namespace pktgen {

struct WorkerPlan {
  int cpu = 0;
  std::uint32_t queue = 0;               // of the device
  std::uint64_t duration_ns = kNoLimit;  // since the run's start or its warm-up's end, pauses not counted
  std::uint64_t warmup_ns = 0;           // sent, but not counted
  std::uint32_t batch = 64;
};

// What a worker hands to its engine, and when.
struct Work {
  std::unique_ptr<Engine> engine;
  std::unique_ptr<Supply> supply;
  Pacer pacer;
  Pacing pacing;
};

class Worker {
 public:
  // The engine is opened by the caller, so that what goes wrong there is an exception and not a dead thread.
  Worker(const WorkerPlan& plan, Work work, Control& control);
  ~Worker();  // the run has ordered kStop before
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void start();  // throws std::system_error when the thread cannot be made or pinned

  [[nodiscard]] const Counters& counters() const noexcept { return counters_; }
  [[nodiscard]] const StreamCounterList& streams() const noexcept { return supply_->streams(); }
  [[nodiscard]] const Lateness& lateness() const noexcept { return lateness_; }
  // As they were when the warm-up ended; zeros before.
  [[nodiscard]] const Counters& warmup() const noexcept { return warmup_; }
  [[nodiscard]] const StreamCounterList& warmup_streams() const noexcept { return warmup_streams_; }
  [[nodiscard]] std::uint64_t cpu_ns() const noexcept;
  // How long it was ready to run while others had the CPU, its late wake-ups left out.
  [[nodiscard]] std::uint64_t off_cpu_ns() const noexcept;
  [[nodiscard]] std::string mode() const { return engine_->mode(); }
  [[nodiscard]] bool done() const noexcept {
    return counters_.state.get_published() == static_cast<std::uint64_t>(WorkerState::kDone);
  }

 private:
  void main() noexcept;
  [[nodiscard]] bool has_started() const noexcept;
  void hold() noexcept;
  void end(EndReason reason) noexcept;
  EndReason warm_up() noexcept;
  EndReason send() noexcept;
  std::optional<EndReason> send_freely() noexcept;
  std::optional<EndReason> send_paced() noexcept;
  [[nodiscard]] std::uint32_t make_due(const Tempo& tempo, double schedule) noexcept;
  std::optional<EndReason> submit(std::uint32_t ready) noexcept;
  std::optional<EndReason> submit_paced(std::uint32_t ready, const Tempo& tempo) noexcept;
  std::optional<EndReason> judge(const SubmitResult& result) noexcept;
  EndReason idle() noexcept;
  void wait(const Tempo& tempo, std::uint32_t heard) noexcept;
  [[nodiscard]] bool is_over(const Tempo& tempo, double now_ns) const noexcept;
  void count_left() noexcept;
  [[nodiscard]] bool nothing_left() noexcept;
  bool obey(std::uint32_t command) noexcept;
  std::optional<EndReason> flush() noexcept;
  void forget_warmup() noexcept;
  void forget_time() noexcept;
  [[nodiscard]] std::uint64_t off_cpu_ns(std::uint64_t now_ns, std::uint64_t cpu_ns) const noexcept;
  void count(const SubmitResult& result) noexcept;
  void count_pace(const Tempo& tempo, double schedule) noexcept;
  void set_state(WorkerState state) noexcept { counters_.state.publish(static_cast<std::uint64_t>(state)); }

  Counters counters_;
  Counters warmup_;
  Lateness lateness_;
  Pacer pacer_;
  std::optional<Pacer> start_;  // what the pacer was like at first; only with a warm-up
  WorkerPlan plan_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Supply> supply_;
  StreamCounterList warmup_streams_;
  Control& control_;
  Laps laps_;
  Asleep asleep_;
  Waiting waiting_;
  double end_running_ns_ = kForever;  // of this phase: the warm-up or the run
  std::uint64_t on_their_way_ = 0;    // frames made ready and not taken
  std::uint64_t unpaced_ = 0;         // of those, the oldest that the pacer does not know
  std::uint64_t cpu_at_start_ns_ = 0;
  RunDelay delay_;
  std::uint64_t delay_at_start_ns_ = 0;
  std::thread thread_;
  pthread_t handle_{};
  Patience patience_;
  bool is_warming_up_ = false;
};

}  // namespace pktgen
