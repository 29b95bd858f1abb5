#include "live_program.h"

#include <algorithm>
#include <array>

#include "live_context.h"
#include "live_numbers.h"
#include "live_stream.h"

namespace pktgen {
namespace {

using enum BpfAssembler::Register;

// The verifier allows offsets below 2^29 in a map; half of that is a capture of 170,000 frames of 1,500
// bytes.
constexpr std::size_t kMostMemoryBytes = std::size_t{1} << 28U;
constexpr unsigned kMebibyteBits = 20;

class Compiler {
 public:
  Compiler(const FrameProgram& program, const Part& part)
      : program_(program),
        part_(part),
        turns_(turns_of(program, part)),
        images_(program),
        context_(context_with_ends()),
        visits_(program.streams.size()) {}

  LiveProgram compile();

 private:
  void note_visits();
  void take_turn();
  void draw();
  void emit_streams();
  void emit_ends(const LiveContext& context);
  LiveContext context_with_ends();

  const FrameProgram& program_;
  const Part& part_;
  Turns turns_;
  LiveProgram made_;
  LiveMemory memory_;
  LiveImages images_;
  LiveContext context_;
  LiveStack stack_;
  std::vector<LiveVisits> visits_;
  std::vector<std::uint32_t> visited_;  // numbers of the streams that this worker has turns with
};

LiveProgram Compiler::compile() {
  memory_.reserve(sizeof(std::uint64_t));  // kTroubleOffset
  note_visits();
  made_.streams.resize(program_.streams.size());
  made_.frames = visited_.empty() ? 0 : turns_.frames;
  made_.code.copy(kContext, r1);
  if (program_.random_order) {
    draw();
  } else {
    take_turn();
  }
  emit_streams();
  if (!made_.code.link()) {
    refuse_live("this traffic becomes a BPF program of " + std::to_string(made_.code.code().size()) +
                " instructions, too far for its jumps");
  }
  if (memory_.content().size() > kMostMemoryBytes) {
    refuse_live("its frames and tables take " + std::to_string(memory_.content().size() >> kMebibyteBits) +
                " MiB of the kernel's memory, more than 256");
  }
  made_.memory = memory_.content();
  made_.frame = images_.base();
  return std::move(made_);
}

void Compiler::note_visits() {
  std::vector<std::vector<std::uint32_t>> advances(visits_.size());
  for (const Turn& turn : turns_.sequence) {
    if (advances[turn.stream].empty() || advances[turn.stream].back() != turn.advance) {
      advances[turn.stream].push_back(turn.advance);
    }
  }
  std::vector<bool> scheduled(visits_.size(), false);
  for (const std::uint32_t stream : program_.schedule) scheduled[stream] = true;
  bool differ = false;
  for (std::uint32_t s = 0; s < visits_.size(); ++s) {
    if (!scheduled[s] || turns_.streams[s].first == UINT64_MAX) continue;
    visited_.push_back(s);
    visits_[s].first = turns_.streams[s].first;
    visits_[s].distances = turns_.streams[s].distances;
    if (program_.random_order) continue;
    visits_[s].scheduled.most = std::ranges::max(advances[s]);
    differ = differ || advances[s].size() > 1;
  }
  if (!differ) return;
  const std::int32_t slot = stack_.allocate();
  for (const std::uint32_t s : visited_) {
    if (advances[s].size() > 1) visits_[s].scheduled.slot = slot;
  }
}

// r1 = the number of the stream among those that are visited, and the advance on the stack.
void Compiler::take_turn() {
  BpfAssembler& code = made_.code;
  const std::size_t turns = turns_.sequence.size();
  if (turns < 2) return;
  struct Entry {
    std::uint32_t stream;
    std::uint32_t advance;
  };
  std::vector<std::uint32_t> entries;
  for (const Turn& turn : turns_.sequence) {
    const auto at = std::ranges::lower_bound(visited_, turn.stream) - visited_.begin();
    entries.insert(entries.end(), {static_cast<std::uint32_t>(at), turn.advance});
  }
  const std::uint32_t table = memory_.add(std::span<const std::uint32_t>(entries));
  const BpfAssembler::Label within = code.label();
  code.address(r0, memory_.reserve(sizeof(std::uint64_t)));
  code.load(8, r1, r0, 0);
  code.jump_if(BPF_JGE, r1, std::uint64_t{turns}, context_.impossible, r2);
  code.load(8, r2, r0, 0);  // not a copy: see LivePositions::move
  code.alu(BPF_ADD, r2, 1);
  code.jump_if(BPF_JLT, r2, std::uint64_t{turns}, within, r3);
  code.set(r2, 0);
  code.bind(within);
  code.store(8, r0, 0, r2);
  code.alu(BPF_LSH, r1, 3);
  code.address(r2, table);
  code.alu(BPF_ADD, r2, r1);
  code.load(4, r1, r2, offsetof(Entry, stream));
  for (const std::uint32_t s : visited_) {
    if (visits_[s].scheduled.slot == 0) continue;
    code.load(4, r2, r2, offsetof(Entry, advance));
    code.store(8, r10, visits_[s].scheduled.slot, r2);
    break;
  }
}

void Compiler::draw() {
  BpfAssembler& code = made_.code;
  std::vector<std::uint32_t> places;
  for (const std::uint32_t stream : program_.schedule) {
    const auto at = std::ranges::lower_bound(visited_, stream) - visited_.begin();
    places.push_back(static_cast<std::uint32_t>(at));
  }
  const std::uint32_t table = memory_.add(std::span<const std::uint32_t>(places));
  code.address(r0, memory_.add(std::span<const std::uint64_t>(std::array{std::uint64_t{part_.worker}})));
  code.load(8, r1, r0, 0);
  code.copy(r2, r1);
  code.alu(BPF_ADD, r2, std::uint64_t{part_.workers}, r3);
  code.store(8, r0, 0, r2);
  emit_random_below(code, program_.seed, places.size());
  code.jump_if(BPF_JGE, r1, std::uint64_t{places.size()}, context_.impossible, r2);
  code.alu(BPF_LSH, r1, 2);
  code.address(r2, table);
  code.alu(BPF_ADD, r2, r1);
  code.load(4, r1, r2, 0);
}

void Compiler::emit_streams() {
  if (visited_.empty()) {
    made_.code.jump(context_.drop);
    emit_ends(context_);
    return;
  }
  std::vector<BpfAssembler::Label> labels;
  for (std::size_t i = 0; i < visited_.size(); ++i) labels.push_back(made_.code.label());
  emit_choice(made_.code, labels, 0, labels.size());
  emit_ends(context_);
  for (std::size_t i = 0; i < visited_.size(); ++i) {
    const std::uint32_t s = visited_[i];
    // Each stream ends by itself: conditional jumps reach 32,767 instructions at most.
    const LiveContext own = context_with_ends();
    made_.code.bind(labels[i]);
    made_.streams[s] =
        emit_stream(own, program_.streams[s], visits_[s], stack_, "stream " + std::to_string(s + 1));
    emit_ends(own);
  }
}

LiveContext Compiler::context_with_ends() {
  return {.code = made_.code,
          .memory = memory_,
          .images = images_,
          .drop = made_.code.label(),
          .impossible = made_.code.label(),
          .gone = made_.code.label()};
}

// Only those that something jumps to: the verifier refuses code that cannot be reached.
void Compiler::emit_ends(const LiveContext& context) {
  BpfAssembler& code = made_.code;
  const auto end = [&](BpfAssembler::Label label, std::int32_t why) {
    if (!code.is_wanted(label)) return;
    code.bind(label);
    code.address(r1, LiveProgram::kTroubleOffset);
    code.store_number(8, r1, 0, why);
    code.jump(context.drop);
  };
  end(context.gone, LiveProgram::kGone);
  end(context.impossible, LiveProgram::kImpossible);
  if (!code.is_wanted(context.drop)) return;
  code.bind(context.drop);
  code.set(r0, XDP_DROP);
  code.exit();
}

}  // namespace

LiveProgram compile_live(const FrameProgram& program, const Part& part) {
  return Compiler(program, part).compile();
}

}  // namespace pktgen
