#include "worker.h"

#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>

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

// So much later than its end a paced run does not wait any more for what was due before.
constexpr double kGraceNs = 10'000'000;

int pin_to(pthread_t thread, int cpu) noexcept {
  cpu_set_t only{};
  CPU_ZERO(&only);
  CPU_SET(static_cast<std::size_t>(cpu), &only);
  return pthread_setaffinity_np(thread, sizeof(only), &only);
}

}  // namespace

Worker::Worker(const WorkerPlan& plan, Work work, Control& control)
    : pacer_(std::move(work.pacer)),
      start_(plan.warmup_ns > 0 ? std::optional(pacer_) : std::nullopt),
      plan_(plan),
      engine_(std::move(work.engine)),
      supply_(std::move(work.supply)),
      warmup_streams_(supply_->streams().size()),
      control_(control),
      laps_(counters_, engine_->calls()),
      asleep_(counters_.asleep),
      waiting_(work.pacing, control.bell(), asleep_) {}

Worker::~Worker() {
  if (thread_.joinable()) thread_.join();
}

void Worker::start() {
  thread_ = std::thread(&Worker::main, this);
  handle_ = thread_.native_handle();
  const int error = pin_to(handle_, plan_.cpu);
  if (error != 0) throw Error::from_errno(error, "pinning a worker to CPU " + std::to_string(plan_.cpu));
}

std::uint64_t Worker::cpu_ns() const noexcept {
  const std::uint64_t final_ns = counters_.cpu_ns.get_published();
  if (final_ns != 0 || !has_started()) return final_ns;
  // The thread may end between the two reads; its final figure is there by then.
  const auto used_ns = thread_cpu_ns(handle_);
  return used_ns ? *used_ns - std::min(*used_ns, cpu_at_start_ns_) : counters_.cpu_ns.get();
}

// What the worker noted at its start can be read from then on.
bool Worker::has_started() const noexcept {
  return counters_.state.get_published() != static_cast<std::uint64_t>(WorkerState::kReady);
}

std::uint64_t Worker::off_cpu_ns() const noexcept {
  if (!has_started()) return 0;
  const std::uint64_t now_ns = monotonic_ns();
  const std::uint64_t used_ns = cpu_ns();
  // Its final figure was there before that of the CPU time.
  return counters_.cpu_ns.get_published() != 0 ? counters_.off_cpu_ns.get() : off_cpu_ns(now_ns, used_ns);
}

// While it neither slept nor ran, others had the CPU: so many ns at most, and the scheduler's account counts
// its late wake-ups, too. That account in turn leaves out what no other thread took, as interrupts do.
std::uint64_t Worker::off_cpu_ns(std::uint64_t now_ns, std::uint64_t cpu_ns) const noexcept {
  const std::uint64_t waited_ns = delay_.read_ns().value_or(delay_at_start_ns_) - delay_at_start_ns_;
  const std::uint64_t known_ns = counters_.asleep.elapsed_ns(now_ns) + cpu_ns;
  const std::uint64_t active_ns = counters_.active.elapsed_ns(now_ns);
  return std::min(waited_ns, active_ns - std::min(active_ns, known_ns));
}

void Worker::main() noexcept {
  // Node's signal handlers belong to Node's threads; here they would only interrupt system calls.
  sigset_t all{};
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  pthread_setname_np(pthread_self(), ("pktgen/" + std::to_string(plan_.cpu)).c_str());
  // Otherwise a sleeper is woken up to 50 µs late on purpose: prctl(2), PR_SET_TIMERSLACK.
  prctl(PR_SET_TIMERSLACK, 1UL);
  // Again, by itself: what it measures now must be of that CPU, whoever is first. start() reports a failure.
  (void)pin_to(pthread_self(), plan_.cpu);
  delay_.open();
  laps_.set_cost(measure_call_cost());
  for (std::uint32_t heard = control_.bell().heard(); control_.command() == Control::kHold;
       heard = control_.bell().heard()) {
    control_.bell().sleep(heard, kForever);
  }
  delay_at_start_ns_ = delay_.read_ns().value_or(0);
  cpu_at_start_ns_ = clock_ns(CLOCK_THREAD_CPUTIME_ID);
  // Paced runs start a moment from now, all workers at once, also one that was late to get its CPU.
  const Tempo& tempo = control_.tempo();
  const std::uint64_t start_ns = tempo.is_free() ? monotonic_ns() : static_cast<std::uint64_t>(tempo.real_ns);
  counters_.active.run(start_ns);
  laps_.begin(start_ns);
  asleep_.begin(start_ns);
  set_state(WorkerState::kRunning);

  EndReason reason = EndReason::kDuration;
  pacer_.begin(0);
  if (plan_.warmup_ns > 0) reason = warm_up();
  if (reason == EndReason::kDuration) {
    if (plan_.duration_ns != kNoLimit)
      end_running_ns_ = static_cast<double>(plan_.warmup_ns) + static_cast<double>(plan_.duration_ns);
    reason = send();
    if (reason == EndReason::kDuration) count_left();
  }
  end(reason);
}

