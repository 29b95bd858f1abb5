// How patiently a worker tries again when nothing moves.
#pragma once

#include <cstdint>

#include "asleep.h"
#include "clock.h"

namespace pktgen {

// At first at once: the softirq that frees the ring usually runs on this very CPU, when the call returns. A
// device that stays stuck costs one call every 50 µs, not a core.
class Patience {
 public:
  void progress() noexcept { attempts_ = 0; }
  void wait(Asleep& asleep) noexcept {
    if (++attempts_ <= kImmediateAttempts) return;
    asleep.during([] { sleep_ns(kSleepNs); });
  }

 private:
  static constexpr std::uint32_t kImmediateAttempts = 256;
  static constexpr std::int64_t kSleepNs = 50'000;
  std::uint32_t attempts_ = 0;
};

}  // namespace pktgen
