#include "simulate.h"

#include <memory>
#include <vector>

#include "decode.h"
#include "decode_program.h"
#include "decode_schedule.h"
#include "given.h"
#include "pacer.h"

namespace pktgen {
namespace {

constexpr std::uint32_t kMostWorkers = 1024;
constexpr std::uint32_t kMostFrames = 1U << 24U;
constexpr std::uint32_t kMostBatch = 65536;

// What both functions are given first.
struct Subject {
  std::shared_ptr<const FrameProgram> program;
  Timetable timetable;
  Part part;

  explicit Subject(const Napi::CallbackInfo& info) : program(decode_program(info[0], "program")) {
    timetable = decode_timetable(info[1], "timetable", program->lanes());
    part.workers = decode_u32(info[3], "workers", 1, kMostWorkers);
    part.worker = decode_u32(info[2], "worker", 0, part.workers - 1);
  }
};

struct Change {
  double at_ns;
  double speed;
};

std::vector<Change> decode_changes(const Napi::Value& value) {
  if (!value.IsArray()) refuse(value.Env(), "speeds", "an array");
  const auto list = value.As<Napi::Array>();
  std::vector<Change> changes;
  for (std::uint32_t i = 0; i < list.Length(); ++i) {
    const Given given(list.Get(i), "speeds[" + std::to_string(i) + "]");
    changes.push_back({.at_ns = given.number("atNs", 0, kForever),
                       .speed = decode_speed(given.get("speed"), given.path("speed"))});
  }
  return changes;
}

}  // namespace

Napi::Value due_times(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Subject subject(info);
  subject.part.frames = decode_limit(info[4], "count");
  constexpr std::size_t kMost = 5;  // the position of this argument
  const std::uint32_t most = decode_u32(info[kMost], "most", 0, kMostFrames);
  Pacer pacer(subject.timetable, *subject.program, subject.part, 2);
  pacer.begin(0);
  const Tempo at_once;  // never waits: in the order of their times
  std::vector<std::uint32_t> lanes;
  std::vector<double> dues;
  while (lanes.size() < most) {
    const auto next = pacer.release(at_once, 0, kForever, 1, nullptr);
    if (next.empty()) break;
    lanes.push_back(next.front());
    dues.push_back(pacer.oldest_due());
    pacer.made(1);
    pacer.taken(1, at_once, 0, nullptr);
  }
  Napi::Uint32Array lane_numbers = Napi::Uint32Array::New(env, lanes.size());
  Napi::Float64Array due_ns = Napi::Float64Array::New(env, dues.size());
  std::ranges::copy(lanes, lane_numbers.Data());
  std::ranges::copy(dues, due_ns.Data());
  Napi::Object out = Napi::Object::New(env);
  out.Set("lanes", lane_numbers);
  out.Set("dueNs", due_ns);
  return out;
}

Napi::Value simulate_pacer(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const Subject subject(info);
  const std::uint32_t batch = decode_u32(info[4], "batch", 1, kMostBatch);
  constexpr std::size_t kMoments = 5;  // the positions of these arguments
  constexpr std::size_t kSpeeds = 6;
  const Napi::Value given = info[kMoments];
  if (!given.IsTypedArray() || given.As<Napi::TypedArray>().TypedArrayType() != napi_float64_array)
    refuse(env, "moments", "a Float64Array");
  const auto moments = given.As<Napi::Float64Array>();
  const std::vector<Change> changes = decode_changes(info[kSpeeds]);
  Pacer pacer(subject.timetable, *subject.program, subject.part, 4 * batch);
  pacer.begin(0);
  TempoLine tempo(subject.timetable.speed);
  tempo.run(0);
  Napi::Uint32Array released = Napi::Uint32Array::New(env, moments.ElementLength());
  std::size_t change = 0;
  for (std::size_t i = 0; i < moments.ElementLength(); ++i) {
    for (; change < changes.size() && changes[change].at_ns <= moments[i]; ++change)
      tempo.set_speed(changes[change].at_ns, changes[change].speed);
    const Tempo& now = tempo.now();
    const double schedule = now.schedule_at(moments[i]);
    const auto count =
        static_cast<std::uint32_t>(pacer.release(now, schedule, kForever, batch, nullptr).size());
    pacer.made(count);
    pacer.taken(count, now, schedule, nullptr);
    released[i] = count;
  }
  Napi::Object out = Napi::Object::New(env);
  out.Set("released", released);
  out.Set("skippedNs", pacer.backlog().skipped_ns());
  return out;
}

}  // namespace pktgen
