// What the exported objects share: per-environment state and the translation of exceptions.
#pragma once

#include <napi.h>

#include <system_error>

#include "error.h"

namespace pktgen {

// One per environment (main thread or worker_thread), so that the addon can be loaded in several of them.
struct AddonState {
  Napi::FunctionReference error_class;  // constructor(code: string, message: string), set by JavaScript
};

inline Napi::Error to_js_error(const Napi::Env& env, const std::string& code, const std::string& message) {
  const auto* state = env.GetInstanceData<AddonState>();
  if (state->error_class.IsEmpty()) return Napi::Error::New(env, code + ": " + message);
  const Napi::Object made =
      state->error_class.New({Napi::String::New(env, code), Napi::String::New(env, message)});
  return {env, made};
}

// Runs `body` and turns our exceptions into JavaScript's.
template <typename Body>
auto guarded(const Napi::Env& env, Body&& body) {
  try {
    return body();
  } catch (const Error& error) {
    throw to_js_error(env, error.code(), error.what());
  } catch (const std::system_error& error) {
    throw to_js_error(env, Error::errno_name(error.code().value()), error.what());
  }
}

}  // namespace pktgen
