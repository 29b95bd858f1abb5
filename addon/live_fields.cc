#include "live_fields.h"

#include "bytes.h"
#include "checksum.h"

namespace pktgen {
namespace {

using enum BpfAssembler::Register;

constexpr std::uint32_t kHalf = 32;

// r1 &= the lowest bits. Overwrites r3.
void emit_mask(BpfAssembler& code, std::uint32_t bits) {
  if (bits == kHalf) {
    code.copy_low_half(r1, r1);
  } else if (bits < 64) {
    code.alu(BPF_AND, r1, mask_of(bits), r3);
  }
}

void emit_value(const LiveContext& context, const FieldOperation& field, std::uint32_t table_offset) {
  BpfAssembler& code = context.code;
  if (field.values.empty()) {
    if (field.step != 1) code.alu(BPF_MUL, r1, field.step, r3);
    if (field.first != 0) code.alu(BPF_ADD, r1, field.first, r3);
    if (field.take > 0) code.alu(BPF_RSH, r1, static_cast<std::int32_t>(field.take));
    emit_mask(code, field.bits);
    return;
  }
  code.jump_if(BPF_JGE, r1, std::uint64_t{field.values.size()}, context.impossible, r3);
  code.alu(BPF_LSH, r1, 3);
  code.address(r2, table_offset);
  code.alu(BPF_ADD, r2, r1);
  code.load(8, r1, r2, 0);
}

// patch.cc's put() of r1.
void emit_put(BpfAssembler& code, const FieldOperation& field) {
  const std::uint32_t width = field.container_bytes * 8;
  const auto offset = static_cast<std::int32_t>(field.offset_bytes);
  code.copy(r2, r1);
  if (field.bits < width) {
    if (field.shift > 0) code.alu(BPF_LSH, r2, static_cast<std::int32_t>(field.shift));
    code.load(field.container_bytes, r3, kFrame, offset);
    if (width > 8) code.swap_to_network(r3, width);
    code.alu(BPF_AND, r3, ~(mask_of(field.bits) << field.shift), r4);
    code.alu(BPF_OR, r2, r3);
  }
  if (width > 8) code.swap_to_network(r2, width);
  code.store(field.container_bytes, kFrame, offset, r2);
}

}  // namespace

std::uint32_t add_table(LiveMemory& memory, const FieldOperation& field) {
  if (field.values.empty()) return 0;
  std::vector<std::uint64_t> values;
  values.reserve(field.values.size());
  for (const std::uint64_t value : field.values)
    values.push_back((value >> field.take) & mask_of(field.bits));
  return memory.add(std::span<const std::uint64_t>(values));
}

std::uint64_t field_value(const FieldOperation& field, const std::uint8_t* frame) {
  std::uint64_t value = 0;
  for (std::uint32_t i = 0; i < field.container_bytes; ++i)
    value = value << 8U | frame[field.offset_bytes + i];
  return value >> field.shift;
}

void emit_field(const LiveContext& context, const FieldOperation& field, std::uint32_t table_offset,
                LiveSums& sums) {
  BpfAssembler& code = context.code;
  emit_value(context, field, table_offset);
  if (field.relative) {
    code.alu(BPF_ADD, r1, r0);
    emit_mask(code, field.bits);
  }
  emit_put(code, field);
  sums.add(field.adds, field.bits);
}

}  // namespace pktgen
