// Reads capture files, pcap and pcapng, with libpcap.
#pragma once

#include <napi.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pktgen {

// The frames of a capture file one after the other.
struct CaptureFile {
  std::vector<std::uint8_t> bytes;
  // One element per frame. `lengths` is what was captured, `wire_lengths` what there was.
  std::vector<std::uint32_t> offsets;
  std::vector<std::uint32_t> lengths;
  std::vector<std::uint32_t> wire_lengths;
  std::vector<std::uint64_t> times_ns;  // since 1970; microseconds of the file times 1000
  std::string link_type;
  bool truncated_file = false;  // the file ends within a record: what is before it is here
};

// Throws Error: a regular file only, of Ethernet frames, with bounds on frames and bytes.
CaptureFile read_capture(const std::string& name, std::optional<std::uint32_t> limit_frames);

// readCapture(file, limitFrames | null).
Napi::Value read_capture_file(const Napi::CallbackInfo& info);

}  // namespace pktgen
