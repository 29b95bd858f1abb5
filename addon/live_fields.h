// What varies in a frame, in BPF: fields and random bytes.
#pragma once

#include <cstdint>

#include "live_context.h"
#include "live_sums.h"

namespace pktgen {

// Makes a value of the position in r1 and writes it into the frame. A relative field counts from what the
// variant has at its place, in r0. Overwrites r0 to r5.
void emit_field(const LiveContext& context, const FieldOperation& field, std::uint32_t table_offset,
                LiveSums& sums);

// The values of a field as they will be written, as a table in memory; 0 where it has none.
std::uint32_t add_table(LiveMemory& memory, const FieldOperation& field);

// What is in a field of these bytes.
std::uint64_t field_value(const FieldOperation& field, const std::uint8_t* frame);

// Fills [from, end) of the frame; `number_slot` holds the number of the stream's frame.
void emit_fill(const LiveContext& context, const FillOperation& filling, std::uint32_t end,
               std::int32_t number_slot, LiveSums& sums);

// The same up to an end that is in r5, at most `longest`: the frame's length.
void emit_fill_to_end(const LiveContext& context, const FillOperation& filling, std::uint32_t longest,
                      std::int32_t number_slot, LiveSums& sums);

}  // namespace pktgen
