// A terminal in raw mode on its alternate screen stays so when a program dies in the middle of it: the user
// types and sees nothing. Sources: signal-safety(7), sigaction(2), sigaltstack(2), termios(3).
#include "terminal_guard.h"

#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>

#include "border.h"
#include "clock.h"
#include "error.h"

namespace pktgen {
namespace {

// SIGTRAP: V8 ends a process by it that it cannot trust any more.
constexpr std::array kSignals{SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS, SIGQUIT, SIGXCPU};
// A terminal that takes nothing is not waited for longer than this, in all.
constexpr int kMostNaps = 100;
constexpr std::int64_t kNapNs = 1'000'000;
constexpr std::size_t kMostBytes = 256;
constexpr std::size_t kStackBytes = std::size_t{64} * 1024;

// What the handler needs. Global, as nothing else in the addon: a signal handler is given the number of the
// signal and no more, and actions belong to the process, not to an environment. All that is read in it is
// written before `armed` is.
struct Guard {
  std::atomic<bool> armed{false};
  std::atomic<bool> given_back{false};
  int fd = -1;
  termios modes{};
  std::array<char, kMostBytes> bytes{};
  std::size_t length = 0;
  std::array<struct sigaction, kSignals.size()> before{};  // actions of each signal
  bool has_actions = false;
  // For the main thread, where JavaScript runs, whose stack may be what overflowed.
  alignas(std::max_align_t) std::array<std::byte, kStackBytes> stack{};
  stack_t stack_before{};
};
Guard guard;

void put_actions_back() noexcept {
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &guard.before[i], nullptr);
}

// Only what is async-signal-safe: write, tcsetattr, sigaction, nanosleep, raise. The first of several threads
// that crash does it, the others wait: they would end the process in the middle of it.
void give_back(int signal) noexcept {
  if (!guard.armed.exchange(false)) {
    for (int i = 0; i < kMostNaps && !guard.given_back; ++i) sleep_ns(kNapNs);
  } else {
    // What the terminal does not take is lost: there is nobody left to tell.
    const ssize_t written = write(guard.fd, guard.bytes.data(), guard.length);
    (void)written;
    // Of a background job it would stop the process (SIGTTOU) instead of letting it die.
    sigset_t stop{};
    sigemptyset(&stop);
    sigaddset(&stop, SIGTTOU);
    pthread_sigmask(SIG_BLOCK, &stop, nullptr);
    tcsetattr(guard.fd, TCSANOW, &guard.modes);
    guard.given_back = true;
  }
  put_actions_back();
  // Blocked while it is handled: it strikes when this returns. Where an instruction is at fault, that would
  // strike again by itself; a signal that was sent does not.
  raise(signal);
}

void take_over() {
  stack_t stack{};
  stack.ss_sp = guard.stack.data();
  stack.ss_size = guard.stack.size();
  sigaltstack(&stack, &guard.stack_before);
  struct sigaction action {};
  action.sa_handler = give_back;
  action.sa_flags = SA_ONSTACK;
  sigfillset(&action.sa_mask);
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    if (sigaction(kSignals[i], &action, &guard.before[i]) != 0)
      throw Error::from_errno(errno, "guarding the terminal");
  }
  guard.has_actions = true;
}

void release() noexcept {
  guard.armed = false;
  if (!guard.has_actions) return;
  put_actions_back();
  // Nothing else may have asked for a stack: then there was none, and none is what is put back.
  sigaltstack(&guard.stack_before, nullptr);
  guard.has_actions = false;
}

}  // namespace

Napi::Value guard_terminal(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsNumber()) throw Napi::TypeError::New(env, "fd: expected a number");
  if (!info[1].IsTypedArray() || info[1].As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array)
    throw Napi::TypeError::New(env, "restore: expected a Uint8Array");
  const auto bytes = info[1].As<Napi::Uint8Array>();
  const int fd = info[0].As<Napi::Number>().Int32Value();
  guarded(env, [&] {
    if (bytes.ByteLength() > kMostBytes)
      throw Error("ENOBUFS", "restore: at most " + std::to_string(kMostBytes) + " bytes");
    termios modes{};
    if (tcgetattr(fd, &modes) != 0) throw Error::from_errno(errno, "reading the modes of the terminal");
    release();
    guard.fd = fd;
    guard.modes = modes;
    std::copy_n(bytes.Data(), bytes.ByteLength(), guard.bytes.begin());
    guard.length = bytes.ByteLength();
    guard.given_back = false;
    take_over();
    guard.armed = true;
  });
  return env.Undefined();
}

Napi::Value release_terminal(const Napi::CallbackInfo& info) {
  release();
  return info.Env().Undefined();
}

}  // namespace pktgen
