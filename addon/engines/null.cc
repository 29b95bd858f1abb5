// The null engine: takes every frame and hands it to nobody. What is left is the cost of the generator
// itself.
#include "../engine.h"

namespace pktgen {
namespace {

class NullEngine final : public Engine {
 public:
  std::uint32_t slots(std::uint32_t wanted) noexcept override { return wanted; }
  SubmitResult submit(std::uint32_t count) noexcept override { return {.sent = count}; }
  void drain(std::uint64_t /*deadline_ns*/) noexcept override {}
};

EngineInfo info{
    .name = "null",
    .summary = "sends nothing: measures pktgen itself; needs no device",
    .needs_device = false,
    .options = {},
    .probe = [](const NetworkNamespace&, const Link&) -> std::optional<Refusal> { return std::nullopt; },
    .open = [](const EnginePlan&) -> std::unique_ptr<Engine> { return std::make_unique<NullEngine>(); },
};
const EngineRegistration registration(info);

}  // namespace
}  // namespace pktgen
