// Frames for a person to look at, made by the same code that makes them for the wire.
#pragma once

#include <napi.h>

namespace pktgen {

// renderFrames(program, worker, workers, frames): the first frames of that worker, as {stream, frame}[].
Napi::Value render_frames(const Napi::CallbackInfo& info);

}  // namespace pktgen
