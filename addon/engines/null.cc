// The null engine: takes every frame and hands it to nobody. What is left is the cost of the generator
// itself.
#include <algorithm>
#include <vector>

#include "../engine.h"
#include "../slot_ring.h"

namespace pktgen {
namespace {

class NullEngine final : public Engine {
 public:
  // As many places as other engines have, so that the frames are as warm in the caches as theirs.
  explicit NullEngine(const EnginePlan& plan)
      : slots_(ring_places(std::max<std::size_t>(kUsualPlaces, plan.batch), 1, plan.repeats_after,
                           std::max<std::size_t>(kMostPlaces, plan.batch))),
        memory_(memory_of(slots_, plan.longest_frame_bytes)) {}

  std::span<Slot* const> slots(std::uint32_t wanted) noexcept override {
    return slots_.from(next_, std::min<std::size_t>(wanted, slots_.size()));
  }
  [[nodiscard]] std::uint32_t capacity() const noexcept override {
    return static_cast<std::uint32_t>(slots_.size());
  }
  SubmitResult submit(std::uint32_t count) noexcept override {
    next_ = slots_.wrap(next_ + count);
    return {.sent = count};
  }
  void drain(std::uint64_t /*deadline_ns*/) noexcept override {}

 private:
  SlotRing slots_;
  std::vector<std::uint8_t> memory_;
  std::size_t next_ = 0;
};

EngineInfo info{
    .name = "null",
    .summary = "makes frames and sends nothing: measures pktgen itself; needs no device",
    .needs_device = false,
    .options = {},
    .probe = [](const Occasion&) -> Fit { return {}; },
    .open = [](const EnginePlan& plan) -> std::unique_ptr<Engine> {
      return std::make_unique<NullEngine>(plan);
    },
};
const EngineRegistration registration(info);

}  // namespace
}  // namespace pktgen
