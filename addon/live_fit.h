// Whether live frames can be sent: by this process, on this kernel, to that device, of that length.
#pragma once

#include "engine.h"

namespace pktgen {

// Changes nothing. Asks the kernel by running an empty program once, and by loading that of the frames.
Fit probe_live(const Occasion& occasion);

// Throws Error with the refusal where there is one.
void require_live(const EnginePlan& plan);

}  // namespace pktgen
