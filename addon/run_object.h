// Run: the workers of a run, for JavaScript. A run plan goes in; a block of counters and a few commands come
// out.
#pragma once

#include <napi.h>

#include "run.h"

namespace pktgen {

class RunObject : public Napi::ObjectWrap<RunObject> {
 public:
  static Napi::Function define(Napi::Env env);
  // new Run(network: Network, plan): opens everything; start() lets the first packet go.
  explicit RunObject(const Napi::CallbackInfo& info);

 private:
  void start(const Napi::CallbackInfo& info);
  void pause(const Napi::CallbackInfo& info);
  void resume(const Napi::CallbackInfo& info);
  void stop(const Napi::CallbackInfo& info);
  Napi::Value done(const Napi::CallbackInfo& info);
  Napi::Value counters(const Napi::CallbackInfo& info);
  void set_speed(const Napi::CallbackInfo& info);
  Napi::Value warmup_counters(const Napi::CallbackInfo& info);
  Napi::Value stream_counters(const Napi::CallbackInfo& info);
  Napi::Value warmup_stream_counters(const Napi::CallbackInfo& info);
  Napi::Value lateness(const Napi::CallbackInfo& info);
  Napi::Value modes(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);
  [[nodiscard]] Run& opened(const Napi::CallbackInfo& info) const;  // throws once it is closed

  std::unique_ptr<Run> run_;  // its destructor stops and joins the workers, also when the environment closes
};

// The layout of what counters() fills in: the names of a worker's words, in order.
Napi::Array counter_names(Napi::Env env);

// That of lateness(): where each class ends, in ns.
Napi::Float64Array lateness_bounds(Napi::Env env);

}  // namespace pktgen
