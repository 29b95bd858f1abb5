#include "live_images.h"

#include <algorithm>

namespace pktgen {

LiveImages::LiveImages(const FrameProgram& program) {
  const std::uint32_t longest = program.longest_frame_bytes();
  for (const StreamProgram& stream : program.streams) {
    const auto found = std::ranges::find(stream.variants, longest, &Variant::frame_bytes);
    if (found == stream.variants.end()) continue;
    base_ = stream.frame_of(*found);
    break;
  }
  differs_.resize(longest);
  for (const StreamProgram& stream : program.streams) compare(stream);
}

void LiveImages::compare(const StreamProgram& stream) {
  std::uint32_t body_from = UINT32_MAX;
  std::uint32_t body_to = 0;
  std::uint32_t longest = 0;
  for (const Variant& variant : stream.variants) {
    const std::uint8_t* head = stream.bytes.data() + variant.head_offset;
    for (std::uint32_t at = 0; at < variant.head_bytes; ++at) {
      if (head[at] != base_[at]) differs_[at] = true;
    }
    longest = std::max(longest, variant.frame_bytes);
    if (variant.head_bytes == variant.frame_bytes) continue;
    body_from = std::min(body_from, variant.head_bytes);
    body_to = std::max(body_to, variant.frame_bytes);
  }
  for (std::uint32_t at = body_from; at < body_to; ++at) {
    if (stream.body[at] != base_[at]) differs_[at] = true;
  }
  for (const FieldOperation& field : stream.fields) {
    mark(field.offset_bytes, field.offset_bytes + field.container_bytes);
  }
  for (const FillOperation& fill : stream.fills) mark(fill.from, fill.to == 0 ? longest : fill.to);
  for (const ChecksumOperation& checksum : stream.checksums) {
    const bool crc = checksum.algorithm == ChecksumOperation::Algorithm::kCrc32c;
    mark(checksum.offset_bytes, checksum.offset_bytes + (crc ? 4 : 2));
  }
}

void LiveImages::mark(std::uint32_t from, std::uint32_t to) {
  for (std::uint32_t at = from; at < to; ++at) differs_[at] = true;
}

bool LiveImages::differs(std::uint32_t from, std::uint32_t to) const noexcept {
  to = std::min<std::uint32_t>(to, static_cast<std::uint32_t>(differs_.size()));
  for (std::uint32_t at = from; at < to; ++at) {
    if (differs_[at]) return true;
  }
  return false;
}

}  // namespace pktgen