// The time stands still from now on.
void Worker::hold() noexcept {
  const std::uint64_t now_ns = monotonic_ns();
  counters_.active.hold(now_ns);
  laps_.end(now_ns);
}

void Worker::end(EndReason reason) noexcept {
  hold();
  const std::uint64_t used_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_at_start_ns_;
  counters_.off_cpu_ns.set(off_cpu_ns(monotonic_ns(), used_ns));
  counters_.cpu_ns.publish(used_ns);
  engine_->drain(monotonic_ns() + kDrainNs);
  count({.sent = engine_->sent_in_drain()});

  counters_.end_reason.set(static_cast<std::uint64_t>(reason));
  set_state(WorkerState::kDone);
}

// Sends for the time of the warm-up, over and over if the sequence is short, and forgets it. kDuration when
// the run goes on.
EndReason Worker::warm_up() noexcept {
  is_warming_up_ = true;
  end_running_ns_ = static_cast<double>(plan_.warmup_ns);
  EndReason reason = EndReason::kCount;
  while (reason == EndReason::kCount) {
    const std::uint64_t before = counters_.packets.get();
    reason = send();
    if (const auto trouble = flush()) reason = *trouble;
    if (reason == EndReason::kCount && counters_.packets.get() == before) reason = idle();
    const Tempo& tempo = control_.tempo();
    double begin = tempo.schedule_when(end_running_ns_);
    // The next time through begins where the one before would have gone on.
    if (reason == EndReason::kCount)
      begin = tempo.is_free() ? tempo.schedule_at(static_cast<double>(monotonic_ns())) : pacer_.end();
    supply_->restart();
    pacer_ = *start_;
    pacer_.begin(begin);
    unpaced_ = on_their_way_;
  }
  is_warming_up_ = false;
  forget_warmup();
  end_running_ns_ = kForever;
  return reason;
}

// This worker has no frames: it waits for the end of the warm-up.
EndReason Worker::idle() noexcept {
  for (;;) {
    const std::uint32_t heard = control_.bell().heard();
    const std::uint32_t command = control_.command();
    if (command != Control::kRun && !obey(command)) return EndReason::kStopped;
    const Tempo& tempo = control_.tempo();
    const std::uint64_t now_ns = monotonic_ns();
    laps_.lap(now_ns);
    if (tempo.running_at(static_cast<double>(now_ns)) >= end_running_ns_) return EndReason::kDuration;
    laps_.is_idle();
    asleep_.during(
        [&] { control_.bell().sleep(heard, tempo.real_ns + (end_running_ns_ - tempo.running_ns)); });
  }
}

EndReason Worker::send() noexcept {
  for (;;) {
    const bool is_free = control_.tempo().is_free() && pacer_.is_plain();
    if (is_free) {
      pacer_.leave();
      if (const auto reason = send_freely()) return *reason;
      unpaced_ = on_their_way_;
    } else if (const auto reason = send_paced()) {
      return *reason;
    }
  }
}

// The loop: how many may leave → make them ready → submit → count. Here: as many as there are. Ends with
// nothing when frames have a time from now on.
std::optional<EndReason> Worker::send_freely() noexcept {
  while (!nothing_left()) {
    const std::uint32_t command = control_.command();
    if (command != Control::kRun && !obey(command)) return EndReason::kStopped;
    const Tempo& tempo = control_.tempo();
    if (!tempo.is_free()) return std::nullopt;
    const std::uint64_t now_ns = monotonic_ns();
    laps_.lap(now_ns);
    if (tempo.running_at(static_cast<double>(now_ns)) >= end_running_ns_) return EndReason::kDuration;

    const std::uint32_t ready = supply_->make_ready(plan_.batch, nullptr);
    if (ready + on_their_way_ == 0 && supply_->is_finished()) break;  // the sequence ended just now
    if (const auto reason = submit(ready)) return reason;
  }
  return EndReason::kCount;
}

// The same, frames at their times. Ends with nothing when they have none any more.
std::optional<EndReason> Worker::send_paced() noexcept {
  while (!nothing_left()) {
    const std::uint32_t heard = control_.bell().heard();
    const std::uint32_t command = control_.command();
    if (command != Control::kRun && !obey(command)) return EndReason::kStopped;
    const Tempo& tempo = control_.tempo();
    if (tempo.is_free() && pacer_.is_plain()) return std::nullopt;
    const std::uint64_t clock_now_ns = monotonic_ns();
    laps_.lap(clock_now_ns);
    const auto now_ns = static_cast<double>(clock_now_ns);
    if (is_over(tempo, now_ns)) return EndReason::kDuration;

    const std::uint32_t ready = make_due(tempo, tempo.schedule_at(now_ns));
    if (ready + on_their_way_ > 0 || pacer_.has_released()) {
      if (const auto reason = submit_paced(ready, tempo)) return reason;
    } else if (!nothing_left()) {
      wait(tempo, heard);
    }
  }
  return EndReason::kCount;
}

