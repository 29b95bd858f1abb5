// What JavaScript sees: the engines' self-descriptions, Network and Run. Nothing else is kept per
// environment, and one thing per process: terminal_guard.cc.
#include <napi.h>

#include "border.h"
#include "capture_file.h"
#include "network_object.h"
#include "render.h"
#include "run_object.h"
#include "simulate.h"
#include "terminal_guard.h"

namespace pktgen {
namespace {

Napi::Object encode(Napi::Env env, const EngineOption& option) {
  using Type = EngineOption::Type;
  Napi::Object out = Napi::Object::New(env);
  out.Set("name", option.name);
  out.Set("description", option.description);
  out.Set("argument", option.argument);
  if (option.type == Type::kText) {
    out.Set("type", "text");
  } else if (option.type == Type::kChoice) {
    Napi::Array choices = Napi::Array::New(env);
    for (const char* choice : option.choices) choices.Set(choices.Length(), choice);
    out.Set("type", "choice");
    out.Set("fallback", option.choices[static_cast<std::size_t>(option.fallback)]);
    out.Set("choices", choices);
  } else if (option.type == Type::kFlag) {
    out.Set("type", "flag");
    out.Set("fallback", Napi::Boolean::New(env, option.fallback != 0));
  } else {
    out.Set("type", "integer");
    out.Set("fallback", static_cast<double>(option.fallback));
    out.Set("minimum", static_cast<double>(option.minimum));
    out.Set("maximum", static_cast<double>(option.maximum));
    out.Set("powerOfTwo", option.power_of_two);
  }
  return out;
}

const char* name_of(QueueChoice choice) {
  switch (choice) {
    case QueueChoice::kByCpu:
      return "cpu";
    case QueueChoice::kByPlan:
      return "plan";
    default:
      return "flow";
  }
}

Napi::Value engines(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Napi::Array out = Napi::Array::New(env);
  for (const EngineInfo* engine = first_engine(); engine != nullptr; engine = engine->next) {
    Napi::Object entry = Napi::Object::New(env);
    entry.Set("name", engine->name);
    entry.Set("summary", engine->summary);
    entry.Set("needsDevice", engine->needs_device);
    entry.Set("maximumWorkers", engine->maximum_workers);
    entry.Set("defaultCount",
              engine->default_count == 0 ? env.Null() : Napi::Number::New(env, engine->default_count));
    entry.Set("defaultBatch", engine->default_batch);
    entry.Set("capabilities", engine->capabilities);
    entry.Set("needsXdpAtFarEnd", engine->needs_xdp_at_far_end);
    entry.Set("queueChoice", name_of(engine->queue_choice));
    Napi::Array options = Napi::Array::New(env);
    for (const EngineOption& option : engine->options) options.Set(options.Length(), encode(env, option));
    entry.Set("options", options);
    out.Set(out.Length(), entry);
  }
  return out;
}

Napi::Value errno_name(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), Error::errno_name(info[0].ToNumber().Int32Value()));
}

Napi::Value set_error_class(const Napi::CallbackInfo& info) {
  if (!info[0].IsFunction()) throw Napi::TypeError::New(info.Env(), "errorClass: expected a class");
  info.Env().GetInstanceData<AddonState>()->error_class = Napi::Persistent(info[0].As<Napi::Function>());
  return info.Env().Undefined();
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  auto* state = new AddonState();  // owned by the environment from here on
  env.SetInstanceData(state);
  const Napi::Function network = NetworkObject::define(env);
  const Napi::Function run = RunObject::define(env);
  exports.Set("Network", network);
  exports.Set("Run", run);
  exports.Set("counterNames", counter_names(env));
  exports.Set("latenessBoundsNs", lateness_bounds(env));
  exports.Set("dueTimes", Napi::Function::New(env, due_times));
  exports.Set("simulatePacer", Napi::Function::New(env, simulate_pacer));
  exports.Set("engines", Napi::Function::New(env, engines));
  exports.Set("renderFrames", Napi::Function::New(env, render_frames));
  exports.Set("readCapture", Napi::Function::New(env, read_capture_file));
  exports.Set("guardTerminal", Napi::Function::New(env, guard_terminal));
  exports.Set("releaseTerminal", Napi::Function::New(env, release_terminal));
  exports.Set("errnoName", Napi::Function::New(env, errno_name));
  exports.Set("setErrorClass", Napi::Function::New(env, set_error_class));
  return exports;
}

}  // namespace
}  // namespace pktgen

// NODE_API_MODULE's generated registration function expects an unqualified name.
static Napi::Object init_pktgen(Napi::Env env, Napi::Object exports) { return pktgen::init(env, exports); }

NODE_API_MODULE(pktgen, init_pktgen)
