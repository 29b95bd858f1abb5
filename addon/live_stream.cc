#include "live_stream.h"

#include <algorithm>
#include <array>
#include <optional>

#include "kernel_constants.h"
#include "live_fields.h"
#include "live_positions.h"
#include "live_sizes.h"

namespace pktgen {
namespace {

using enum BpfAssembler::Register;

constexpr std::uint32_t kWordBytes = 8;
constexpr auto kDataOffset = static_cast<std::int32_t>(offsetof(xdp_md, data));
constexpr auto kEndOffset = static_cast<std::int32_t>(offsetof(xdp_md, data_end));

// So many words are written one by one; what goes beyond is copied from a map by a helper.
constexpr std::size_t kMostWordsInCode = kAlwaysWrittenBytes / kWordBytes;

class StreamCode {
 public:
  StreamCode(const LiveContext& context, const StreamProgram& stream, const LiveVisits& visits,
             LiveStack stack, const std::string& name)
      : context_(context),
        code_(context.code),
        stream_(stream),
        visits_(visits),
        name_(name),
        stack_(stack),
        positions_(context, stream, visits.first),
        sums_(context, stream, stack_),
        taken_(positions_.none()) {}

  LiveStream emit();

 private:
  void keep_state();
  void visit();
  void choose_advance();
  void choose_variant();
  void emit_own(std::size_t number);
  void emit_shared();
  void shorten_to(std::uint32_t frame_bytes);
  void open_frame(std::uint32_t bytes);
  void write_constants(std::size_t number);
  void copy_run(std::uint32_t image, std::uint32_t from, std::uint32_t to);
  [[nodiscard]] bool has_to_write(std::uint32_t from, std::uint32_t to) const;
  void vary(std::size_t number);
  void send(std::uint32_t frame_bytes);