std::uint32_t Worker::make_due(const Tempo& tempo, double schedule) noexcept {
  const double until = tempo.is_free() ? kForever : tempo.schedule_when(end_running_ns_);
  Budget* const budget = is_warming_up_ ? nullptr : &control_.budget();
  const auto lanes = pacer_.release(tempo, schedule, until, std::min(plan_.batch, kMostReleased), budget);
  if (lanes.empty()) return 0;
  const std::uint32_t ready = supply_->make_ready(static_cast<std::uint32_t>(lanes.size()), lanes.data());
  if (supply_->keeps_unsent()) pacer_.made(ready);
  return ready;
}

// Hands over what is ready and all that is still queued. Returns why the worker has to end, if it has to.
std::optional<EndReason> Worker::submit(std::uint32_t ready) noexcept {
  const SubmitResult result = engine_->submit(ready);
  count(result);
  if (supply_->keeps_unsent()) on_their_way_ += ready - std::uint64_t{result.sent};
  return judge(result);
}

// The same, and how late it was. With nothing ready although frames were released the engine has no room.
std::optional<EndReason> Worker::submit_paced(std::uint32_t ready, const Tempo& tempo) noexcept {
  const double schedule = tempo.schedule_at(static_cast<double>(monotonic_ns()));
  SubmitResult result = engine_->submit(ready);
  if (ready == 0 && result.sent == 0 && result.status == SubmitResult::Status::kOk)
    result.status = SubmitResult::Status::kBusy;
  count(result);
  if (supply_->keeps_unsent()) {
    on_their_way_ += ready - std::uint64_t{result.sent};
  } else {
    pacer_.made(result.sent);
  }
  const auto unpaced = static_cast<std::uint32_t>(std::min<std::uint64_t>(unpaced_, result.sent));
  unpaced_ -= unpaced;
  pacer_.taken(result.sent - unpaced, tempo, schedule, is_warming_up_ ? nullptr : &lateness_);
  count_pace(tempo, schedule);
  return judge(result);
}

std::optional<EndReason> Worker::judge(const SubmitResult& result) noexcept {
  if (result.status == SubmitResult::Status::kError) {
    counters_.end_errno.set(static_cast<std::uint64_t>(result.error));
    return EndReason::kError;
  }
  if (result.sent > 0) {
    patience_.progress();
  } else {
    laps_.has_no_room();
    patience_.wait(asleep_);
  }
  return std::nullopt;
}

void Worker::wait(const Tempo& tempo, std::uint32_t heard) noexcept {
  const double end_ns = tempo.real_ns + (end_running_ns_ - tempo.running_ns);
  counters_.waits.add(1);
  laps_.is_idle();
  waiting_.until(std::min(end_ns, tempo.real_when(pacer_.next_schedule())), heard);
}

// Frames that were due before the end still go, but not for ever.
bool Worker::is_over(const Tempo& tempo, double now_ns) const noexcept {
  const double running_ns = tempo.running_at(now_ns);
  if (running_ns < end_running_ns_) return false;
  if (running_ns >= end_running_ns_ + kGraceNs || tempo.is_free() || pacer_.has_free()) return true;
  const bool is_clear = on_their_way_ == 0 && !pacer_.has_released();
  return is_clear && !pacer_.has_due_before(tempo.schedule_when(end_running_ns_));
}

// What was due before the end and never left is behind for good.
void Worker::count_left() noexcept {
  const Tempo& tempo = control_.tempo();
  if (tempo.is_free() || tempo.speed <= 0) return;
  const auto behind_ns =
      static_cast<std::uint64_t>(pacer_.behind_ns(tempo.schedule_when(end_running_ns_), tempo.speed));
  counters_.behind_ns.set(std::max(counters_.behind_ns.get(), behind_ns));
}

bool Worker::nothing_left() noexcept {
  if (on_their_way_ > 0) return false;
  if (supply_->is_finished() || pacer_.is_finished()) return true;
  return !is_warming_up_ && !pacer_.has_released() && control_.budget().is_empty();
}

// Hands over what is queued: what is sent after it counts for the run. Returns why the worker has to end.
std::optional<EndReason> Worker::flush() noexcept {
  while (on_their_way_ > 0) {
    const std::uint32_t command = control_.command();
    if (command != Control::kRun && !obey(command)) return EndReason::kStopped;
    if (const auto reason = submit(0)) return reason;
  }
  return std::nullopt;
}

