#include "gso_ring.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#include "gso.h"
#include "kernel_constants.h"
#include "slot_ring.h"
#include "transmit_ring.h"

namespace pktgen {
namespace {

constexpr std::size_t kMostSmallFrames = 4096;
constexpr std::size_t kFewestSlots = 8;
constexpr std::size_t kMostRingBytes = std::size_t{1024} * 1024;

// The worker makes whole small frames in a memory of their own, from where their payloads go into the large
// packets of the ring. When all frames are the same, each packet is written once, and nothing per frame.
class GsoRing final : public Engine {
 public:
  explicit GsoRing(const EnginePlan& plan)
      : streams_(plan_gso(*plan.program)),
        segments_(static_cast<std::uint32_t>(plan.options.number("gso"))),
        is_static_(streams_.size() == 1 && plan.program->streams.front().is_static()),
        ring_(plan, {.data_bytes = kPrefixBytes + longest_packet_bytes(),
                     .wanted = ring_slots(static_cast<std::size_t>(plan.options.number("ringFrames"))),
                     .repeats_after = 0,
                     .has_prefix = true}),
        held_(ring_.size()),
        places_(ring_places(std::min<std::size_t>(plan.batch, kMostSmallFrames), 1, plan.repeats_after,
                            kMostSmallFrames)),
        known_(places_.size()),
        memory_(memory_of(places_, plan.longest_frame_bytes)) {}

  // Of several streams each frame may need a packet of its own.
  std::span<Slot* const> slots(std::uint32_t wanted) noexcept override {
    const std::size_t run = streams_.size() == 1 ? streams_.front().most_segments(segments_) : 1;
    const std::size_t most = std::min<std::size_t>(wanted, places_.size());
    const std::size_t free = ring_.free_slots((most + run - 1) / run);
    return places_.from(next_, std::min(most, free * run));
  }
  [[nodiscard]] std::uint32_t capacity() const noexcept override {
    return static_cast<std::uint32_t>(ring_.size()) * segments_;
  }

  SubmitResult submit(std::uint32_t count) noexcept override {
    while (count > 0) {
      const std::uint32_t run = write_packet(count);
      ring_.queue(run);
      next_ = places_.wrap(next_ + run);
      count -= run;
    }
    return ring_.kick(calls());
  }
  void drain(std::uint64_t deadline_ns) noexcept override { ring_.drain(deadline_ns); }

 private:
  // What lies in a slot of the ring.
  struct Held {
    std::uint32_t stream = 0;
    std::uint32_t segments = 0;
  };
  // Of which stream a place's content is.
  struct Known {
    std::uint32_t content = 0;
    std::uint32_t stream = 0;
  };

  [[nodiscard]] std::size_t longest_packet_bytes() const noexcept {
    std::size_t longest = 0;
    for (const GsoStream& stream : streams_) {
      const std::uint32_t payloads = stream.most_segments(segments_) * stream.payload_bytes;
      longest = std::max<std::size_t>(longest, stream.layout.payload + payloads);
    }
    return longest;
  }

  // Fewer of long packets: 8 of them are enough to keep the kernel busy.
  [[nodiscard]] std::size_t ring_slots(std::size_t asked) const noexcept {
    return std::min(asked, std::max(kFewestSlots, kMostRingBytes / std::bit_ceil(longest_packet_bytes())));
  }

  // Puts up to `most` of the next frames into the next slot of the ring. Returns how many.
  std::uint32_t write_packet(std::uint32_t most) noexcept {
    const std::uint32_t number = stream_at(next_);
    const GsoStream& stream = streams_[number];
    const std::uint32_t run = run_of(number, std::min(most, stream.most_segments(segments_)));
    Held& held = held_[ring_.next()];
    const bool is_there = held.segments == run && held.stream == number;
    if (is_there && is_static_) return run;
    if (run == 1) {
      write_frame(stream.frame_bytes());
    } else {
      if (!is_there) write_headers(stream, run);
      write_payloads(stream, run);
    }
    held = {.stream = number, .segments = run};
    return run;
  }

  [[nodiscard]] std::uint32_t run_of(std::uint32_t stream, std::uint32_t most) noexcept {
    if (streams_.size() == 1) return most;
    std::uint32_t run = 1;
    while (run < most && stream_at(next_ + run) == stream) ++run;
    return run;
  }

  // Of a place; positions may go over the end of the places once.
  [[nodiscard]] std::uint32_t stream_at(std::size_t position) noexcept {
    if (streams_.size() == 1) return 0;
    const Slot& place = places_[position];
    Known& known = known_[places_.wrap(position)];
    if (known.content != place.content) {
      const auto owner = std::ranges::find_if(
          streams_, [&](const GsoStream& stream) { return stream.owns(place.data, place.frame_bytes); });
      known = {.content = place.content, .stream = static_cast<std::uint32_t>(owner - streams_.begin())};
    }
    return known.stream;
  }

  void write_headers(const GsoStream& stream, std::uint32_t run) noexcept {
    stream.write_headers(ring_.data(ring_.next()), run);
    ring_.set_length(ring_.next(), static_cast<std::uint32_t>(kPrefixBytes) + stream.layout.payload +
                                       run * stream.payload_bytes);
  }

  void write_payloads(const GsoStream& stream, std::uint32_t run) noexcept {
    std::uint8_t* to = ring_.data(ring_.next()) + kPrefixBytes + stream.layout.payload;
    for (std::uint32_t i = 0; i < run; ++i, to += stream.payload_bytes) {
      std::memcpy(to, places_[next_ + i].data + stream.layout.payload, stream.payload_bytes);
    }
  }

  // One frame alone goes as it is.
  void write_frame(std::uint32_t frame_bytes) noexcept {
    const kernel::VirtioNetHeader prefix{.hdr_len = static_cast<std::uint16_t>(frame_bytes)};
    std::uint8_t* data = ring_.data(ring_.next());
    std::memcpy(data, &prefix, sizeof(prefix));
    std::memcpy(data + kPrefixBytes, places_[next_].data, frame_bytes);
    ring_.set_length(ring_.next(), static_cast<std::uint32_t>(kPrefixBytes) + frame_bytes);
  }

  std::vector<GsoStream> streams_;
  std::uint32_t segments_;
  bool is_static_;  // all frames are the same
  TransmitRing ring_;
  std::vector<Held> held_;  // by slot of the ring
  SlotRing places_;
  std::vector<Known> known_;  // by place
  std::vector<std::uint8_t> memory_;
  std::size_t next_ = 0;  // the place of the next frame
};

}  // namespace

std::unique_ptr<Engine> open_gso_ring(const EnginePlan& plan) { return std::make_unique<GsoRing>(plan); }

}  // namespace pktgen
