// The counter block of a worker: written by that worker alone, read by anybody at any time.
//
// A single writer needs no read-modify-write instruction: a relaxed load and a relaxed store compile to plain
// moves, where a LOCK-prefixed add would cost about 20 cycles a batch. The block fills whole cache lines, so
// that a reader never slows a neighbouring worker.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "cache_line.h"

namespace pktgen {

class Counter {
 public:
  void add(std::uint64_t amount) noexcept { set(get() + amount); }
  void set(std::uint64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

  // A value that vouches for all that was written before it: whoever reads it with get_published() sees that,
  // too.
  void publish(std::uint64_t value) noexcept { value_.store(value, std::memory_order_release); }
  [[nodiscard]] std::uint64_t get_published() const noexcept {
    return value_.load(std::memory_order_acquire);
  }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// How long a worker has been active: pauses do not count. One word, so that no reader ever sees half a
// change. While it runs: the moment at which it would have started had it never paused. While it does not:
// how long it ran. The lowest bit tells which.
class Stopwatch {
 public:
  void run(std::uint64_t now_ns) noexcept { word_.set((now_ns - elapsed_ns(now_ns)) << 1U); }
  void hold(std::uint64_t now_ns) noexcept { word_.set(elapsed_ns(now_ns) << 1U | kHeld); }
  [[nodiscard]] std::uint64_t elapsed_ns(std::uint64_t now_ns) const noexcept {
    const std::uint64_t word = word_.get();
    const std::uint64_t since_ns = word >> 1U;
    if ((word & kHeld) != 0) return since_ns;
    return now_ns > since_ns ? now_ns - since_ns
                             : 0;  // a reader's clock may have been read just before the start
  }

  // Stands still at that time.
  void set(std::uint64_t elapsed) noexcept { word_.set(elapsed << 1U | kHeld); }

  Stopwatch() noexcept { word_.set(kHeld); }

 private:
  static constexpr std::uint64_t kHeld = 1;
  Counter word_;
};

enum class WorkerState : std::uint64_t { kReady, kRunning, kPaused, kDone };
enum class EndReason : std::uint64_t { kNone, kCount, kDuration, kStopped, kError };

inline constexpr std::size_t kErrorKinds = 8;

struct alignas(kCacheLineBytes) Counters {
  Counter packets;          // frames that the kernel took
  Counter bytes;            // their frame sizes added up, FCS included
  Counter syscalls;         // system calls made to send
  Counter busy;             // attempts that met back-pressure, with a call or without
  Stopwatch active;         // CLOCK_MONOTONIC from the loop's begin to its end
  Counter first_packet_ns;  // CLOCK_REALTIME when the first frame was taken; 0 before
  Counter cpu_ns;           // thread CPU time at the end; read from the thread's clock before
  Counter state;            // WorkerState
  Counter end_reason;       // EndReason
  Counter end_errno;        // with EndReason::kError
  // Of a paced run; what is behind schedule, given up or made up is real time.
  Counter late_packets;  // handed over more than Backlog::kToleranceNs late
  Counter behind_ns;     // at the last frame
  Counter skipped_ns;    // given up: the schedule was moved by so much
  Counter caught_up_ns;
  Counter stalls;  // how often it was behind by more than the tolerance
  Counter waits;   // how often the worker waited for a frame to be due
  // Where the time went (laps.h): the rest of it is work.
  Stopwatch idle;           // nothing was due
  Counter room_ns;          // tried in vain, or waited, because no room was left
  Counter sampled_ns;       // work that was measured in parts
  Counter sampled_call_ns;  // of it, within system calls
  Counter sampled_calls;    // how many they were
  Counter empty_call_ns;    // what a system call that does nothing costs on this CPU
  Counter off_cpu_ns;       // at the end: Worker::off_cpu_ns() before
  Stopwatch asleep;         // asleep.h
  struct ErrorKind {
    Counter number;  // errno; 0 = free
    Counter count;   // how often
  };
  std::array<ErrorKind, kErrorKinds> errors;

  // Counts an errno. When all kinds are in use the last one collects the rest.
  void count_error(int error, std::uint64_t times) noexcept {
    const auto number = static_cast<std::uint64_t>(error);
    for (ErrorKind& kind : errors) {
      const std::uint64_t known = kind.number.get();
      if (known != number && known != 0 && &kind != &errors.back()) continue;
      kind.count.add(times);
      if (known == 0) kind.number.set(number);
      return;
    }
  }
};

}  // namespace pktgen
