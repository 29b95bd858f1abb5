// Random numbers in BPF: the same as random.h makes.
#pragma once

#include "bpf_assembler.h"

namespace pktgen {

// r1 = mix64(r1 + plus). Overwrites r2.
void emit_mix64(BpfAssembler& code, std::uint64_t plus);

// r1 = random_below(seed, r1, count). Overwrites r0 and r2 to r5.
void emit_random_below(BpfAssembler& code, std::uint64_t seed, std::uint64_t count);

}  // namespace pktgen
