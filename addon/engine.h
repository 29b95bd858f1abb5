// The engine contract: one way of handing frames to the kernel.
//
// An engine is one file in engines/. It describes itself with an EngineInfo, registers it, and is then known
// to the help text, the option checks and `pktgen devices` alike. Threads: open() and probe() on any thread;
// slots(), submit() and drain() on the worker's thread only, where nothing may allocate, lock, log or throw.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "links.h"
#include "slot.h"

namespace pktgen {

struct SubmitResult {
  // busy: the kernel would take no more just now, try again. error: it will not take any more; `error` says
  // why.
  enum class Status : std::uint8_t { kOk, kBusy, kError };

  std::uint32_t sent = 0;      // frames that the kernel took since the last call, in the order of their slots
  std::uint32_t rejected = 0;  // frames that it refused for good (too large); they count as an EMSGSIZE each
  Status status = Status::kOk;
  int error = 0;  // errno behind kBusy or kError; 0 when there was none
  std::uint32_t syscalls = 0;
};

struct EngineOption {
  enum class Type : std::uint8_t { kFlag, kInteger, kText };

  const char* name;  // camelCase; the flag is the same in kebab-case
  Type type;
  // kFlag and kInteger; a kText has no default and must be given.
  std::int64_t fallback = 0;
  std::int64_t minimum = 0;
  std::int64_t maximum = 1;
  bool power_of_two = false;
  const char* argument = "N";  // what the help calls the value
  const char* description;
};

// The values of an engine's options by name, every default resolved.
struct EngineOptions {
  std::map<std::string, std::int64_t> numbers;  // flags are 0 or 1
  std::map<std::string, std::string> texts;

  [[nodiscard]] std::int64_t number(const char* name) const { return numbers.at(name); }
  [[nodiscard]] bool flag(const char* name) const { return numbers.at(name) != 0; }
  [[nodiscard]] const std::string& text(const char* name) const { return texts.at(name); }
};

struct EnginePlan {
  std::shared_ptr<const NetworkNamespace> where;
  std::string interface;                  // empty for an engine without a device
  std::uint32_t interface_index = 0;      // 0 for an engine without a device
  std::uint32_t longest_frame_bytes = 0;  // no frame will be longer
  std::uint32_t shortest_frame_bytes = 0;
  // After so many frames a place may hold what it held before; 0 for never. Memory for a multiple of it needs
  // each frame written only once.
  std::uint32_t repeats_after = 0;
  std::uint32_t batch = 64;
  EngineOptions options;
};

class Engine {
 public:
  Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  virtual ~Engine() = default;

  // Places for up to `wanted` frames in the engine's own memory that are free now, in the order in which they
  // will be sent. The caller makes frames ready in them; a slot keeps its content until it is offered again.
  [[nodiscard]] virtual std::span<Slot* const> slots(std::uint32_t wanted) noexcept = 0;

  // The most frames that can be queued or on their way at once.
  [[nodiscard]] virtual std::uint32_t capacity() const noexcept = 0;

  // Queues the first `count` of the slots just offered and hands all that is queued to the kernel. What the
  // kernel did not take stays queued for the next call; submit(0) only tries again.
  virtual SubmitResult submit(std::uint32_t count) noexcept = 0;

  // At the end: takes back what is still queued and waits until the kernel has let go of what it took, at
  // most until `deadline_ns` (CLOCK_MONOTONIC).
  virtual void drain(std::uint64_t deadline_ns) noexcept = 0;
};

struct Refusal {
  std::string code;    // errno name or a word of ours
  std::string reason;  // what is missing, for a person
};

struct EngineInfo {
  const char* name;
  const char* summary;
  bool needs_device;
  std::uint32_t maximum_workers = UINT32_MAX;
  std::uint32_t default_count = 0;  // frames, where nobody limits the run; 0 = no limit
  std::span<const EngineOption> options;
  // Why this engine cannot run there, or nothing when it can. Never changes anything.
  std::optional<Refusal> (*probe)(const NetworkNamespace& where, const Link& link);
  std::unique_ptr<Engine> (*open)(const EnginePlan& plan);  // throws Error

  const EngineInfo* next = nullptr;  // filled in by registration
};

// Puts an engine on the list. One static object of this in each engine's file, run when the addon is loaded.
class EngineRegistration {
 public:
  explicit EngineRegistration(EngineInfo& info);
};

const EngineInfo* first_engine() noexcept;
const EngineInfo* find_engine(const std::string& name) noexcept;

}  // namespace pktgen
