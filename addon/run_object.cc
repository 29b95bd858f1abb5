#include "run_object.h"

#include <algorithm>
#include <array>

#include "border.h"
#include "clock.h"
#include "decode.h"
#include "decode_schedule.h"
#include "network_object.h"

namespace pktgen {
namespace {

struct CounterWord {
  const char* name;
  Counter Counters::*member;
};

constexpr std::array kWords{
    CounterWord{"packets", &Counters::packets},
    CounterWord{"bytes", &Counters::bytes},
    CounterWord{"syscalls", &Counters::syscalls},
    CounterWord{"busy", &Counters::busy},
    CounterWord{"firstPacketNs", &Counters::first_packet_ns},
    CounterWord{"state", &Counters::state},
    CounterWord{"endReason", &Counters::end_reason},
    CounterWord{"endErrno", &Counters::end_errno},
    CounterWord{"latePackets", &Counters::late_packets},
    CounterWord{"behindNs", &Counters::behind_ns},
    CounterWord{"skippedNs", &Counters::skipped_ns},
    CounterWord{"caughtUpNs", &Counters::caught_up_ns},
    CounterWord{"stalls", &Counters::stalls},
    CounterWord{"waits", &Counters::waits},
    CounterWord{"roomNs", &Counters::room_ns},
    CounterWord{"sampledNs", &Counters::sampled_ns},
    CounterWord{"sampledCallNs", &Counters::sampled_call_ns},
    CounterWord{"sampledCalls", &Counters::sampled_calls},
    CounterWord{"emptyCallNs", &Counters::empty_call_ns},
};
// After these: activeNs, idleNs, cpuNs, offCpuNs, then pairs (errno, count).
constexpr std::size_t kWordsPerWorker = kWords.size() + 4 + 2 * kErrorKinds;

void copy_words(const Counters& counters, std::uint64_t cpu_ns, std::uint64_t off_cpu_ns,
                std::uint64_t* out) {
  for (const CounterWord& word : kWords) *out++ = (counters.*word.member).get();
  const std::uint64_t now_ns = monotonic_ns();
  *out++ = counters.active.elapsed_ns(now_ns);
  *out++ = counters.idle.elapsed_ns(now_ns);
  *out++ = cpu_ns;
  *out++ = off_cpu_ns;
  for (const Counters::ErrorKind& kind : counters.errors) {
    *out++ = kind.number.get();
    *out++ = kind.count.get();
  }
}

Napi::Value sum_streams(Napi::Env env, const Run& run,
                        const StreamCounterList& (Worker::*streams_of)() const noexcept) {
  const auto& workers = run.workers();
  const std::size_t streams = (*workers.front().*streams_of)().size();
  Napi::BigUint64Array out = Napi::BigUint64Array::New(env, streams * 2);
  std::fill_n(out.Data(), streams * 2, 0);
  for (const auto& worker : workers) {
    const StreamCounterList& list = (*worker.*streams_of)();
    for (std::size_t i = 0; i < streams; ++i) {
      out[2 * i] += list[i].packets.get();
      out[2 * i + 1] += list[i].bytes.get();
    }
  }
  return out;
}

}  // namespace

Napi::Float64Array lateness_bounds(Napi::Env env) {
  Napi::Float64Array out = Napi::Float64Array::New(env, Lateness::kClasses);
  for (std::size_t i = 0; i + 1 < Lateness::kClasses; ++i) {
    out[i] = static_cast<double>(Lateness::bound_ns(i));
  }
  out[Lateness::kClasses - 1] = kForever;
  return out;
}

Napi::Array counter_names(Napi::Env env) {
  Napi::Array names = Napi::Array::New(env);
  const auto put = [&](const std::string& name) { names.Set(names.Length(), name); };
  for (const CounterWord& word : kWords) put(word.name);
  put("activeNs");
  put("idleNs");
  put("cpuNs");
  put("offCpuNs");
  for (std::size_t i = 0; i < kErrorKinds; ++i) {
    put("errno" + std::to_string(i));
    put("errorCount" + std::to_string(i));
  }
  return names;
}

Napi::Function RunObject::define(Napi::Env env) {
  return DefineClass(
      env, "Run",
      {InstanceMethod<&RunObject::start>("start"), InstanceMethod<&RunObject::pause>("pause"),
       InstanceMethod<&RunObject::resume>("resume"), InstanceMethod<&RunObject::stop>("stop"),
       InstanceMethod<&RunObject::set_speed>("setSpeed"), InstanceMethod<&RunObject::counters>("counters"),
       InstanceMethod<&RunObject::warmup_counters>("warmupCounters"),
       InstanceMethod<&RunObject::warmup_stream_counters>("warmupStreamCounters"),
       InstanceMethod<&RunObject::lateness>("lateness"),
       InstanceMethod<&RunObject::stream_counters>("streamCounters"),
       InstanceMethod<&RunObject::modes>("modes"), InstanceMethod<&RunObject::close>("close"),
       InstanceAccessor<&RunObject::done>("done")});
}

RunObject::RunObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<RunObject>(info) {
  const NetworkObject* network = NetworkObject::from(info[0]);
  if (network == nullptr || network->where() == nullptr) {
    throw Napi::TypeError::New(info.Env(), "network: expected a Network that is open");
  }
  const RunPlan plan = decode_run_plan(info[1], network->where());
  guarded(info.Env(), [&] { run_ = std::make_unique<Run>(plan); });
}

Run& RunObject::opened(const Napi::CallbackInfo& info) const {
  if (!run_) throw to_js_error(info.Env(), "EBADF", "the run is closed");
  return *run_;
}

void RunObject::start(const Napi::CallbackInfo& info) { opened(info).start(); }
void RunObject::pause(const Napi::CallbackInfo& info) { opened(info).pause(); }
void RunObject::resume(const Napi::CallbackInfo& info) { opened(info).resume(); }
void RunObject::stop(const Napi::CallbackInfo& info) { opened(info).stop(); }

// Stops and joins the workers, and gives sockets, rings and threads back.
void RunObject::close(const Napi::CallbackInfo& /*info*/) { run_.reset(); }

Napi::Value RunObject::done(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), opened(info).done());
}

