// What is to be sent: frames before anything varies, what varies in them, and the order of the streams. Made
// by src/compile before the first packet and never changed afterwards; src/compile/program.ts describes the
// same shape. Offsets count from the destination MAC address; frames are without FCS.
#pragma once

#include <cstdint>
#include <vector>

namespace pktgen {

inline constexpr std::uint32_t kFcsBytes = 4;
inline constexpr std::uint32_t kMaximumFrameBytes = 9022 - kFcsBytes;
// Shorter than 60 bytes only where a person wrote raw bytes: a device pads those, and takes none below 14.
inline constexpr std::uint32_t kMinimumFrameBytes = 1;
inline constexpr std::uint32_t kMaximumChecksums = 64;
inline constexpr std::uint32_t kMaximumIndexes = 256;

// A value takes part in a checksum: its 16-bit words are added, rotated left by `rotate` bits (RFC 1071,
// section 2).
struct Addition {
  std::uint32_t checksum;
  std::uint32_t rotate;
};

// A position that moves on with every frame of its stream, or every `period` frames.
struct IndexProgram {
  bool random;
  std::uint64_t count;  // positions are 0 to count - 1; 0 stands for 2^64
  std::uint32_t period;
  std::uint64_t seed;
};

// values[position], or ((first + position * step) >> take), goes into the `bits` bits that end `shift` bits
// above the end of a container of 1, 2, 4 or 8 bytes. Relative: added to what the variant has there.
struct FieldOperation {
  std::uint32_t offset_bytes;
  std::uint32_t container_bytes;
  std::uint32_t shift;
  std::uint32_t bits;
  std::uint32_t index;
  std::uint64_t first;
  std::uint64_t step;
  std::uint32_t take;
  std::vector<std::uint64_t> values;
  bool relative;  // only within the heads of all variants
  std::vector<Addition> adds;
};

// The lowest `bits` bits.
constexpr std::uint64_t mask_of(std::uint32_t bits) noexcept {
  constexpr std::uint32_t kAll = 64;
  return bits >= kAll ? ~0ULL : (1ULL << bits) - 1;
}

// Random bytes, different in every frame.
struct FillOperation {
  std::uint32_t from;
  std::uint32_t to;  // 0: to the end of the frame
  std::uint64_t seed;
  std::vector<Addition> adds;
};

struct ChecksumOperation {
  enum class Algorithm : std::uint8_t { kInternet, kCrc32c };

  Algorithm algorithm;
  std::uint32_t offset_bytes;
  bool zero_is_ones;                // UDP: 0 means "no checksum" (RFC 768)
  bool bad;                         // wrong on purpose
  std::vector<std::uint32_t> sums;  // kInternet, by variant: all that never changes, folded
  std::uint32_t from;               // kCrc32c: what it covers
  std::vector<std::uint32_t> ends;  // by variant
  std::vector<Addition> adds;       // in later checksums
};

// One frame size of a stream: its own bytes, and the rest from the stream's body.
struct Variant {
  std::uint32_t frame_bytes;
  std::uint32_t head_offset;
  std::uint32_t head_bytes;
};

struct StreamProgram {
  std::uint64_t count;  // frames in the whole run; UINT64_MAX for no limit
  std::vector<Variant> variants;
  std::vector<std::uint8_t> bytes;  // of the variants' heads
  std::vector<std::uint8_t> body;   // a frame as long as the longest; empty when heads are whole frames
  std::int32_t variant_index;       // -1: always the first variant
  std::vector<std::uint32_t> variant_table;
  std::vector<IndexProgram> indexes;
  std::vector<FieldOperation> fields;
  std::vector<FillOperation> fills;
  std::vector<ChecksumOperation> checksums;  // in the order in which they have to be computed

  // A frame of this variant before anything varies.
  [[nodiscard]] std::vector<std::uint8_t> frame_of(const Variant& variant) const;
  [[nodiscard]] bool is_static() const { return fields.empty() && fills.empty() && checksums.empty(); }
};

struct FrameProgram {
  bool random_order;
  std::uint64_t seed;
  std::vector<std::uint32_t> schedule;  // numbers of streams, one period of the mix; empty for no mix
  std::vector<std::uint32_t> alone;     // numbers of the streams that have times of their own
  std::vector<StreamProgram> streams;

  // The mix, and each stream alone.
  [[nodiscard]] std::uint32_t lanes() const { return static_cast<std::uint32_t>(alone.size()) + 1; }
  [[nodiscard]] std::uint32_t longest_frame_bytes() const;
  [[nodiscard]] std::uint32_t shortest_frame_bytes() const;
};

}  // namespace pktgen
