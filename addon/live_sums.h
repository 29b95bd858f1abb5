// The checksums of a frame in BPF: sums of 16-bit words, and CRC-32C.
#pragma once

#include <cstdint>
#include <vector>

#include "live_context.h"

namespace pktgen {

class LiveSums {
 public:
  LiveSums(const LiveContext& context, const StreamProgram& stream, LiveStack& stack);

  // Starts each sum with what never changes in this variant.
  void begin(std::size_t variant);
  // The same from 32-bit numbers at r3, one for each checksum.
  void begin_from_table();

  // Adds the value in r1, of so many bits, where it counts. Keeps r1; overwrites r2 and r3.
  void add(const std::vector<Addition>& adds, std::uint32_t bits);

  // Writes a checksum into the frame. Overwrites r0 to r5.
  void write(std::size_t number, std::size_t variant);

 private:
  void write_internet(std::size_t number);
  void write_crc(const ChecksumOperation& checksum, std::size_t variant);
  void spoil();
  // Where sum `number` is at work: its own register, or `scratch` loaded from the stack.
  BpfAssembler::Register open(std::size_t number, BpfAssembler::Register scratch);
  void close(std::size_t number, BpfAssembler::Register from);

  const LiveContext& context_;
  const StreamProgram& stream_;
  std::vector<std::int32_t> slots_;  // 0: in a register
};

}  // namespace pktgen
