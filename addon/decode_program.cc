#include "decode_program.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "decode.h"
#include "given.h"

namespace pktgen {
namespace {

constexpr std::uint32_t kMostStreams = 1U << 20U;
constexpr std::uint32_t kMostVariants = 1U << 24U;
constexpr std::uint32_t kMostBytes = std::numeric_limits<std::int32_t>::max();
constexpr std::uint32_t kMostTable = 1U << 20U;
constexpr std::uint32_t kMostAlone = 1024;
constexpr std::uint32_t kMostOperations = 4096;
constexpr std::uint32_t kMostRotation = 15;
constexpr std::uint32_t kMostShift = 63;

std::vector<Addition> additions(const Given& given, std::uint32_t checksums, std::uint32_t after) {
  return given.list("adds", kMaximumChecksums * 4, [&](const Given& one) {
    if (after >= checksums) one.refuse("checksum", "the number of a checksum that is computed later");
    return Addition{.checksum = one.u32("checksum", after, checksums - 1),
                    .rotate = one.u32("rotate", 0, kMostRotation)};
  });
}

std::vector<Variant> decode_variants(const Given& given, StreamProgram& stream) {
  const auto frame_bytes = given.u32s("frameBytes", kMostVariants);
  const auto head_offset = given.u32s("headOffset", kMostVariants);
  const auto head_bytes = given.u32s("headBytes", kMostVariants);
  stream.bytes = given.bytes("bytes");
  stream.body = given.bytes("body");
  if (frame_bytes.empty() || head_offset.size() != frame_bytes.size() ||
      head_bytes.size() != frame_bytes.size()) {
    given.refuse("frameBytes", "as many elements as in headOffset and headBytes, at least one");
  }
  std::vector<Variant> variants;
  for (std::size_t i = 0; i < frame_bytes.size(); ++i) {
    if (frame_bytes[i] < kMinimumFrameBytes || frame_bytes[i] > kMaximumFrameBytes) {
      given.refuse("frameBytes",
                   std::to_string(kMinimumFrameBytes) + " to " + std::to_string(kMaximumFrameBytes));
    }
    if (std::uint64_t{head_offset[i]} + head_bytes[i] > stream.bytes.size() ||
        head_bytes[i] > frame_bytes[i]) {
      given.refuse("headOffset", "heads within bytes");
    }
    if (head_bytes[i] < frame_bytes[i] && stream.body.size() < frame_bytes[i])
      given.refuse("body", "the longest frame");
    variants.push_back(
        {.frame_bytes = frame_bytes[i], .head_offset = head_offset[i], .head_bytes = head_bytes[i]});
  }
  return variants;
}

IndexProgram decode_index(const Given& given) {
  return {.random = given.flag("random"),
          .count = given.u64("count"),
          .period = given.u32("period", 1, std::numeric_limits<std::int32_t>::max()),
          .seed = given.u64("seed")};
}

FieldOperation decode_field(const Given& given, const StreamProgram& stream, std::uint32_t shortest,
                            std::uint32_t checksums) {
  const auto last_index = static_cast<std::uint32_t>(stream.indexes.size()) - 1;
  if (stream.indexes.empty()) given.refuse("index", "an index of the stream");
  FieldOperation field{.offset_bytes = given.u32("offsetBytes", 0, shortest),
                       .container_bytes = given.u32("containerBytes", 1, 8),
                       .shift = given.u32("shift", 0, kMostShift),
                       .bits = given.u32("bits", 1, 64),
                       .index = given.u32("index", 0, last_index),
                       .first = given.u64("first"),
                       .step = given.u64("step"),
                       .take = given.u32("take", 0, kMostShift),
                       .values = given.u64s("values", kMostTable),
                       .relative = !given.get("relative").IsUndefined() && given.flag("relative"),
                       .adds = additions(given, checksums, 0)};
  if (!std::has_single_bit(field.container_bytes) || field.shift + field.bits > field.container_bytes * 8 ||
      field.offset_bytes + field.container_bytes > shortest) {
    given.refuse("containerBytes", "1, 2, 4 or 8 that hold the field and lie within the shortest frame");
  }
  if (!field.values.empty() && field.values.size() != stream.indexes[field.index].count) {
    given.refuse("values", "as many as its index counts");
  }
  const std::uint32_t shortest_head = std::ranges::min(stream.variants, {}, &Variant::head_bytes).head_bytes;
  if (field.relative && field.offset_bytes + field.container_bytes > shortest_head) {
    given.refuse("relative", "a field within the heads of all variants");
  }
  return field;
}

FillOperation decode_fill(const Given& given, std::uint32_t shortest, std::uint32_t checksums) {
  return {.from = given.u32("from", 0, shortest),
          .to = given.u32("to", 0, shortest),
          .seed = given.u64("seed"),
          .adds = additions(given, checksums, 0)};
}

ChecksumOperation decode_checksum(const Given& given, const StreamProgram& stream, std::uint32_t shortest,
                                  std::uint32_t number, std::uint32_t checksums) {
  const std::string algorithm = decode_string(given.get("algorithm"), given.path("algorithm"));
  const bool crc = algorithm == "crc32c";
  if (!crc && algorithm != "internet") given.refuse("algorithm", "internet or crc32c");
  const std::uint32_t place = crc ? 4 : 2;
  if (shortest < place) given.refuse("offsetBytes", "a frame that has room for it");
  ChecksumOperation checksum{
      .algorithm = crc ? ChecksumOperation::Algorithm::kCrc32c : ChecksumOperation::Algorithm::kInternet,
      .offset_bytes = given.u32("offsetBytes", 0, shortest < place ? 0 : shortest - place),
      .zero_is_ones = given.flag("zeroIsOnes"),
      .bad = given.flag("bad"),
      .sums = given.u32s("sums", kMostVariants),
      .from = given.u32("from", 0, shortest),
      .ends = given.u32s("ends", kMostVariants),
      .adds = additions(given, checksums, number + 1)};
  if (checksum.sums.size() != stream.variants.size() || checksum.ends.size() != stream.variants.size()) {
    given.refuse("sums", "one for each variant");
  }
  for (std::size_t i = 0; i < stream.variants.size(); ++i) {
    if (crc && (checksum.ends[i] < checksum.from || checksum.ends[i] > stream.variants[i].frame_bytes)) {
      given.refuse("ends", "within the frame");
    }
  }
  return checksum;
}

void decode_variant_choice(const Given& given, StreamProgram& stream) {
  const Napi::Value index = given.get("variantIndex");
  const double number = index.IsNumber() ? index.As<Napi::Number>().DoubleValue() : -2;
  if (!(number >= -1 && number < static_cast<double>(stream.indexes.size())) ||
      number != std::trunc(number)) {
    given.refuse("variantIndex", "-1 or an index of the stream");
  }
  stream.variant_index = static_cast<std::int32_t>(number);
  stream.variant_table = given.u32s("variantTable", kMostVariants);
  if (stream.variant_index < 0) return;
  if (stream.variant_table.empty() ||
      stream.variant_table.size() != stream.indexes[static_cast<std::size_t>(stream.variant_index)].count ||
      std::ranges::any_of(stream.variant_table,
                          [&](std::uint32_t v) { return v >= stream.variants.size(); })) {
    given.refuse("variantTable", "as many variants as its index counts");
  }
}

StreamProgram decode_stream(const Given& given) {
  StreamProgram stream;
  stream.count = decode_limit(given.get("count"), given.path("count"));
  stream.variants = decode_variants(Given(given.get("variants"), given.path("variants")), stream);
  stream.indexes = given.list("indexes", kMaximumIndexes, decode_index);
  decode_variant_choice(given, stream);
  const std::uint32_t shortest = std::ranges::min(stream.variants, {}, &Variant::frame_bytes).frame_bytes;
  const Napi::Value listed = given.get("checksums");
  const std::uint32_t checksums = listed.IsArray() ? listed.As<Napi::Array>().Length() : 0;
  stream.fields = given.list("fields", kMostOperations, [&](const Given& one) {
    return decode_field(one, stream, shortest, checksums);
  });
  stream.fills =
      given.list("fills", 1, [&](const Given& one) { return decode_fill(one, shortest, checksums); });
  std::uint32_t number = 0;
  stream.checksums = given.list("checksums", kMaximumChecksums, [&](const Given& one) {
    return decode_checksum(one, stream, shortest, number++, checksums);
  });
  return stream;
}

// Or a number of `alone` comes twice.
bool has_common(const std::vector<std::uint32_t>& schedule, std::vector<std::uint32_t> alone) {
  std::ranges::sort(alone);
  const auto is_alone = [&](std::uint32_t number) { return std::ranges::binary_search(alone, number); };
  return std::ranges::adjacent_find(alone) != alone.end() || std::ranges::any_of(schedule, is_alone);
}

}  // namespace

std::shared_ptr<const FrameProgram> decode_program(const Napi::Value& value, const std::string& path) {
  const Given given(value, path);
  const std::string order = decode_string(given.get("order"), given.path("order"));
  if (order != "sequence" && order != "random") given.refuse("order", "sequence or random");
  auto program = std::make_shared<FrameProgram>();
  program->random_order = order == "random";
  program->seed = given.u64("seed");
  program->streams = given.list("streams", kMostStreams, decode_stream);
  program->schedule = given.u32s("schedule", kMostTable);
  if (!given.get("alone").IsUndefined()) program->alone = given.u32s("alone", kMostAlone);
  const auto is_stream = [&](std::uint32_t number) { return number < program->streams.size(); };
  if (!std::ranges::all_of(program->schedule, is_stream) ||
      (program->schedule.empty() && program->alone.empty()))
    given.refuse("schedule", "numbers of streams, at least one");
  if (!std::ranges::all_of(program->alone, is_stream) || has_common(program->schedule, program->alone))
    given.refuse("alone", "numbers of streams that are neither in the schedule nor named twice");
  return program;
}

}  // namespace pktgen
