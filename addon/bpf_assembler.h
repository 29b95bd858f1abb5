// Writes BPF instructions one after the other: registers, labels, memory of maps.
//
// Source: Documentation/bpf/standardization/instruction-set.rst. Numbers are 64 bits wide unless a method
// says otherwise. Places in maps and jumps are filled in at the end, when the maps and the labels are known.
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <span>
#include <vector>

namespace pktgen {

class BpfAssembler {
 public:
  // r0 to r5 do not survive a call, r6 to r9 do; r10 is the end of the stack of 512 bytes.
  enum Register : std::uint8_t { r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10 };
  enum class Map : std::uint8_t { kMemory, kDevices };
  using Label = std::uint32_t;

  // Whether an instruction can hold the number: 32 bits, extended by their sign.
  static constexpr bool is_short(std::uint64_t value) noexcept {
    return static_cast<std::uint64_t>(static_cast<std::int32_t>(value)) == value;
  }

  void set(Register to, std::uint64_t value);
  void copy(Register to, Register from) { emit(BPF_ALU64 | BPF_MOV | BPF_X, to, from); }
  void copy_low_half(Register to, Register from) { emit(BPF_ALU | BPF_MOV | BPF_X, to, from); }

  // BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_MOD, BPF_AND, BPF_OR, BPF_XOR, BPF_LSH, BPF_RSH
  void alu(std::uint8_t operation, Register to, Register by) { emit(BPF_ALU64 | operation | BPF_X, to, by); }
  // A long number goes through `scratch`.
  void alu(std::uint8_t operation, Register to, std::uint64_t by, Register scratch);
  void alu(std::uint8_t operation, Register to, std::int32_t by) {
    emit(BPF_ALU64 | operation | BPF_K, to, r0, 0, by);
  }

  // Between the processor's byte order and that of the network; the bits above are cleared.
  void swap_to_network(Register number, std::uint32_t bits) {
    emit(BPF_ALU | BPF_END | BPF_TO_BE, number, r0, 0, static_cast<std::int32_t>(bits));
  }

  // Of 1, 2, 4 or 8 bytes at base + offset.
  void load(std::uint32_t bytes, Register to, Register base, std::int32_t offset);
  void store(std::uint32_t bytes, Register base, std::int32_t offset, Register from);
  void store_number(std::uint32_t bytes, Register base, std::int32_t offset, std::int32_t value);

  // The address of a byte of the map that is our memory; a reference to a map for a helper.
  void address(Register to, std::uint32_t offset_bytes);
  void reference(Register to, Map map);

  void call(std::int32_t helper) { emit(BPF_JMP | BPF_CALL, r0, r0, 0, helper); }
  void exit() { emit(BPF_JMP | BPF_EXIT, r0, r0); }

  [[nodiscard]] Label label();
  void bind(Label label) { places_[label] = static_cast<std::int64_t>(code_.size()); }
  // Whether a jump goes there.
  [[nodiscard]] bool is_wanted(Label label) const { return wanted_[label]; }
  void jump(Label to);
  // BPF_JEQ, BPF_JNE, BPF_JGT, BPF_JGE, BPF_JLT, BPF_JLE: without signs
  void jump_if(std::uint8_t condition, Register left, Register right, Label to);
  void jump_if(std::uint8_t condition, Register left, std::uint64_t right, Label to, Register scratch);

  // Fills in the jumps. Those without a condition may be long, which takes Linux 6.6. False when one with a
  // condition goes farther than 32,767 instructions.
  [[nodiscard]] bool link();
  [[nodiscard]] const std::vector<bpf_insn>& code() const noexcept { return code_; }
  // With the maps of this process.
  [[nodiscard]] std::vector<bpf_insn> code(int memory_fd, int devices_fd) const;

 private:
  struct Reference {
    std::size_t at;
    Map map;
  };
  struct Jump {
    std::size_t at;
    Label to;
  };

  void note_jump(Label to);
  void emit(std::uint32_t code, Register to, Register from, std::int32_t offset = 0, std::int32_t value = 0);

  std::vector<bpf_insn> code_;
  std::vector<std::int64_t> places_;  // of labels; -1 where not known yet
  std::vector<bool> wanted_;          // of labels
  std::vector<Jump> jumps_;
  std::vector<Reference> references_;
};

}  // namespace pktgen
