// The part of a stream that changes from frame to frame: positions, fields, checksums.
//
// Work goes column by column: one field in all frames of a batch, then the next field. What has to be decided
// about a field is then decided once a batch, and the loops that are left are short enough for the compiler
// to pipeline. Two varied fields with two checksums cost 36 ns a packet frame by frame, and 5 ns this way
// (docs/measurements.md).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "columns.h"
#include "program.h"

namespace pktgen {

class Patch {
 public:
  static constexpr std::uint32_t kBatch = kColumnFrames;

  // A frame whose constant bytes lie at `data`.
  struct Job {
    std::uint8_t* data;
    std::uint32_t variant;
    std::uint32_t advance;  // frames of the stream from this one to the next: 1, or more with several workers
  };

  // `first` is the number of the stream's frame that is made first, counted from 0.
  Patch(const StreamProgram& program, std::uint64_t first);

  // Which of the variants the next frame has. Moves on by `advance` frames.
  [[nodiscard]] std::uint32_t next_variant(std::uint32_t advance) noexcept {
    if (program_->variant_index < 0) return 0;
    const std::uint32_t variant = program_->variant_table[variant_.current()];
    variant_.advance(advance);
    return variant;
  }

  // Writes what varies into up to kBatch frames, in their order. `advance`: what all jobs say, or 0 where
  // they differ.
  void write(std::span<const Job> jobs, std::uint32_t advance) noexcept;

 private:
  struct Position {
    IndexProgram program;
    std::uint64_t value = 0;  // the position, or the number of the draw
    std::uint64_t held = 0;   // frames of the period that are over

    [[nodiscard]] std::uint64_t current() const noexcept;
    void advance(std::uint64_t frames) noexcept;
    void fill(std::span<const Job> jobs, std::uint32_t advance, Column& column) noexcept;
    bool fill_straight(std::size_t frames, std::uint32_t advance, Column& column) noexcept;
  };

  void write_field(const FieldOperation& field, std::span<const Job> jobs) noexcept;
  template <typename Container>
  void add_variant(const FieldOperation& field, std::span<const Job> jobs, Column& values) noexcept;
  void add(const std::vector<Addition>& adds, const Column& values, std::size_t frames) noexcept;
  void fill_random(const FillOperation& filling, std::span<const Job> jobs) noexcept;
  void write_crc(std::size_t number, std::span<const Job> jobs) noexcept;
  void write_internet(std::size_t number, std::span<const Job> jobs) noexcept;

  const StreamProgram* program_;
  std::uint64_t frame_;
  Position variant_;
  std::vector<Position> positions_;
  std::vector<Column> columns_;  // of each position
  std::vector<Column> sums_;     // of each checksum
};

}  // namespace pktgen
