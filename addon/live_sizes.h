// A stream of many frame sizes in BPF: their lengths, bytes and sums come from a table.
#pragma once

#include <cstdint>
#include <string>

#include "live_context.h"

namespace pktgen {

// So many sizes get code of their own each, with their bytes and sums as numbers in it; more are looked up in
// a table and copied.
inline constexpr std::size_t kMostOwnCode = 16;

class LiveSizes {
 public:
  // `name` of the stream: for messages.
  LiveSizes(const LiveContext& context, const StreamProgram& stream, LiveStack& stack,
            const std::string& name);

  // Makes the frame one of the size whose number is in r1, with its constant bytes. Overwrites r0 to r5.
  void choose();

  // Of the size that was chosen.
  void point_at_sums();                              // r3 = the address of its sums, 32 bits each
  void load_frame_bytes(BpfAssembler::Register to);  // its length
  void load_there(const FieldOperation& field);      // r0 = what it has where the field is; overwrites r2, r3

 private:
  void shorten();
  void copy_head();
  void copy_body();

  const LiveContext& context_;
  BpfAssembler& code_;
  const StreamProgram& stream_;
  std::size_t record_bytes_;
  std::int32_t record_slot_;  // on the stack: the address of the record that was chosen
  std::uint32_t records_;     // in memory
  std::uint32_t heads_;       // in memory
};

}  // namespace pktgen
