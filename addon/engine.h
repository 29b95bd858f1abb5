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
#include <vector>

#include "cache_line.h"
#include "call_meter.h"
#include "links.h"
#include "program.h"
#include "slot.h"
#include "turns.h"

namespace pktgen {

struct SubmitResult {
  // busy: the kernel would take no more just now, try again. error: it will not take any more; `error` says
  // why.
  enum class Status : std::uint8_t { kOk, kBusy, kError };

  std::uint32_t sent = 0;      // frames that the kernel took since the last call, in the order of their slots
  std::uint32_t rejected = 0;  // frames that it refused for good (too large); they count as an EMSGSIZE each
  Status status = Status::kOk;
  int error = 0;  // errno behind kBusy or kError; 0 when there was none
};

struct EngineOption {
  enum class Type : std::uint8_t { kFlag, kInteger, kText, kChoice };

  const char* name;  // camelCase; the flag is the same in kebab-case
  Type type;
  // kFlag and kInteger; for a kChoice the position in `choices`. A kText has no default and must be given.
  std::int64_t fallback = 0;
  std::int64_t minimum = 0;
  std::int64_t maximum = 1;
  bool power_of_two = false;
  const char* argument = "N";  // what the help calls the value
  std::span<const char* const> choices = {};
  const char* description;
};

// The values of an engine's options by name, every default resolved.
struct EngineOptions {
  std::map<std::string, std::int64_t> numbers;  // flags are 0 or 1
  std::map<std::string, std::string> texts;     // choices, too

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
  int cpu = 0;              // that the worker is pinned to
  std::uint32_t queue = 0;  // transmit queue of the device that this worker should use
  std::shared_ptr<const FrameProgram> program;
  Part part;  // of the program: this worker's
  EngineOptions options;
};

// What was sent of one stream since the engine was opened.
struct StreamTotal {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;  // frame sizes added up, FCS included
};

// One worker's.
class alignas(kCacheLineBytes) Engine {
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

  // An engine with makes_frames is never asked for slots: submit(count) makes and sends up to `count` of the
  // next frames of its part of the program by itself. Then these two tell what came of it.
  [[nodiscard]] virtual bool is_finished() const noexcept { return false; }  // its part has been sent
  [[nodiscard]] virtual std::span<const StreamTotal> totals() const noexcept { return {}; }  // by stream
  virtual void restart() noexcept {}  // the sequence begins anew; totals go on

  // At the end: takes back what is still queued and waits until the kernel has let go of what it took, at
  // most until `deadline_ns` (CLOCK_MONOTONIC).
  virtual void drain(std::uint64_t deadline_ns) noexcept = 0;

  // Frames that could not be taken back: the kernel took them during drain(), and they count as sent.
  [[nodiscard]] virtual std::uint32_t sent_in_drain() const noexcept { return 0; }

  // What open() found out that the user should know, such as "zero-copy". Any thread.
  [[nodiscard]] virtual std::string mode() const { return {}; }

  // Every system call that sends goes through this one.
  [[nodiscard]] CallMeter& calls() noexcept { return calls_; }

 private:
  CallMeter calls_;
};

struct Refusal {
  std::string code;    // errno name or a word of ours
  std::string reason;  // what is missing, for a person
  std::string help;    // what would help, such as a command line; may be empty
};

// What an engine is asked about.
struct Occasion {
  const NetworkNamespace& where;
  const Link& link;
  const FrameProgram* program;  // nullptr: frames that every engine can send
  const EngineOptions& options;
};

// What an engine can do on an interface.
struct Fit {
  std::optional<Refusal> refusal;  // nothing when it can run
  std::vector<std::string> facts;  // what is worth knowing, such as "zero-copy"; short phrases
  // Which engine is likely to be fastest there: the highest rank. 0: never chosen unless asked for by name.
  std::uint32_t rank = 0;
  // How evenly it can send: so many frames leave as one, or what is due within so long.
  std::uint32_t frames_together = 1;
  std::uint32_t call_ns = 0;
};

// Who decides on the transmit queue of a frame.
enum class QueueChoice : std::uint8_t {
  kByFlow,  // the kernel, by addresses and ports; past a queueing discipline (qdiscBypass) by the CPU
  kByCpu,   // the CPU that sends
  kByPlan,  // EnginePlan.queue
};

struct EngineInfo {
  const char* name;
  const char* summary;
  bool needs_device;
  std::uint32_t maximum_workers = UINT32_MAX;
  std::uint32_t default_count = 0;  // frames, where nobody limits the run; 0 = no limit
  std::uint32_t default_batch = 64;
  const char* capabilities = "CAP_NET_RAW";  // what a caller needs who is not root
  bool makes_frames = false;                 // applies the frame program itself
  bool needs_xdp_at_far_end = false;         // in a lab, needs an XDP program at the far end
  QueueChoice queue_choice = QueueChoice::kByFlow;
  std::span<const EngineOption> options;
  // Whether this engine can run there, and what it can do. Changes nothing.
  Fit (*probe)(const Occasion& occasion);
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
