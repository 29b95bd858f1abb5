// CRC-32C over a frame in BPF, a byte at a time like checksum.h.
#include <array>

#include "checksum.h"
#include "live_sums.h"

namespace pktgen {
namespace {

using enum BpfAssembler::Register;

constexpr int kByte = 8;
constexpr std::uint32_t kTableEntries = 256;
constexpr std::int32_t kWrong = 0x5555;

std::array<std::uint32_t, kTableEntries> crc_table() {
  std::array<std::uint32_t, kTableEntries> table{};
  for (std::uint32_t i = 0; i < kTableEntries; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < kByte; ++bit) {
      crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? kCrc32cReflectedPolynomial : 0U);
    }
    table.at(i) = crc;
  }
  return table;
}

}  // namespace

// The verifier goes through every turn of the loop, whose number it knows.
void LiveSums::write_crc(const ChecksumOperation& checksum, std::size_t variant) {
  BpfAssembler& code = context_.code;
  const auto offset = static_cast<std::int32_t>(checksum.offset_bytes);
  const std::uint32_t covered = checksum.ends[variant] - checksum.from;
  code.store_number(4, kFrame, offset, 0);
  code.set(r0, ~std::uint32_t{0});
  if (covered > 0) {
    const std::array table = crc_table();
    code.address(r1, context_.memory.add(std::span<const std::uint32_t>(table)));
    code.copy(r4, kFrame);
    code.alu(BPF_ADD, r4, static_cast<std::int32_t>(checksum.from));
    code.set(r5, covered);
    const BpfAssembler::Label next = code.label();
    code.bind(next);
    code.load(1, r2, r4, 0);
    code.alu(BPF_XOR, r2, r0);
    code.alu(BPF_AND, r2, static_cast<std::int32_t>(kLow8));
    code.alu(BPF_LSH, r2, 2);
    code.copy(r3, r1);
    code.alu(BPF_ADD, r3, r2);
    code.load(4, r3, r3, 0);
    code.alu(BPF_RSH, r0, kByte);
    code.alu(BPF_XOR, r0, r3);
    code.alu(BPF_ADD, r4, 1);
    code.alu(BPF_SUB, r5, 1);
    code.jump_if(BPF_JNE, r5, std::uint64_t{0}, next, r2);
  }
  code.copy_low_half(r1, r0);
  code.set(r2, kLow32 ^ (checksum.bad ? static_cast<std::uint64_t>(kWrong) : 0));
  code.alu(BPF_XOR, r1, r2);
  // The lowest byte goes out first (RFC 9260 appendix A), which is as it lies there; what is added elsewhere
  // is the number that a receiver reads.
  code.store(4, kFrame, offset, r1);
  code.swap_to_network(r1, 32);
}

}  // namespace pktgen
