#include "run_object.h"

#include <algorithm>
#include <array>

#include "border.h"
#include "clock.h"
#include "decode.h"
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
};
// After these: activeNs, cpuNs, then pairs (errno, count).
constexpr std::size_t kWordsPerWorker = kWords.size() + 2 + 2 * kErrorKinds;

void copy_words(const Worker& worker, std::uint64_t* out) {
  const Counters& counters = worker.counters();
  for (const CounterWord& word : kWords) *out++ = (counters.*word.member).get();
  *out++ = counters.active.elapsed_ns(monotonic_ns());
  *out++ = worker.cpu_ns();
  for (const Counters::ErrorKind& kind : counters.errors) {
    *out++ = kind.number.get();
    *out++ = kind.count.get();
  }
}

}  // namespace

Napi::Array counter_names(Napi::Env env) {
  Napi::Array names = Napi::Array::New(env);
  const auto put = [&](const std::string& name) { names.Set(names.Length(), name); };
  for (const CounterWord& word : kWords) put(word.name);
  put("activeNs");
  put("cpuNs");
  for (std::size_t i = 0; i < kErrorKinds; ++i) {
    put("errno" + std::to_string(i));
    put("errorCount" + std::to_string(i));
  }
  return names;
}

Napi::Function RunObject::define(Napi::Env env) {
  return DefineClass(env, "Run",
                     {InstanceMethod<&RunObject::start>("start"), InstanceMethod<&RunObject::pause>("pause"),
                      InstanceMethod<&RunObject::resume>("resume"), InstanceMethod<&RunObject::stop>("stop"),
                      InstanceMethod<&RunObject::counters>("counters"),
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

// counters() → BigUint64Array, one block of counter_names() words per worker.
Napi::Value RunObject::counters(const Napi::CallbackInfo& info) {
  const auto& workers = opened(info).workers();
  Napi::BigUint64Array out = Napi::BigUint64Array::New(info.Env(), workers.size() * kWordsPerWorker);
  std::uint64_t* words = out.Data();
  for (const auto& worker : workers) {
    copy_words(*worker, words);
    words += kWordsPerWorker;
  }
  return out;
}

// streamCounters() → BigUint64Array, packets and bytes of each stream, all workers together.
Napi::Value RunObject::stream_counters(const Napi::CallbackInfo& info) {
  const auto& workers = opened(info).workers();
  const std::size_t streams = workers.front()->streams().size();
  Napi::BigUint64Array out = Napi::BigUint64Array::New(info.Env(), streams * 2);
  std::fill_n(out.Data(), streams * 2, 0);
  for (const auto& worker : workers) {
    for (std::size_t i = 0; i < streams; ++i) {
      out[2 * i] += worker->streams()[i].packets.get();
      out[2 * i + 1] += worker->streams()[i].bytes.get();
    }
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