  const LiveContext& context_;
  BpfAssembler& code_;
  const StreamProgram& stream_;
  const LiveVisits& visits_;
  const std::string& name_;
  LiveStack stack_;
  LivePositions positions_;
  LiveSums sums_;
  LivePositions::Taken taken_;
  LiveAdvance advance_;
  LiveStream state_;
  std::vector<std::uint32_t> tables_;  // of each field
  std::optional<LiveSizes> sizes_;     // of a stream that has many
  std::int32_t number_slot_ = 0;       // the number of the frame, while it is needed
};

LiveStream StreamCode::emit() {
  keep_state();
  visit();
  choose_variant();
  return state_;
}

void StreamCode::keep_state() {
  state_.visited = true;
  state_.count = stream_.count;
  state_.packets_offset = context_.memory.reserve(sizeof(std::uint64_t));
  if (stream_.variants.size() > 1) {
    state_.bytes_offset = context_.memory.reserve(sizeof(std::uint64_t));
  } else {
    state_.frame_bytes = stream_.variants.front().frame_bytes;
  }
  if (stream_.count == UINT64_MAX && stream_.fills.empty()) return;
  state_.next_offset = context_.memory.add(std::span<const std::uint64_t>(std::array{visits_.first}));
}

// Counts the visit; ends the program where the stream has sent everything.
void StreamCode::visit() {
  if (state_.next_offset == 0) {
    choose_advance();
    return;
  }
  code_.address(r0, state_.next_offset);
  code_.load(8, r1, r0, 0);
  if (stream_.count != UINT64_MAX) code_.jump_if(BPF_JGE, r1, stream_.count, context_.drop, r2);
  if (!stream_.fills.empty()) {
    number_slot_ = stack_.allocate();
    code_.store(8, r10, number_slot_, r1);
  }
  choose_advance();
  code_.address(r0, state_.next_offset);
  code_.load(8, r1, r0, 0);
  advance_.add_to(code_, r1, r2);
  code_.store(8, r0, 0, r1);
}

void StreamCode::choose_advance() {
  const std::vector<std::uint32_t>& distances = visits_.distances;
  advance_ = visits_.scheduled;
  if (distances.empty()) return;
  advance_ = {.most = std::ranges::max(distances)};
  if (std::ranges::min(distances) == advance_.most) return;
  advance_.slot = stack_.allocate();
  const std::uint32_t table = context_.memory.add(std::span<const std::uint32_t>(distances));
  const std::uint32_t cursor = context_.memory.reserve(sizeof(std::uint64_t));
  const BpfAssembler::Label within = code_.label();
  code_.address(r0, cursor);
  code_.load(8, r1, r0, 0);
  code_.jump_if(BPF_JGE, r1, std::uint64_t{distances.size()}, context_.impossible, r2);
  code_.load(8, r2, r0, 0);  // not a copy: see LivePositions::move
  code_.alu(BPF_ADD, r2, 1);
  code_.jump_if(BPF_JLT, r2, std::uint64_t{distances.size()}, within, r3);
  code_.set(r2, 0);
  code_.bind(within);
  code_.store(8, r0, 0, r2);
  code_.alu(BPF_LSH, r1, 2);
  code_.address(r2, table);
  code_.alu(BPF_ADD, r2, r1);
  code_.load(4, r1, r2, 0);
  code_.store(8, r10, advance_.slot, r1);
}

void StreamCode::choose_variant() {
  for (const FieldOperation& field : stream_.fields) tables_.push_back(add_table(context_.memory, field));
  if (stream_.variant_index < 0) {
    emit_own(0);
    return;
  }
  positions_.get(static_cast<std::uint32_t>(stream_.variant_index), advance_, stack_, taken_);
  const std::vector<std::uint32_t>& table = stream_.variant_table;
  code_.jump_if(BPF_JGE, r1, std::uint64_t{table.size()}, context_.impossible, r2);
  code_.alu(BPF_LSH, r1, 2);
  code_.address(r2, context_.memory.add(std::span<const std::uint32_t>(table)));
  code_.alu(BPF_ADD, r2, r1);
  code_.load(4, r1, r2, 0);
  if (stream_.variants.size() > kMostOwnCode) {
    emit_shared();
    return;
  }
  std::vector<BpfAssembler::Label> labels;
  for (std::size_t i = 0; i < stream_.variants.size(); ++i) labels.push_back(code_.label());
  emit_choice(code_, labels, 0, labels.size());
  const LivePositions::Taken taken = taken_;
  const LiveStack stack = stack_;
  for (std::size_t i = 0; i < stream_.variants.size(); ++i) {
    taken_ = taken;
    stack_ = stack;
    code_.bind(labels[i]);
    emit_own(i);
  }
}

// A size with code of its own.
void StreamCode::emit_own(std::size_t number) {
  const Variant& variant = stream_.variants[number];
  shorten_to(variant.frame_bytes);
  write_constants(number);
  sums_.begin(number);
  vary(number);
  send(variant.frame_bytes);
}

// The pages hold the longest frame of all at first.
void StreamCode::shorten_to(std::uint32_t frame_bytes) {
  const std::size_t longest = context_.images.base().size();
  if (frame_bytes == longest) return;
  code_.copy(r1, kContext);
  code_.set(r2, std::uint64_t{frame_bytes} - longest);
  code_.call(BPF_FUNC_xdp_adjust_tail);
}

// Tells the verifier that the frame has so many bytes.
void StreamCode::open_frame(std::uint32_t bytes) {
  code_.load(4, kFrame, kContext, kDataOffset);
  code_.load(4, r1, kContext, kEndOffset);
  code_.copy(r2, kFrame);
  code_.alu(BPF_ADD, r2, static_cast<std::int32_t>(bytes));
  code_.jump_if(BPF_JGT, r2, r1, context_.impossible);
}

// Not where a fill of our own writes every time anyway.
bool StreamCode::has_to_write(std::uint32_t from, std::uint32_t to) const {
  for (const FillOperation& fill : stream_.fills) {
    if (from >= fill.from && (fill.to == 0 || to <= fill.to)) return false;
  }
  return from < kAlwaysWrittenBytes || context_.images.differs(from, to);
}

void StreamCode::write_constants(std::size_t number) {
  const std::vector<std::uint8_t> image = stream_.frame_of(stream_.variants[number]);
  const auto bytes = static_cast<std::uint32_t>(image.size());
  std::vector<std::uint32_t> words;
  for (std::uint32_t at = 0; at < bytes; at += kWordBytes) {
    const std::uint32_t end = std::min(at + kWordBytes, bytes);
    if (has_to_write(at, end)) words.push_back(end - kWordBytes);
  }
  if (words.size() > kMostWordsInCode) {
    const std::uint32_t from = words[kMostWordsInCode];
    copy_run(context_.memory.add(std::span<const std::uint8_t>(image)), from, words.back() + kWordBytes);
    words.resize(kMostWordsInCode);
  }
  open_frame(bytes);
  for (const std::uint32_t at : words) {
    std::uint64_t word = 0;
    std::memcpy(&word, image.data() + at, sizeof(word));
    const auto offset = static_cast<std::int32_t>(at);
    if (BpfAssembler::is_short(word)) {
      code_.store_number(kWordBytes, kFrame, offset, static_cast<std::int32_t>(word));
    } else {
      code_.set(r1, word);
      code_.store(kWordBytes, kFrame, offset, r1);
    }
  }
}

void StreamCode::copy_run(std::uint32_t image, std::uint32_t from, std::uint32_t to) {
  code_.copy(r1, kContext);
  code_.set(r2, from);
  code_.address(r3, image + from);
  code_.set(r4, to - from);
  code_.call(kernel::kFuncXdpStoreBytes);
}

// All sizes of a stream that has many. r1: number of the size.
void StreamCode::emit_shared() {
  sizes_.emplace(context_, stream_, stack_, name_);
  sizes_->choose();
  open_frame(std::ranges::min(stream_.variants, {}, &Variant::frame_bytes).frame_bytes);
  sizes_->point_at_sums();
  sums_.begin_from_table();
  vary(0);
  send(0);
}

// What varies in frames of size `number`, or of the size in the table.
void StreamCode::vary(std::size_t number) {
  const Variant& variant = stream_.variants[number];
  const std::vector<std::uint8_t> image = stream_.frame_of(variant);
  for (std::size_t f = 0; f < stream_.fields.size(); ++f) {
    const FieldOperation& field = stream_.fields[f];
    positions_.get(field.index, advance_, stack_, taken_);
    if (field.relative && sizes_) {
      sizes_->load_there(field);
    } else if (field.relative) {
      code_.set(r0, field_value(field, image.data()));
    }
    emit_field(context_, field, tables_[f], sums_);
  }
  for (const FillOperation& fill : stream_.fills) {
    if (sizes_ && fill.to == 0) {
      sizes_->load_frame_bytes(r5);
      const auto longest = std::ranges::max(stream_.variants, {}, &Variant::frame_bytes).frame_bytes;
      emit_fill_to_end(context_, fill, longest, number_slot_, sums_);
    } else {
      emit_fill(context_, fill, fill.to == 0 ? variant.frame_bytes : fill.to, number_slot_, sums_);
    }
  }
  for (std::size_t c = 0; c < stream_.checksums.size(); ++c) sums_.write(c, number);
}

// Redirects the frame and counts it. `frame_bytes` 0: as the table of sizes says.
void StreamCode::send(std::uint32_t frame_bytes) {
  code_.reference(r1, BpfAssembler::Map::kDevices);
  code_.set(r2, 0);
  code_.set(r3, XDP_DROP);
  code_.call(BPF_FUNC_redirect_map);
  code_.jump_if(BPF_JNE, r0, std::uint64_t{XDP_REDIRECT}, context_.gone, r1);
  code_.address(r1, state_.packets_offset);
  code_.load(8, r2, r1, 0);
  code_.alu(BPF_ADD, r2, 1);
  code_.store(8, r1, 0, r2);
  if (state_.bytes_offset != 0) {
    code_.address(r1, state_.bytes_offset);
    code_.load(8, r2, r1, 0);
    if (sizes_) {
      sizes_->load_frame_bytes(r3);
      code_.alu(BPF_ADD, r2, r3);
    }
    code_.alu(BPF_ADD, r2, static_cast<std::int32_t>(frame_bytes + kFcsBytes));
    code_.store(8, r1, 0, r2);
  }
  code_.exit();
}

}  // namespace

LiveStream emit_stream(const LiveContext& context, const StreamProgram& stream, const LiveVisits& visits,
                       LiveStack stack, const std::string& name) {
  return StreamCode(context, stream, visits, stack, name).emit();
}

void emit_choice(BpfAssembler& code, const std::vector<BpfAssembler::Label>& labels, std::size_t from,
                 std::size_t to) {
  if (to - from == 1) {
    code.jump(labels[from]);
    return;
  }
  const std::size_t middle = from + (to - from) / 2;
  const BpfAssembler::Label upper = code.label();
  code.jump_if(BPF_JGE, BpfAssembler::r1, std::uint64_t{middle}, upper, BpfAssembler::r2);
  emit_choice(code, labels, from, middle);
  code.bind(upper);
  emit_choice(code, labels, middle, to);
}

}  // namespace pktgen
