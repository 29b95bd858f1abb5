// How long a thread was ready to run while others had the CPU, by the scheduler's own account: the second
// number of /proc/PID/task/TID/schedstat, in ns. Sources: Documentation/scheduler/sched-stats.rst,
// kernel/sched/stats.h (sched_info_arrive).
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "unique_fd.h"

namespace pktgen {

class RunDelay {
 public:
  // Of the calling thread from now on. Without /proc, or where the kernel keeps no such account
  // (CONFIG_SCHED_INFO), there is nothing to read then.
  void open() noexcept;

  // Nothing when it is not open or the thread has ended. Any thread; a few microseconds.
  [[nodiscard]] std::optional<std::uint64_t> read_ns() const noexcept;

 private:
  UniqueFd file_;
  std::atomic<int> fd_{-1};  // of the file, once others may read it
};

}  // namespace pktgen
