#include "patch.h"

#include <algorithm>

#include "bytes.h"
#include "checksum.h"
#include "random.h"

namespace pktgen {
namespace {

// One field of all frames. Where it fills its container nothing has to be kept.
template <typename Container>
void put(const FieldOperation& field, std::span<const Patch::Job> jobs,
         const std::uint64_t* values) noexcept {
  const std::uint32_t offset = field.offset_bytes;
  if (field.bits == sizeof(Container) * 8) {
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      store_network(jobs[i].data + offset, static_cast<Container>(values[i]));
    }
    return;
  }
  const std::uint32_t shift = field.shift;
  const auto keep = static_cast<Container>(~(mask_of(field.bits) << shift));
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    std::uint8_t* at = jobs[i].data + offset;
    const auto kept = static_cast<Container>(load_network<Container>(at) & keep);
    store_network(at, static_cast<Container>(kept | static_cast<Container>(values[i] << shift)));
  }
}

constexpr std::uint16_t kWrong = 0x5555;

// Deliberately wrong, also in ones' complement, and never 0, which would mean "none" to UDP.
std::uint16_t spoil(std::uint16_t good) noexcept {
  return static_cast<std::uint16_t>(good == kWrong ? ~kWrong : good ^ kWrong);
}

}  // namespace

Patch::Patch(const StreamProgram& program, std::uint64_t first)
    : program_(&program), frame_(first), columns_(program.indexes.size()), sums_(program.checksums.size()) {
  for (const IndexProgram& index : program.indexes) {
    positions_.push_back({.program = index});
    positions_.back().advance(first);
  }
  if (program.variant_index >= 0) variant_ = positions_[static_cast<std::size_t>(program.variant_index)];
}

std::uint64_t Patch::Position::current() const noexcept {
  return program.random ? random_below(program.seed, value, program.count) : value;
}

// A division costs as much as several fields, and is needed only where a position laps its range.
void Patch::Position::advance(std::uint64_t frames) noexcept {
  std::uint64_t steps = frames;
  if (program.period > 1) {
    held += frames;
    if (held < program.period) return;
    steps = held / program.period;
    held %= program.period;
  }
  value += steps;
  if (program.random || program.count == 0 || value < program.count) return;
  value -= program.count;
  if (value >= program.count) value %= program.count;
}

// Where no period and no end of the range lies in the way, the positions are a straight line.
bool Patch::Position::fill_straight(std::size_t frames, std::uint32_t advance, Column& column) noexcept {
  if (advance == 0 || program.period != 1) return false;
  const std::uint64_t after = value + frames * advance;
  const bool endless = program.random || program.count == 0;
  if (!endless && after > program.count) return false;
  columns::count_up(column, frames, value, advance);
  value = !endless && after == program.count ? 0 : after;
  return true;
}

void Patch::Position::fill(std::span<const Job> jobs, std::uint32_t advance, Column& column) noexcept {
  if (!fill_straight(jobs.size(), advance, column)) {
    // Frames are written through pointers that might point anywhere: the state stays out of memory meanwhile.
    Position local = *this;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      column[i] = local.value;
      local.advance(jobs[i].advance);
    }
    value = local.value;
    held = local.held;
  }
  if (!program.random) return;
  const std::uint64_t seed = program.seed;
  const std::uint64_t below = program.count;
  for (std::size_t i = 0; i < jobs.size(); ++i) column[i] = random_below(seed, column[i], below);
}

void Patch::write(std::span<const Job> jobs, std::uint32_t advance) noexcept {
  for (std::size_t i = 0; i < positions_.size(); ++i) positions_[i].fill(jobs, advance, columns_[i]);
  // RFC 1624 compares the old value of a field with the new one. Here the old one is always 0, because the
  // sums of a variant leave out whatever varies: the slot's former content does not matter, and no rounding
  // can pile up.
  for (std::size_t c = 0; c < sums_.size(); ++c) {
    const std::vector<std::uint32_t>& constant = program_->checksums[c].sums;
    if (constant.size() == 1) {
      columns::fill(sums_[c], jobs.size(), constant.front());
      continue;
    }
    for (std::size_t i = 0; i < jobs.size(); ++i) sums_[c][i] = constant[jobs[i].variant];
  }
  for (const FieldOperation& field : program_->fields) write_field(field, jobs);
  for (const FillOperation& filling : program_->fills) fill_random(filling, jobs);
  for (std::size_t c = 0; c < sums_.size(); ++c) {
    const ChecksumOperation& checksum = program_->checksums[c];
    if (checksum.algorithm == ChecksumOperation::Algorithm::kCrc32c) {
      write_crc(c, jobs);
    } else {
      write_internet(c, jobs);
    }
  }
  if (program_->fills.empty()) return;
  for (const Job& job : jobs) frame_ += job.advance;
}

