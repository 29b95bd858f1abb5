#include "supply.h"

#include <utility>

#include "ledger.h"

namespace pktgen {
namespace {

class Slots final : public Supply {
 public:
  Slots(Engine& engine, FrameSource frames, std::uint32_t batch)
      : Supply(frames.program().streams.size()),
        engine_(engine),
        frames_(std::move(frames)),
        ledger_(frames_, engine.capacity(), batch, streams_) {}

  std::uint32_t make_ready(std::uint32_t wanted, const std::uint32_t* lanes) noexcept override {
    const std::uint32_t ready = frames_.fill(engine_.slots(wanted), ledger_.next(), lanes);
    ledger_.queue(ready);
    return ready;
  }
  void restart() noexcept override { frames_.restart(); }
  [[nodiscard]] bool keeps_unsent() const noexcept override { return true; }
  [[nodiscard]] bool is_finished() const noexcept override { return frames_.done(); }
  std::uint64_t settle(std::uint32_t count) noexcept override { return ledger_.settle(count); }

 private:
  Engine& engine_;
  FrameSource frames_;
  Ledger ledger_;
};

class ByEngine final : public Supply {
 public:
  ByEngine(Engine& engine, std::size_t streams) : Supply(streams), engine_(engine) {}

  std::uint32_t make_ready(std::uint32_t wanted, const std::uint32_t* /*lanes*/) noexcept override {
    return engine_.is_finished() ? 0 : wanted;
  }
  void restart() noexcept override { engine_.restart(); }
  [[nodiscard]] bool keeps_unsent() const noexcept override { return false; }
  [[nodiscard]] bool is_finished() const noexcept override { return engine_.is_finished(); }

  std::uint64_t settle(std::uint32_t /*count*/) noexcept override {
    const std::span<const StreamTotal> totals = engine_.totals();
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < totals.size(); ++i) {
      bytes += totals[i].bytes - streams_[i].bytes.get();
      streams_[i].packets.set(totals[i].packets);
      streams_[i].bytes.set(totals[i].bytes);
    }
    return bytes;
  }

 private:
  Engine& engine_;
};

}  // namespace

std::unique_ptr<Supply> supply_slots(Engine& engine, FrameSource frames, std::uint32_t batch) {
  return std::make_unique<Slots>(engine, std::move(frames), batch);
}

std::unique_ptr<Supply> supply_by_engine(Engine& engine, std::size_t streams) {
  return std::make_unique<ByEngine>(engine, streams);
}

}  // namespace pktgen
