// What has been sent of each stream.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>
#include <vector>

#include "frame_source.h"
#include "supply.h"

namespace pktgen {

// Remembers the labels of frames on their way: the kernel takes them in the order in which they were queued.
class Ledger {
 public:
  Ledger(const FrameSource& frames, std::uint32_t capacity, std::uint32_t batch, StreamCounterList& streams)
      : streams_(streams),
        fresh_(batch),
        labels_(std::bit_ceil(std::size_t{capacity} + batch)),
        uniform_bytes_(frames.is_uniform() ? frames.program().longest_frame_bytes() + kFcsBytes : 0) {}

  // Room for the labels of the next batch; nullptr when all frames count alike.
  [[nodiscard]] FrameLabel* next() noexcept { return uniform_bytes_ != 0 ? nullptr : fresh_.data(); }

  void queue(std::uint32_t count) noexcept {
    if (uniform_bytes_ != 0) return;
    const std::size_t at = queued_ & mask();
    const std::size_t before_end = std::min<std::size_t>(count, labels_.size() - at);
    std::copy_n(fresh_.data(), before_end, labels_.data() + at);
    std::copy_n(fresh_.data() + before_end, count - before_end, labels_.data());
    queued_ += count;
  }

  // Counts the oldest `count` frames as sent and returns their bytes, FCS included.
  std::uint64_t settle(std::uint32_t count) noexcept {
    if (uniform_bytes_ != 0) return count_all(count);
    std::uint64_t bytes = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      const FrameLabel& label = labels_[settled_++ & mask()];
      const std::uint64_t size_bytes = label.frame_bytes + kFcsBytes;
      streams_[label.stream].packets.add(1);
      streams_[label.stream].bytes.add(size_bytes);
      bytes += size_bytes;
    }
    return bytes;
  }

 private:
  std::uint64_t count_all(std::uint32_t count) noexcept {
    const std::uint64_t bytes = uniform_bytes_ * count;
    streams_.front().packets.add(count);
    streams_.front().bytes.add(bytes);
    return bytes;
  }
  [[nodiscard]] std::size_t mask() const noexcept { return labels_.size() - 1; }

  StreamCounterList& streams_;
  std::vector<FrameLabel> fresh_;
  std::vector<FrameLabel> labels_;
  std::uint64_t uniform_bytes_;  // of every frame, FCS included; 0 when they differ
  std::uint64_t queued_ = 0;
  std::uint64_t settled_ = 0;
};

}  // namespace pktgen
