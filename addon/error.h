// The one exception of the addon. At the border it becomes an instance of the error class that JavaScript
// defined.
#pragma once

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>

namespace pktgen {

class Error : public std::runtime_error {
 public:
  Error(std::string code, const std::string& message) : std::runtime_error(message), code_(std::move(code)) {}

  // A failed system call: the code is the errno's name ("EPERM"), the message says what was being done.
  static Error from_errno(int error, const std::string& doing) {
    return {errno_name(error), doing + ": " + describe(error)};
  }

  static std::string errno_name(int error) {
    const char* name = strerrorname_np(error);
    return name != nullptr ? std::string(name) : std::to_string(error);
  }

  static std::string describe(int error) {
    const char* text = strerrordesc_np(error);
    return (text != nullptr ? text : "unknown error") + (" (" + errno_name(error) + ")");
  }

  [[nodiscard]] const std::string& code() const noexcept { return code_; }

 private:
  std::string code_;
};

}  // namespace pktgen
