#include "live_sizes.h"

#include <algorithm>
#include <vector>

#include "kernel_constants.h"

namespace pktgen {
namespace {

using enum BpfAssembler::Register;

// A size in the program's memory; its sums follow.
struct Record {
  std::uint32_t frame_bytes;
  std::uint32_t head_offset;
  std::uint32_t head_bytes;
};

// xdp_store_bytes takes no empty range. Compared as "below 1" and not as "equal to 0": from the latter, Linux
// 6.1's verifier does not learn that the rest is at least 1.
constexpr std::uint64_t kShortestCopyBytes = 1;

std::vector<std::uint32_t> records_of(const StreamProgram& stream) {
  std::vector<std::uint32_t> records;
  for (std::size_t i = 0; i < stream.variants.size(); ++i) {
    const Variant& variant = stream.variants[i];
    records.insert(records.end(), {variant.frame_bytes, variant.head_offset, variant.head_bytes});
    for (const ChecksumOperation& checksum : stream.checksums) records.push_back(checksum.sums[i]);
  }
  return records;
}

void require_no_crc(const StreamProgram& stream, const std::string& name) {
  for (const ChecksumOperation& checksum : stream.checksums) {
    if (checksum.algorithm != ChecksumOperation::Algorithm::kCrc32c) continue;
    refuse_live(name + ": CRC-32C (SCTP) in frames of more than " + std::to_string(kMostOwnCode) + " sizes");
  }
}

}  // namespace

LiveSizes::LiveSizes(const LiveContext& context, const StreamProgram& stream, LiveStack& stack,
                     const std::string& name)
    : context_(context),
      code_(context.code),
      stream_(stream),
      record_bytes_(sizeof(Record) + stream.checksums.size() * sizeof(std::uint32_t)),
      record_slot_(stack.allocate()),
      records_(context.memory.add(std::span<const std::uint32_t>(records_of(stream)))),
      heads_(context.memory.add(std::span<const std::uint8_t>(stream.bytes))) {
  require_no_crc(stream, name);
  // The verifier takes any offset and any length to be possible together.
  context.memory.reserve(std::ranges::max(stream.variants, {}, &Variant::head_bytes).head_bytes + 8);
}

void LiveSizes::choose() {
  code_.jump_if(BPF_JGE, r1, std::uint64_t{stream_.variants.size()}, context_.impossible, r2);
  code_.alu(BPF_MUL, r1, static_cast<std::int32_t>(record_bytes_));
  code_.address(r2, records_);
  code_.alu(BPF_ADD, r2, r1);
  code_.store(8, r10, record_slot_, r2);
  shorten();
  copy_head();
  copy_body();
}

// r2: the record.
void LiveSizes::shorten() {
  code_.load(4, r2, r2, offsetof(Record, frame_bytes));
  code_.alu(BPF_SUB, r2, static_cast<std::int32_t>(context_.images.base().size()));
  code_.copy(r1, kContext);
  code_.call(BPF_FUNC_xdp_adjust_tail);
}

void LiveSizes::copy_head() {
  const std::uint32_t longest = std::ranges::max(stream_.variants, {}, &Variant::head_bytes).head_bytes;
  if (longest == 0) return;
  const BpfAssembler::Label without = code_.label();
  code_.load(8, r5, r10, record_slot_);
  code_.load(4, r4, r5, offsetof(Record, head_bytes));
  code_.load(4, r5, r5, offsetof(Record, head_offset));
  code_.jump_if(BPF_JLT, r4, kShortestCopyBytes, without, r0);
  code_.jump_if(BPF_JGT, r4, std::uint64_t{longest}, context_.impossible, r0);
  code_.jump_if(BPF_JGT, r5, std::uint64_t{stream_.bytes.size()}, context_.impossible, r0);
  code_.address(r3, heads_);
  code_.alu(BPF_ADD, r3, r5);
  code_.copy(r1, kContext);
  code_.set(r2, 0);
  code_.call(kernel::kFuncXdpStoreBytes);
  code_.bind(without);
}

// What follows the heads, where the pages may hold something else there.
void LiveSizes::copy_body() {
  const std::uint32_t longest = std::ranges::max(stream_.variants, {}, &Variant::frame_bytes).frame_bytes;
  const std::uint32_t head = std::ranges::min(stream_.variants, {}, &Variant::head_bytes).head_bytes;
  if (stream_.body.empty() || head == longest) return;
  if (!context_.images.differs(head, longest)) return;
  if (!stream_.fills.empty() && stream_.fills.front().from <= head && stream_.fills.front().to == 0) return;
  const std::uint32_t body = context_.memory.add(std::span<const std::uint8_t>(stream_.body));
  context_.memory.reserve(stream_.body.size());
  const BpfAssembler::Label without = code_.label();
  code_.load(8, r5, r10, record_slot_);
  code_.load(4, r2, r5, offsetof(Record, head_bytes));
  code_.load(4, r4, r5, offsetof(Record, frame_bytes));
  code_.jump_if(BPF_JGT, r2, std::uint64_t{stream_.body.size()}, context_.impossible, r0);
  code_.jump_if(BPF_JLE, r4, r2, without);
  code_.alu(BPF_SUB, r4, r2);
  code_.jump_if(BPF_JLT, r4, kShortestCopyBytes, without, r0);
  code_.jump_if(BPF_JGT, r4, std::uint64_t{stream_.body.size()}, context_.impossible, r0);
  code_.address(r3, body);
  code_.alu(BPF_ADD, r3, r2);
  code_.copy(r1, kContext);
  code_.call(kernel::kFuncXdpStoreBytes);
  code_.bind(without);
}

void LiveSizes::point_at_sums() {
  code_.load(8, r3, r10, record_slot_);
  code_.alu(BPF_ADD, r3, static_cast<std::int32_t>(sizeof(Record)));
}

void LiveSizes::load_frame_bytes(BpfAssembler::Register to) {
  code_.load(8, to, r10, record_slot_);
  code_.load(4, to, to, offsetof(Record, frame_bytes));
}

void LiveSizes::load_there(const FieldOperation& field) {
  code_.load(8, r2, r10, record_slot_);
  code_.load(4, r2, r2, offsetof(Record, head_offset));
  code_.jump_if(BPF_JGT, r2, std::uint64_t{stream_.bytes.size()}, context_.impossible, r0);
  code_.address(r3, heads_ + field.offset_bytes);
  code_.alu(BPF_ADD, r3, r2);
  code_.load(field.container_bytes, r0, r3, 0);
  if (field.container_bytes > 1) code_.swap_to_network(r0, field.container_bytes * 8);
  if (field.shift > 0) code_.alu(BPF_RSH, r0, static_cast<std::int32_t>(field.shift));
}

}  // namespace pktgen
