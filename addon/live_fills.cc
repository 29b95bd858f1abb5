// Random bytes in BPF: patch.cc's fill_random().
#include "checksum.h"
#include "live_fields.h"
#include "live_numbers.h"
#include "random.h"

namespace pktgen {
namespace {

using enum BpfAssembler::Register;

constexpr std::uint32_t kWordBytes = 8;
constexpr int kHalf = 32;
// Of the state while bytes are filled: r5 counts, r4 points, r1 becomes the random number, r0 adds up. The
// seed of the next number waits on the stack.

class Filling {
 public:
  Filling(const LiveContext& context, const FillOperation& filling, std::int32_t state_slot)
      : code_(context.code), filling_(filling), state_slot_(state_slot) {}

  // The frame's own seed, from its number, which is in the slot.
  void begin() {
    code_.load(8, r1, r10, state_slot_);
    emit_mix64(code_, filling_.seed);
    code_.store(8, r10, state_slot_, r1);
    code_.set(r0, 0);
    code_.copy(r4, kFrame);
    code_.alu(BPF_ADD, r4, static_cast<std::int32_t>(filling_.from));
  }

  // r1 = the next random number. Overwrites r2.
  void draw() {
    code_.load(8, r1, r10, state_slot_);
    code_.copy(r3, r1);
    code_.alu(BPF_ADD, r3, kGolden, r2);
    code_.store(8, r10, state_slot_, r3);
    emit_mix64(code_, 0);
  }

  // Adds the number in r1 to the sum. Overwrites r2.
  void add() {
    if (filling_.adds.empty()) return;
    code_.copy(r2, r1);
    code_.alu(BPF_RSH, r2, kHalf);
    code_.alu(BPF_ADD, r0, r2);
    code_.copy_low_half(r2, r1);
    code_.alu(BPF_ADD, r0, r2);
  }

  // Writes r1 as 8 bytes.
  void put() {
    code_.swap_to_network(r1, 64);
    code_.store(kWordBytes, r4, 0, r1);
    code_.alu(BPF_ADD, r4, static_cast<std::int32_t>(kWordBytes));
  }

  // Writes the first `bytes` of the number in r1, which has been swapped.
  void put_part(std::uint32_t bytes) {
    code_.store(bytes, r4, 0, r1);
    code_.alu(BPF_RSH, r1, static_cast<std::int32_t>(bytes * 8));
    code_.alu(BPF_ADD, r4, static_cast<std::int32_t>(bytes));
  }

  void finish(LiveSums& sums) {
    code_.copy(r1, r0);
    sums.add(filling_.adds, 64);
  }

 private:
  BpfAssembler& code_;
  const FillOperation& filling_;
  std::int32_t state_slot_;
};

// Ends the program unless so many bytes from r4 on lie within the frame: the verifier does not know its
// length. Overwrites r2 and r3.
void require(const LiveContext& context, std::uint32_t bytes) {
  BpfAssembler& code = context.code;
  code.copy(r2, r4);
  code.alu(BPF_ADD, r2, static_cast<std::int32_t>(bytes));
  code.load(4, r3, kContext, static_cast<std::int32_t>(offsetof(xdp_md, data_end)));
  code.jump_if(BPF_JGT, r2, r3, context.impossible);
}

// The last bytes, whose number is in r5: 1 to 7.
void emit_rest(const LiveContext& context, Filling& fill) {
  BpfAssembler& code = context.code;
  fill.draw();
  code.set(r2, 64);
  code.copy(r3, r5);
  code.alu(BPF_LSH, r3, 3);
  code.alu(BPF_SUB, r2, r3);
  code.set(r3, ~0ULL);
  code.alu(BPF_LSH, r3, r2);
  code.alu(BPF_AND, r1, r3);
  fill.add();
  code.swap_to_network(r1, 64);
  for (const std::uint32_t part : {4U, 2U, 1U}) {
    const BpfAssembler::Label without = code.label();
    code.copy(r2, r5);
    code.alu(BPF_AND, r2, static_cast<std::int32_t>(part));
    code.jump_if(BPF_JEQ, r2, std::uint64_t{0}, without, r3);
    require(context, part);
    fill.put_part(part);
    code.bind(without);
  }
}

}  // namespace

void emit_fill(const LiveContext& context, const FillOperation& filling, std::uint32_t end,
               std::int32_t number_slot, LiveSums& sums) {
  if (end <= filling.from) return;
  BpfAssembler& code = context.code;
  Filling fill(context, filling, number_slot);
  fill.begin();
  const std::uint32_t words = (end - filling.from) / kWordBytes;
  if (words > 0) {
    code.set(r5, words);
    const BpfAssembler::Label next = code.label();
    code.bind(next);
    fill.draw();
    fill.add();
    fill.put();
    code.alu(BPF_SUB, r5, 1);
    code.jump_if(BPF_JNE, r5, std::uint64_t{0}, next, r2);
  }
  const std::uint32_t rest = (end - filling.from) % kWordBytes;
  if (rest > 0) {
    fill.draw();
    code.alu(BPF_AND, r1, ~0ULL << (64 - rest * 8), r2);
    fill.add();
    code.swap_to_network(r1, 64);
    for (const std::uint32_t part : {4U, 2U, 1U}) {
      if ((rest & part) != 0) fill.put_part(part);
    }
  }
  fill.finish(sums);
}

void emit_fill_to_end(const LiveContext& context, const FillOperation& filling, std::uint32_t longest,
                      std::int32_t number_slot, LiveSums& sums) {
  BpfAssembler& code = context.code;
  Filling fill(context, filling, number_slot);
  const BpfAssembler::Label none = code.label();
  const BpfAssembler::Label next = code.label();
  const BpfAssembler::Label rest = code.label();
  const BpfAssembler::Label done = code.label();
  code.jump_if(BPF_JGT, r5, std::uint64_t{longest}, context.impossible, r3);
  code.jump_if(BPF_JLE, r5, std::uint64_t{filling.from}, none, r3);
  code.alu(BPF_SUB, r5, static_cast<std::int32_t>(filling.from));
  fill.begin();
  code.bind(next);
  code.jump_if(BPF_JLT, r5, std::uint64_t{kWordBytes}, rest, r3);
  fill.draw();
  fill.add();
  require(context, kWordBytes);
  fill.put();
  code.alu(BPF_SUB, r5, static_cast<std::int32_t>(kWordBytes));
  code.jump(next);
  code.bind(rest);
  code.jump_if(BPF_JEQ, r5, std::uint64_t{0}, done, r3);
  emit_rest(context, fill);
  code.bind(done);
  fill.finish(sums);
  code.bind(none);
}

}  // namespace pktgen