// Copies all counters, so that what comes after them can be told.
void Worker::forget_warmup() noexcept {
  warmup_.packets.set(counters_.packets.get());
  warmup_.bytes.set(counters_.bytes.get());
  warmup_.syscalls.set(counters_.syscalls.get());
  warmup_.busy.set(counters_.busy.get());
  counters_.late_packets.set(0);  // of the pacer, which begins anew, too
  counters_.skipped_ns.set(0);
  counters_.caught_up_ns.set(0);
  counters_.stalls.set(0);
  counters_.behind_ns.set(0);
  warmup_.waits.set(counters_.waits.get());
  warmup_.first_packet_ns.set(counters_.first_packet_ns.get());
  // Paced, the run goes on at the moment that the schedule says, and not when the queue is empty.
  const std::uint64_t elapsed_ns = counters_.active.elapsed_ns(monotonic_ns());
  warmup_.active.set(control_.tempo().is_free() ? elapsed_ns : std::min(elapsed_ns, plan_.warmup_ns));
  warmup_.cpu_ns.set(clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_at_start_ns_);
  forget_time();
  for (std::size_t i = 0; i < kErrorKinds; ++i) {
    warmup_.errors[i].number.set(counters_.errors[i].number.get());
    warmup_.errors[i].count.set(counters_.errors[i].count.get());
  }
  for (std::size_t i = 0; i < warmup_streams_.size(); ++i) {
    warmup_streams_[i].packets.set(supply_->streams()[i].packets.get());
    warmup_streams_[i].bytes.set(supply_->streams()[i].bytes.get());
  }
  warmup_.state.publish(static_cast<std::uint64_t>(WorkerState::kDone));
}

// Where the time went, likewise. The lap in which the warm-up ends belongs to it.
void Worker::forget_time() noexcept {
  const std::uint64_t now_ns = monotonic_ns();
  laps_.end(now_ns);
  warmup_.idle.set(counters_.idle.elapsed_ns(now_ns));
  warmup_.room_ns.set(counters_.room_ns.get());
  warmup_.sampled_ns.set(counters_.sampled_ns.get());
  warmup_.sampled_call_ns.set(counters_.sampled_call_ns.get());
  warmup_.sampled_calls.set(counters_.sampled_calls.get());
  warmup_.empty_call_ns.set(counters_.empty_call_ns.get());
  warmup_.off_cpu_ns.set(off_cpu_ns(now_ns, warmup_.cpu_ns.get()));
}

// Sleeps through a pause. Returns false when the worker has to stop.
bool Worker::obey(std::uint32_t command) noexcept {
  hold();
  while (command == Control::kPause) {
    set_state(WorkerState::kPaused);
    const std::uint32_t heard = control_.bell().heard();
    command = control_.command();
    if (command == Control::kPause) control_.bell().sleep(heard, kForever);
  }
  const std::uint64_t now_ns = monotonic_ns();
  const Tempo& tempo = control_.tempo();
  // A schedule knows of pauses by itself, to the nanosecond, however late a worker heard of them.
  if (!tempo.is_free())
    counters_.active.set(static_cast<std::uint64_t>(tempo.running_at(static_cast<double>(now_ns))));
  counters_.active.run(now_ns);
  laps_.begin(now_ns);
  set_state(WorkerState::kRunning);
  return command != Control::kStop;
}

// What only changes with a stall is written only then.
void Worker::count_pace(const Tempo& tempo, double schedule) noexcept {
  const Backlog& backlog = pacer_.backlog();
  counters_.late_packets.set(pacer_.late_packets());
  if (backlog.stalls() == 0 || tempo.is_free()) return;
  counters_.behind_ns.set(static_cast<std::uint64_t>(backlog.behind_ns(schedule, tempo.speed)));
  counters_.skipped_ns.set(static_cast<std::uint64_t>(backlog.skipped_ns()));
  counters_.caught_up_ns.set(static_cast<std::uint64_t>(backlog.caught_up_ns(schedule, tempo.speed)));
  counters_.stalls.set(backlog.stalls());
}

void Worker::count(const SubmitResult& result) noexcept {
  if (result.sent > 0 && counters_.packets.get() == 0)
    counters_.first_packet_ns.set(clock_ns(CLOCK_REALTIME));
  counters_.packets.add(result.sent);
  counters_.bytes.add(supply_->settle(result.sent));
  counters_.syscalls.set(engine_->calls().calls());
  if (result.status == SubmitResult::Status::kOk) return;
  if (result.status == SubmitResult::Status::kBusy) counters_.busy.add(1);
  if (result.error != 0) counters_.count_error(result.error, std::max(result.rejected, 1U));
}

}  // namespace pktgen
