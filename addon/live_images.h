// Which bytes of a live program's frames have to be written every time.
//
// The kernel recycles the pages of a call among all its frames: what lies there is a frame sent earlier, with
// whatever its receiver did to it. Bytes that all frames have in common come once with the call.
#pragma once

#include <cstdint>
#include <vector>

#include "program.h"

namespace pktgen {

// Headers are what a receiver changes in place (addresses, TTL, checksums), so they are written always; this
// many bytes cover all but the deepest encapsulations. Writing 60 bytes costs 2 to 6 ns a frame.
inline constexpr std::uint32_t kAlwaysWrittenBytes = 128;

class LiveImages {
 public:
  explicit LiveImages(const FrameProgram& program);

  // As long as the longest frame: what each page holds at first.
  [[nodiscard]] const std::vector<std::uint8_t>& base() const noexcept { return base_; }

  // Whether a page may hold something else than the base in [from, to).
  [[nodiscard]] bool differs(std::uint32_t from, std::uint32_t to) const noexcept;

 private:
  void compare(const StreamProgram& stream);
  void mark(std::uint32_t from, std::uint32_t to);

  std::vector<std::uint8_t> base_;
  std::vector<bool> differs_;
};

}  // namespace pktgen
