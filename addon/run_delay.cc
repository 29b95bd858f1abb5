#include "run_delay.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <string_view>

namespace pktgen {

void RunDelay::open() noexcept {
  file_ = UniqueFd(::open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC));
  fd_.store(file_.get(), std::memory_order_release);
}

// "RUNNING WAITING TIMES"
std::optional<std::uint64_t> RunDelay::read_ns() const noexcept {
  constexpr std::size_t kLongest = 64;
  const int fd = fd_.load(std::memory_order_acquire);
  std::array<char, kLongest> bytes{};
  const ssize_t length = fd < 0 ? -1 : pread(fd, bytes.data(), bytes.size(), 0);
  if (length <= 0) return std::nullopt;
  const std::string_view text(bytes.data(), static_cast<std::size_t>(length));
  const std::size_t blank = text.find(' ');
  std::uint64_t waiting_ns = 0;
  if (blank == std::string_view::npos) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data() + blank + 1, text.data() + text.size(), waiting_ns);
  return error == std::errc{} ? std::optional(waiting_ns) : std::nullopt;
}

}  // namespace pktgen
