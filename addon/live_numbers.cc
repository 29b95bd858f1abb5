#include "live_numbers.h"

#include <bit>

#include "checksum.h"
#include "random.h"

namespace pktgen {
namespace {

using enum BpfAssembler::Register;

constexpr int kHalf = 32;

// r1 ^= r1 >> bits
void xor_shifted(BpfAssembler& code, std::int32_t bits) {
  code.copy(r2, r1);
  code.alu(BPF_RSH, r2, bits);
  code.alu(BPF_XOR, r1, r2);
}

// r1 = upper half of r1 * count, for a count of at most 32 bits. With bits = h * 2^32 + l: h * count + (l *
// count >> 32) stays below 2^64.
void scale_by_short(BpfAssembler& code, std::uint64_t count) {
  code.copy(r2, r1);
  code.alu(BPF_RSH, r2, kHalf);
  code.copy_low_half(r1, r1);
  code.set(r3, count);
  code.alu(BPF_MUL, r1, r3);
  code.alu(BPF_MUL, r2, r3);
  code.alu(BPF_RSH, r1, kHalf);
  code.alu(BPF_ADD, r1, r2);
  code.alu(BPF_RSH, r1, kHalf);
}

// The same for any count, from four products of 32 bits each.
void scale_by_long(BpfAssembler& code, std::uint64_t count) {
  const std::uint64_t low = count & kLow32;
  const std::uint64_t high = count >> 32U;
  code.copy(r2, r1);
  code.alu(BPF_RSH, r2, kHalf);
  code.copy_low_half(r1, r1);  // number: r2, r1
  code.set(r0, low);
  code.copy(r3, r1);
  code.alu(BPF_MUL, r3, r0);
  code.alu(BPF_RSH, r3, kHalf);
  code.copy(r4, r2);
  code.alu(BPF_MUL, r4, r0);
  code.copy_low_half(r5, r4);
  code.alu(BPF_ADD, r3, r5);
  code.alu(BPF_RSH, r4, kHalf);
  code.set(r0, high);
  code.copy(r5, r1);
  code.alu(BPF_MUL, r5, r0);
  code.alu(BPF_MUL, r2, r0);
  code.copy_low_half(r0, r5);
  code.alu(BPF_ADD, r3, r0);
  code.alu(BPF_RSH, r5, kHalf);
  code.alu(BPF_RSH, r3, kHalf);
  code.alu(BPF_ADD, r2, r4);
  code.alu(BPF_ADD, r2, r5);
  code.alu(BPF_ADD, r2, r3);
  code.copy(r1, r2);
}

}  // namespace

void emit_mix64(BpfAssembler& code, std::uint64_t plus) {
  // NOLINTBEGIN(readability-magic-numbers): the function is these numbers.
  code.alu(BPF_ADD, r1, plus + kGolden, r2);
  xor_shifted(code, 30);
  code.alu(BPF_MUL, r1, 0xbf58476d1ce4e5b9, r2);
  xor_shifted(code, 27);
  code.alu(BPF_MUL, r1, 0x94d049bb133111eb, r2);
  xor_shifted(code, 31);
  // NOLINTEND(readability-magic-numbers)
}

void emit_random_below(BpfAssembler& code, std::uint64_t seed, std::uint64_t count) {
  if (count == 1) {
    code.set(r1, 0);
    return;
  }
  code.alu(BPF_MUL, r1, kGolden, r2);
  emit_mix64(code, seed);
  if (count == 0) return;
  if (std::has_single_bit(count)) {
    code.alu(BPF_RSH, r1, 64 - std::countr_zero(count));
  } else if (count <= kLow32) {
    scale_by_short(code, count);
  } else {
    scale_by_long(code, count);
  }
}

}  // namespace pktgen
