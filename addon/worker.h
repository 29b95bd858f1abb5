// A worker: one pinned thread with its own engine instance and counter block.
#pragma once

#include <pthread.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "cache_line.h"
#include "counters.h"
#include "engine.h"
#include "supply.h"

namespace pktgen {

inline constexpr std::uint64_t kNoLimit = UINT64_MAX;

// What all workers of a run obey. Read once a batch, written a few times in a run: the line stays shared in
// every cache.
struct alignas(kCacheLineBytes) Control {
  enum Command : std::uint32_t { kHold, kRun, kPause, kStop };

  std::atomic<std::uint32_t> command{kHold};

  void order(Command next) noexcept {
    command.store(next, std::memory_order_release);
    command.notify_all();
  }
};

struct WorkerPlan {
  int cpu = 0;
  std::uint32_t queue = 0;               // of the device
  std::uint64_t duration_ns = kNoLimit;  // since the worker's own start, pauses not counted
  std::uint32_t batch = 64;
};

class Worker {
 public:
  // The engine is opened by the caller, so that what goes wrong there is an exception and not a dead thread.
  Worker(const WorkerPlan& plan, std::unique_ptr<Engine> engine, std::unique_ptr<Supply> supply,
         const Control& control);
  ~Worker();  // the run has ordered kStop before
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void start();  // throws std::system_error when the thread cannot be made or pinned

  [[nodiscard]] const Counters& counters() const noexcept { return counters_; }
  [[nodiscard]] const StreamCounterList& streams() const noexcept { return supply_->streams(); }
  [[nodiscard]] std::uint64_t cpu_ns() const noexcept;
  [[nodiscard]] std::string mode() const { return engine_->mode(); }
  [[nodiscard]] bool done() const noexcept {
    return counters_.state.get_published() == static_cast<std::uint64_t>(WorkerState::kDone);
  }

 private:
  void main() noexcept;
  EndReason send() noexcept;
  bool obey(std::uint32_t command) noexcept;
  void count(const SubmitResult& result) noexcept;
  void set_state(WorkerState state) noexcept { counters_.state.publish(static_cast<std::uint64_t>(state)); }

  WorkerPlan plan_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Supply> supply_;
  const Control& control_;
  std::thread thread_;
  pthread_t handle_{};
  Counters counters_;
};

}  // namespace pktgen
