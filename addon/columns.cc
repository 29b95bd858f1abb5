#include "columns.h"

#include "checksum.h"

// One build of each loop per instruction set, chosen when the addon is loaded. The sanitizers cannot run the
// choice, which happens before they are ready.
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define PKTGEN_PER_PROCESSOR __attribute__((target_clones("avx2", "default")))
#else
#define PKTGEN_PER_PROCESSOR
#endif

namespace pktgen::columns {

PKTGEN_PER_PROCESSOR
void count_up(Column& column, std::size_t frames, std::uint64_t start, std::uint64_t distance) noexcept {
  for (std::size_t i = 0; i < frames; ++i) column[i] = start + i * distance;
}

PKTGEN_PER_PROCESSOR
void fill(Column& column, std::size_t frames, std::uint64_t value) noexcept {
  for (std::size_t i = 0; i < frames; ++i) column[i] = value;
}

PKTGEN_PER_PROCESSOR
void scale(Column& values, const Column& positions, std::size_t frames, std::uint64_t first,
           std::uint64_t step, std::uint32_t take, std::uint64_t mask) noexcept {
  // There is no vector multiplication of 64 bits before AVX-512, and hardly a step but 1.
  if (step == 1 && take == 0) {
    for (std::size_t i = 0; i < frames; ++i) values[i] = (first + positions[i]) & mask;
  } else {
    for (std::size_t i = 0; i < frames; ++i) values[i] = ((first + positions[i] * step) >> take) & mask;
  }
}

PKTGEN_PER_PROCESSOR
void accumulate(Column& sums, const Column& values, std::size_t frames, std::uint32_t rotate) noexcept {
  for (std::size_t i = 0; i < frames; ++i) sums[i] += contribution(values[i], rotate);
}

PKTGEN_PER_PROCESSOR
void complement(Column& values, const Column& sums, std::size_t frames) noexcept {
  for (std::size_t i = 0; i < frames; ++i) values[i] = ~std::uint64_t{fold(sums[i])} & kLow16;
}

}  // namespace pktgen::columns