void RunObject::set_speed(const Napi::CallbackInfo& info) {
  Run& run = opened(info);
  run.set_speed(decode_speed(info[0], "speed"));
}

// counters() → BigUint64Array, one block of counter_names() words per worker.
Napi::Value RunObject::counters(const Napi::CallbackInfo& info) {
  const auto& workers = opened(info).workers();
  Napi::BigUint64Array out = Napi::BigUint64Array::New(info.Env(), workers.size() * kWordsPerWorker);
  for (std::size_t i = 0; i < workers.size(); ++i) {
    const Worker& worker = *workers[i];
    copy_words(worker.counters(), worker.cpu_ns(), worker.off_cpu_ns(), out.Data() + i * kWordsPerWorker);
  }
  return out;
}

// warmupCounters() → the same as it was when each worker's warm-up ended; zeros before.
Napi::Value RunObject::warmup_counters(const Napi::CallbackInfo& info) {
  const auto& workers = opened(info).workers();
  Napi::BigUint64Array out = Napi::BigUint64Array::New(info.Env(), workers.size() * kWordsPerWorker);
  std::fill_n(out.Data(), out.ElementLength(), 0);
  for (std::size_t i = 0; i < workers.size(); ++i) {
    const Counters& counters = workers[i]->warmup();
    if (counters.state.get_published() == 0) continue;
    copy_words(counters, counters.cpu_ns.get(), counters.off_cpu_ns.get(), out.Data() + i * kWordsPerWorker);
  }
  return out;
}

// streamCounters() → BigUint64Array, packets and bytes of each stream, all workers together.
Napi::Value RunObject::stream_counters(const Napi::CallbackInfo& info) {
  return sum_streams(info.Env(), opened(info), &Worker::streams);
}

Napi::Value RunObject::warmup_stream_counters(const Napi::CallbackInfo& info) {
  return sum_streams(info.Env(), opened(info), &Worker::warmup_streams);
}

// lateness() → BigUint64Array, frames by class of lateness, all workers together.
Napi::Value RunObject::lateness(const Napi::CallbackInfo& info) {
  Napi::BigUint64Array out = Napi::BigUint64Array::New(info.Env(), Lateness::kClasses);
  std::fill_n(out.Data(), Lateness::kClasses, 0);
  for (const auto& worker : opened(info).workers()) {
    for (std::size_t i = 0; i < Lateness::kClasses; ++i) out[i] += worker->lateness().count(i);
  }
  return out;
}

// modes() → of each worker's engine, what it found out when it was opened; "" for nothing
Napi::Value RunObject::modes(const Napi::CallbackInfo& info) {
  Napi::Array out = Napi::Array::New(info.Env());
  for (const auto& worker : opened(info).workers()) out.Set(out.Length(), worker->mode());
  return out;
}

}  // namespace pktgen