void Patch::write_field(const FieldOperation& field, std::span<const Job> jobs) noexcept {
  const Column& positions = columns_[field.index];
  const std::uint64_t mask = mask_of(field.bits);
  const std::size_t frames = jobs.size();
  Column values;
  if (!field.values.empty()) {
    for (std::size_t i = 0; i < frames; ++i) values[i] = (field.values[positions[i]] >> field.take) & mask;
  } else {
    columns::scale(values, positions, frames, field.first, field.step, field.take, mask);
  }
  switch (field.container_bytes) {
    case 1:
      if (field.relative) add_variant<std::uint8_t>(field, jobs, values);
      put<std::uint8_t>(field, jobs, values.data());
      break;
    case 2:
      if (field.relative) add_variant<std::uint16_t>(field, jobs, values);
      put<std::uint16_t>(field, jobs, values.data());
      break;
    case 4:
      if (field.relative) add_variant<std::uint32_t>(field, jobs, values);
      put<std::uint32_t>(field, jobs, values.data());
      break;
    default:
      if (field.relative) add_variant<std::uint64_t>(field, jobs, values);
      put<std::uint64_t>(field, jobs, values.data());
      break;
  }
  add(field.adds, values, frames);
}

// From the variant's own bytes: the slot may hold what was written there for another frame.
template <typename Container>
void Patch::add_variant(const FieldOperation& field, std::span<const Job> jobs, Column& values) noexcept {
  const std::uint8_t* bytes = program_->bytes.data() + field.offset_bytes;
  const Variant* variants = program_->variants.data();
  const std::uint64_t mask = mask_of(field.bits);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const auto there = load_network<Container>(bytes + variants[jobs[i].variant].head_offset);
    values[i] = (values[i] + (std::uint64_t{there} >> field.shift)) & mask;
  }
}

void Patch::add(const std::vector<Addition>& adds, const Column& values, std::size_t frames) noexcept {
  for (const Addition& addition : adds) {
    columns::accumulate(sums_[addition.checksum], values, frames, addition.rotate);
  }
}

void Patch::fill_random(const FillOperation& filling, std::span<const Job> jobs) noexcept {
  Column sums;
  std::uint64_t frame = frame_;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const Job& job = jobs[i];
    const std::uint32_t end = filling.to == 0 ? program_->variants[job.variant].frame_bytes : filling.to;
    const std::uint64_t seed = mix64(filling.seed + frame);
    frame += job.advance;
    std::uint64_t sum = 0;
    std::uint64_t number = 0;
    for (std::uint32_t at = filling.from; at < end; at += 8) {
      std::uint64_t random = mix64(seed + number++ * kGolden);
      const std::uint32_t bytes = std::min(end - at, 8U);
      if (bytes < 8) random &= ~0ULL << (64 - bytes * 8);
      const std::uint64_t swapped = swap_to_network(random);
      std::memcpy(job.data + at, &swapped, bytes);
      sum += (random >> 32U) + (random & kLow32);
    }
    sums[i] = sum;
  }
  add(filling.adds, sums, jobs.size());
}

void Patch::write_internet(std::size_t number, std::span<const Job> jobs) noexcept {
  const ChecksumOperation& checksum = program_->checksums[number];
  const std::uint32_t offset = checksum.offset_bytes;
  const Column& sums = sums_[number];
  Column values;
  columns::complement(values, sums, jobs.size());
  if (checksum.zero_is_ones) {
    for (std::size_t i = 0; i < jobs.size(); ++i) values[i] = values[i] == 0 ? kLow16 : values[i];
  }
  if (checksum.bad) {
    for (std::size_t i = 0; i < jobs.size(); ++i) values[i] = spoil(static_cast<std::uint16_t>(values[i]));
  }
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    store_network(jobs[i].data + offset, static_cast<std::uint16_t>(values[i]));
  }
  add(checksum.adds, values, jobs.size());
}

void Patch::write_crc(std::size_t number, std::span<const Job> jobs) noexcept {
  const ChecksumOperation& checksum = program_->checksums[number];
  Column values;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const Job& job = jobs[i];
    std::uint8_t* at = job.data + checksum.offset_bytes;
    store_network(at, std::uint32_t{0});
    std::uint32_t crc = crc32c(job.data + checksum.from, checksum.ends[job.variant] - checksum.from);
    if (checksum.bad) crc ^= kWrong;
    values[i] = __builtin_bswap32(crc);  // RFC 9260 appendix A: the lowest byte goes out first
    store_network(at, static_cast<std::uint32_t>(values[i]));
  }
  add(checksum.adds, values, jobs.size());
}

}  // namespace pktgen
