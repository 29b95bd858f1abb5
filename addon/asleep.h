// How long a worker sleeps of its own accord: the one time in which it is neither running nor ready to run.
#pragma once

#include <algorithm>
#include <cstdint>

#include "clock.h"
#include "counters.h"

namespace pktgen {

// Every sleep of a worker goes through this. What remains of its time, it was on the CPU or others were
// (Worker::off_cpu_ns). Two reads of the thread's CPU clock for each sleep: some hundred ns, where a sleep
// itself costs microseconds.
class Asleep {
 public:
  explicit Asleep(Stopwatch& slept) noexcept : slept_(slept) {}

  // Nothing before that moment counts, nor the part of a sleep that lies before it.
  void begin(std::uint64_t now_ns) noexcept { begin_ns_ = now_ns; }

  // Returns the CPU time that falling asleep and waking up took. That a sleeper got the CPU late is sleep,
  // too: nothing of its work had to wait.
  template <typename Sleep>
  std::uint64_t during(const Sleep& sleep) noexcept {
    const std::uint64_t used_before_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    slept_.run(std::max(monotonic_ns(), begin_ns_));
    sleep();
    const std::uint64_t now_ns = monotonic_ns();
    const std::uint64_t used_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - used_before_ns;
    slept_.hold(now_ns - std::min(now_ns, used_ns));
    return used_ns;
  }

 private:
  Stopwatch& slept_;
  std::uint64_t begin_ns_ = 0;
};

}  // namespace pktgen
