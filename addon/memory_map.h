// A mapping: memory of our own, or memory that a descriptor shares with the kernel.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "error.h"

namespace pktgen {

class MemoryMap {
 public:
  // Zeroed memory of our own, there before it is used. Throws Error.
  static MemoryMap anonymous(std::size_t bytes, const char* what) {
    return {bytes, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0, what};
  }
  // What `fd` offers at `offset`. Throws Error.
  static MemoryMap shared(std::size_t bytes, int fd, std::uint64_t offset, const char* what) {
    return {bytes, MAP_SHARED, fd, static_cast<off_t>(offset), what};
  }

  MemoryMap(MemoryMap&& other) noexcept
      : start_(std::exchange(other.start_, MAP_FAILED)), bytes_(other.bytes_) {}
  MemoryMap& operator=(MemoryMap&&) = delete;
  MemoryMap(const MemoryMap&) = delete;
  MemoryMap& operator=(const MemoryMap&) = delete;
  ~MemoryMap() {
    if (start_ != MAP_FAILED) munmap(start_, bytes_);
  }

  [[nodiscard]] std::uint8_t* start() const noexcept { return static_cast<std::uint8_t*>(start_); }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  MemoryMap(std::size_t bytes, int flags, int fd, off_t offset, const char* what)
      : start_(mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags | MAP_POPULATE, fd, offset)),
        bytes_(bytes) {
    if (start_ == MAP_FAILED) throw Error::from_errno(errno, std::string("mapping ") + what);
  }

  void* start_;
  std::size_t bytes_;
};

}  // namespace pktgen
