// A timetable for a person or a test to look at, by the code that the workers go by.
#pragma once

#include <napi.h>

namespace pktgen {

// dueTimes(program, timetable, worker, workers, count, most) → {lanes: Uint32Array, dueNs: Float64Array}
Napi::Value due_times(const Napi::CallbackInfo& info);

// simulatePacer(program, timetable, worker, workers, batch, moments, speeds) → {released: Uint32Array,
// skippedNs}
Napi::Value simulate_pacer(const Napi::CallbackInfo& info);

}  // namespace pktgen
