#include "bpf_assembler.h"

#include <algorithm>

namespace pktgen {
namespace {

constexpr std::uint8_t kRegisterBits = 0xf;
constexpr std::uint8_t kJump = BPF_JMP | BPF_JA;
constexpr std::uint8_t kFarJump = BPF_JMP32 | BPF_JA;  // Linux 6.6

std::uint32_t size_code(std::uint32_t bytes) noexcept {
  switch (bytes) {
    case 1:
      return BPF_B;
    case 2:
      return BPF_H;
    case 4:
      return BPF_W;
    default:
      return BPF_DW;
  }
}

}  // namespace

void BpfAssembler::emit(std::uint32_t code, Register to, Register from, std::int32_t offset,
                        std::int32_t value) {
  code_.push_back({.code = static_cast<std::uint8_t>(code),
                   .dst_reg = static_cast<std::uint8_t>(to & kRegisterBits),
                   .src_reg = static_cast<std::uint8_t>(from & kRegisterBits),
                   .off = static_cast<std::int16_t>(offset),
                   .imm = value});
}

void BpfAssembler::set(Register to, std::uint64_t value) {
  if (is_short(value)) {
    emit(BPF_ALU64 | BPF_MOV | BPF_K, to, r0, 0, static_cast<std::int32_t>(value));
  } else if (value >> 32U == 0) {
    emit(BPF_ALU | BPF_MOV | BPF_K, to, r0, 0, static_cast<std::int32_t>(value));
  } else {
    emit(BPF_LD | BPF_IMM | BPF_DW, to, r0, 0, static_cast<std::int32_t>(value));
    emit(0, r0, r0, 0, static_cast<std::int32_t>(value >> 32U));
  }
}

void BpfAssembler::alu(std::uint8_t operation, Register to, std::uint64_t by, Register scratch) {
  if (is_short(by)) {
    alu(operation, to, static_cast<std::int32_t>(by));
    return;
  }
  set(scratch, by);
  alu(operation, to, scratch);
}

void BpfAssembler::load(std::uint32_t bytes, Register to, Register base, std::int32_t offset) {
  emit(BPF_LDX | BPF_MEM | size_code(bytes), to, base, offset);
}

void BpfAssembler::store(std::uint32_t bytes, Register base, std::int32_t offset, Register from) {
  emit(BPF_STX | BPF_MEM | size_code(bytes), base, from, offset);
}

void BpfAssembler::store_number(std::uint32_t bytes, Register base, std::int32_t offset, std::int32_t value) {
  emit(BPF_ST | BPF_MEM | size_code(bytes), base, r0, offset, value);
}

void BpfAssembler::address(Register to, std::uint32_t offset_bytes) {
  references_.push_back({.at = code_.size(), .map = Map::kMemory});
  emit(BPF_LD | BPF_IMM | BPF_DW, to, static_cast<Register>(BPF_PSEUDO_MAP_VALUE));
  emit(0, r0, r0, 0, static_cast<std::int32_t>(offset_bytes));
}

void BpfAssembler::reference(Register to, Map map) {
  references_.push_back({.at = code_.size(), .map = map});
  emit(BPF_LD | BPF_IMM | BPF_DW, to, static_cast<Register>(BPF_PSEUDO_MAP_FD));
  emit(0, r0, r0);
}

BpfAssembler::Label BpfAssembler::label() {
  places_.push_back(-1);
  wanted_.push_back(false);
  return static_cast<Label>(places_.size() - 1);
}

void BpfAssembler::note_jump(Label to) {
  jumps_.push_back({.at = code_.size(), .to = to});
  wanted_[to] = true;
}

void BpfAssembler::jump(Label to) {
  note_jump(to);
  emit(BPF_JMP | BPF_JA, r0, r0);
}

void BpfAssembler::jump_if(std::uint8_t condition, Register left, Register right, Label to) {
  note_jump(to);
  emit(static_cast<std::uint32_t>(BPF_JMP) | condition | BPF_X, left, right);
}

void BpfAssembler::jump_if(std::uint8_t condition, Register left, std::uint64_t right, Label to,
                           Register scratch) {
  if (!is_short(right)) {
    set(scratch, right);
    jump_if(condition, left, scratch, to);
    return;
  }
  note_jump(to);
  emit(static_cast<std::uint32_t>(BPF_JMP) | condition | BPF_K, left, r0, 0,
       static_cast<std::int32_t>(right));
}

bool BpfAssembler::link() {
  return std::ranges::all_of(jumps_, [&](const Jump& jump) {
    const std::int64_t distance = places_[jump.to] - static_cast<std::int64_t>(jump.at) - 1;
    bpf_insn& instruction = code_[jump.at];
    if (distance == static_cast<std::int16_t>(distance)) {
      instruction.off = static_cast<std::int16_t>(distance);
      return true;
    }
    if (instruction.code != kJump) return false;
    instruction.code = kFarJump;
    instruction.imm = static_cast<std::int32_t>(distance);
    return true;
  });
}

std::vector<bpf_insn> BpfAssembler::code(int memory_fd, int devices_fd) const {
  std::vector<bpf_insn> code = code_;
  for (const Reference& reference : references_) {
    code[reference.at].imm = reference.map == Map::kMemory ? memory_fd : devices_fd;
  }
  return code;
}

}  // namespace pktgen
