#include "live_sums.h"

#include <array>

#include "checksum.h"

namespace pktgen {
namespace {

using enum BpfAssembler::Register;

constexpr std::array kSumRegisters{r8, r9};
constexpr std::uint64_t kWrong = 0x5555;
constexpr int kHalf = 32;
constexpr int kWord = 16;

// r1 = (r1 >> bits) + the bits below. Overwrites r2.
void fold_at(BpfAssembler& code, int bits) {
  code.copy(r2, r1);
  code.alu(BPF_RSH, r2, bits);
  if (bits == kHalf) {
    code.copy_low_half(r1, r1);
  } else {
    code.alu(BPF_AND, r1, static_cast<std::int32_t>(kLow16));
  }
  code.alu(BPF_ADD, r1, r2);
}

}  // namespace

LiveSums::LiveSums(const LiveContext& context, const StreamProgram& stream, LiveStack& stack)
    : context_(context), stream_(stream) {
  for (std::size_t c = 0; c < stream.checksums.size(); ++c) {
    slots_.push_back(c < kSumRegisters.size() ? 0 : stack.allocate());
  }
}

BpfAssembler::Register LiveSums::open(std::size_t number, BpfAssembler::Register scratch) {
  if (slots_[number] == 0) return kSumRegisters.at(number);
  context_.code.load(8, scratch, r10, slots_[number]);
  return scratch;
}

void LiveSums::close(std::size_t number, BpfAssembler::Register from) {
  if (slots_[number] != 0) context_.code.store(8, r10, slots_[number], from);
}

void LiveSums::begin(std::size_t variant) {
  for (std::size_t c = 0; c < slots_.size(); ++c) {
    const std::uint64_t constant = stream_.checksums[c].sums[variant];
    if (slots_[c] == 0) {
      context_.code.set(kSumRegisters.at(c), constant);
    } else {
      context_.code.set(r2, constant);
      close(c, r2);
    }
  }
}

void LiveSums::begin_from_table() {
  for (std::size_t c = 0; c < slots_.size(); ++c) {
    const BpfAssembler::Register sum = slots_[c] == 0 ? kSumRegisters.at(c) : r2;
    context_.code.load(4, sum, r3, static_cast<std::int32_t>(c * sizeof(std::uint32_t)));
    close(c, sum);
  }
}

// checksum.h's contribution().
void LiveSums::add(const std::vector<Addition>& adds, std::uint32_t bits) {
  BpfAssembler& code = context_.code;
  for (const Addition& addition : adds) {
    code.copy(r2, r1);
    if (bits > kHalf) {
      code.copy_low_half(r2, r1);
      code.copy(r3, r1);
      code.alu(BPF_RSH, r3, kHalf);
      code.alu(BPF_ADD, r2, r3);
    }
    if (addition.rotate > 0) code.alu(BPF_LSH, r2, static_cast<std::int32_t>(addition.rotate));
    const BpfAssembler::Register sum = open(addition.checksum, r3);
    code.alu(BPF_ADD, sum, r2);
    close(addition.checksum, sum);
  }
}

void LiveSums::write(std::size_t number, std::size_t variant) {
  const ChecksumOperation& checksum = stream_.checksums[number];
  if (checksum.algorithm == ChecksumOperation::Algorithm::kCrc32c) {
    write_crc(checksum, variant);
    add(checksum.adds, kHalf);
  } else {
    write_internet(number);
    add(checksum.adds, kWord);
  }
}

void LiveSums::write_internet(std::size_t number) {
  BpfAssembler& code = context_.code;
  const ChecksumOperation& checksum = stream_.checksums[number];
  const BpfAssembler::Register sum = open(number, r1);
  if (sum != r1) code.copy(r1, sum);
  fold_at(code, kHalf);
  for (int i = 0; i < 3; ++i) fold_at(code, kWord);
  code.alu(BPF_XOR, r1, static_cast<std::int32_t>(kLow16));
  if (checksum.zero_is_ones) {
    const BpfAssembler::Label good = code.label();
    code.jump_if(BPF_JNE, r1, std::uint64_t{0}, good, r2);
    code.set(r1, kLow16);
    code.bind(good);
  }
  if (checksum.bad) spoil();
  code.copy(r2, r1);
  code.swap_to_network(r2, kWord);
  code.store(2, kFrame, static_cast<std::int32_t>(checksum.offset_bytes), r2);
}

// patch.cc's spoil() of r1.
void LiveSums::spoil() {
  BpfAssembler& code = context_.code;
  const BpfAssembler::Label other = code.label();
  const BpfAssembler::Label spoilt = code.label();
  code.jump_if(BPF_JNE, r1, kWrong, other, r2);
  code.set(r1, ~kWrong & kLow16);
  code.jump(spoilt);
  code.bind(other);
  code.alu(BPF_XOR, r1, static_cast<std::int32_t>(kWrong));
  code.bind(spoilt);
}

}  // namespace pktgen
