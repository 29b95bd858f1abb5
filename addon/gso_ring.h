// The transmit ring with large packets that the kernel cuts: engine tx-ring with --gso.
#pragma once

#include <memory>

#include "engine.h"

namespace pktgen {

// Throws Error: as plan_gso, and the errno of what the ring needs.
std::unique_ptr<Engine> open_gso_ring(const EnginePlan& plan);

}  // namespace pktgen
