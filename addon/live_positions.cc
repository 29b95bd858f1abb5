#include "live_positions.h"

#include <array>

#include "live_numbers.h"

namespace pktgen {
namespace {

using enum BpfAssembler::Register;

// As Patch::Position after so many frames.
std::array<std::uint64_t, 2> state_after(const IndexProgram& index, std::uint64_t frames) {
  std::uint64_t value = frames / index.period;
  if (!index.random && index.count != 0) value %= index.count;
  return {value, frames % index.period};
}

}  // namespace

LivePositions::LivePositions(const LiveContext& context, const StreamProgram& stream, std::uint64_t first)
    : context_(context), stream_(stream), uses_(stream.indexes.size(), 0) {
  for (const FieldOperation& field : stream.fields) ++uses_[field.index];
  if (stream.variant_index >= 0) ++uses_[static_cast<std::size_t>(stream.variant_index)];
  for (const IndexProgram& index : stream.indexes) {
    const std::array<std::uint64_t, 2> state = state_after(index, first);
    states_.push_back(context_.memory.add(std::span<const std::uint64_t>(state)));
  }
}

void LivePositions::get(std::uint32_t index, const LiveAdvance& advance, LiveStack& stack, Taken& taken) {
  BpfAssembler& code = context_.code;
  if (taken.slots[index] != 0) {
    code.load(8, r1, r10, taken.slots[index]);
    return;
  }
  const IndexProgram& program = stream_.indexes[index];
  if (program.count == 1) {
    code.set(r1, 0);
    return;
  }
  code.address(r0, states_[index]);
  code.load(8, r1, r0, 0);
  move(program, advance);
  if (program.random) emit_random_below(code, program.seed, program.count);
  if (uses_[index] < 2) return;
  taken.slots[index] = stack.allocate();
  code.store(8, r10, taken.slots[index], r1);
}

// From the position in r1, whose state r0 points at, to that of the next frame. Keeps r1.
void LivePositions::move(const IndexProgram& index, const LiveAdvance& advance) {
  BpfAssembler& code = context_.code;
  const BpfAssembler::Label held = code.label();
  std::uint64_t most_steps = advance.most;
  // A copy of r1 would do, but the verifier would then know r1 where r4 is about to wrap, and refuse a table
  // that is reached with and without that knowledge (without CAP_PERFMON).
  code.load(8, r4, r0, 0);
  if (index.period == 1) {
    advance.add_to(code, r4, r3);
  } else {
    hold(index, advance, held);
    most_steps = (std::uint64_t{advance.most} + index.period - 1) / index.period;
  }
  if (!index.random && index.count != 0) wrap(index.count, most_steps);
  code.store(8, r0, 0, r4);
  code.bind(held);
  if (index.period > 1) code.store(8, r0, 8, r2);
}

// Adds the periods that are over to r4; jumps where none is. r2: the frames of the present one that are over.
void LivePositions::hold(const IndexProgram& index, const LiveAdvance& advance, BpfAssembler::Label held) {
  BpfAssembler& code = context_.code;
  code.load(8, r2, r0, 8);
  advance.add_to(code, r2, r3);
  code.jump_if(BPF_JLT, r2, std::uint64_t{index.period}, held, r3);
  if (advance.most <= index.period) {
    code.alu(BPF_SUB, r2, std::uint64_t{index.period}, r3);
    code.alu(BPF_ADD, r4, 1);
    return;
  }
  code.set(r5, index.period);
  code.copy(r3, r2);
  code.alu(BPF_DIV, r3, r5);
  code.alu(BPF_ADD, r4, r3);
  code.alu(BPF_MUL, r3, r5);
  code.alu(BPF_SUB, r2, r3);
}

// r4 modulo count. A division is needed only where one visit may lap the range.
void LivePositions::wrap(std::uint64_t count, std::uint64_t most_steps) {
  BpfAssembler& code = context_.code;
  const BpfAssembler::Label within = code.label();
  code.jump_if(BPF_JLT, r4, count, within, r3);
  code.alu(BPF_SUB, r4, count, r3);
  if (most_steps > count) {
    code.jump_if(BPF_JLT, r4, count, within, r3);
    code.alu(BPF_MOD, r4, count, r3);
  }
  code.bind(within);
}

}  // namespace pktgen
