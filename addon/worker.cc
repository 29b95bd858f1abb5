#include "worker.h"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "clock.h"
#include "error.h"

namespace pktgen {
namespace {

// After a stop the kernel gets this long to let go of the frames it took. Stopping must take less than 50 ms
// in all.
constexpr std::uint64_t kDrainNs = 30'000'000;

// How patiently a worker tries again when nothing moves. At first at once: the softirq that frees the ring
// usually runs on this very CPU, when the call returns. A device that stays stuck costs one call every 50 µs,
// not a core.
class Patience {
 public:
  void progress() noexcept { attempts_ = 0; }
  void wait() noexcept {
    if (++attempts_ > kImmediateAttempts) sleep_ns(kSleepNs);
  }

 private:
  static constexpr std::uint32_t kImmediateAttempts = 256;
  static constexpr std::int64_t kSleepNs = 50'000;
  std::uint32_t attempts_ = 0;
};

}  // namespace

Worker::Worker(const WorkerPlan& plan, std::unique_ptr<Engine> engine, std::unique_ptr<Supply> supply,
               const Control& control)
    : plan_(plan), engine_(std::move(engine)), supply_(std::move(supply)), control_(control) {}

Worker::~Worker() {
  if (thread_.joinable()) thread_.join();
}

void Worker::start() {
  thread_ = std::thread(&Worker::main, this);
  handle_ = thread_.native_handle();
  cpu_set_t only{};
  CPU_ZERO(&only);
  CPU_SET(static_cast<std::size_t>(plan_.cpu), &only);
  const int error = pthread_setaffinity_np(handle_, sizeof(only), &only);
  if (error != 0) throw Error::from_errno(error, "pinning a worker to CPU " + std::to_string(plan_.cpu));
}

std::uint64_t Worker::cpu_ns() const noexcept {
  const std::uint64_t final_ns = counters_.cpu_ns.get();
  if (final_ns != 0 || !thread_.joinable()) return final_ns;
  // The thread may end between the two reads; its final figure is there by then.
  return thread_cpu_ns(handle_).value_or(counters_.cpu_ns.get());
}

void Worker::main() noexcept {
  // Node's signal handlers belong to Node's threads; here they would only interrupt system calls.
  sigset_t all{};
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  pthread_setname_np(pthread_self(), ("pktgen/" + std::to_string(plan_.cpu)).c_str());
  control_.command.wait(Control::kHold, std::memory_order_acquire);
  const std::uint64_t cpu_at_start_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
  counters_.active.run(monotonic_ns());
  set_state(WorkerState::kRunning);

  const EndReason reason = send();
  counters_.active.hold(monotonic_ns());
  counters_.cpu_ns.set(clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_at_start_ns);
  engine_->drain(monotonic_ns() + kDrainNs);
  count({.sent = engine_->sent_in_drain()});

  counters_.end_reason.set(static_cast<std::uint64_t>(reason));
  set_state(WorkerState::kDone);
}

// The loop: how many may leave → make them ready → submit → count.
EndReason Worker::send() noexcept {
  std::uint64_t on_their_way = 0;
  Patience patience;

  while (on_their_way > 0 || !supply_->is_finished()) {
    const std::uint32_t command = control_.command.load(std::memory_order_acquire);
    if (command != Control::kRun && !obey(command)) return EndReason::kStopped;
    if (counters_.active.elapsed_ns(monotonic_ns()) >= plan_.duration_ns) return EndReason::kDuration;

    const std::uint32_t ready = supply_->make_ready(plan_.batch);
    if (ready + on_their_way == 0 && supply_->is_finished()) break;  // the sequence ended just now
    const SubmitResult result = engine_->submit(ready);
    count(result);
    if (supply_->keeps_unsent()) on_their_way += ready - std::uint64_t{result.sent};

    if (result.status == SubmitResult::Status::kError) {
      counters_.end_errno.set(static_cast<std::uint64_t>(result.error));
      return EndReason::kError;
    }
    if (result.sent > 0) {
      patience.progress();
    } else {
      patience.wait();
    }
  }
  return EndReason::kCount;
}

// Sleeps through a pause. Returns false when the worker has to stop.
bool Worker::obey(std::uint32_t command) noexcept {
  counters_.active.hold(monotonic_ns());
  while (command == Control::kPause) {
    set_state(WorkerState::kPaused);
    control_.command.wait(command, std::memory_order_acquire);
    command = control_.command.load(std::memory_order_acquire);
  }
  counters_.active.run(monotonic_ns());
  set_state(WorkerState::kRunning);
  return command != Control::kStop;
}

void Worker::count(const SubmitResult& result) noexcept {
  if (result.sent > 0 && counters_.packets.get() == 0)
    counters_.first_packet_ns.set(clock_ns(CLOCK_REALTIME));
  counters_.packets.add(result.sent);
  counters_.bytes.add(supply_->settle(result.sent));
  counters_.syscalls.add(result.syscalls);
  if (result.status == SubmitResult::Status::kOk) return;
  if (result.status == SubmitResult::Status::kBusy) counters_.busy.add(1);
  if (result.error != 0) counters_.count_error(result.error, std::max(result.rejected, 1U));
}

}  // namespace pktgen
