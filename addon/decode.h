// JavaScript values → plain structs. The only reader of JavaScript objects that come from outside.
// A value of the wrong shape throws a Napi::TypeError that names its path: "plan.workers[1].cpu: …".
#pragma once

#include <napi.h>

#include "run.h"

namespace pktgen {

// Throws the TypeError.
[[noreturn]] void refuse(const Napi::Env& env, const std::string& path, const std::string& expected);
Napi::Object decode_object(const Napi::Value& value, const std::string& path);
// A Uint8Array of that length.
std::vector<std::uint8_t> decode_bytes(const Napi::Value& value, const std::string& path,
                                       std::uint32_t minimum, std::uint32_t maximum);
std::string decode_string(const Napi::Value& value, const std::string& path);
// An interface's name: 1 to 15 bytes without NUL.
std::string decode_interface_name(const Napi::Value& value, const std::string& path);
std::uint32_t decode_u32(const Napi::Value& value, const std::string& path, std::uint32_t minimum,
                         std::uint32_t maximum);
// Where a null stands for "no limit".
std::uint64_t decode_limit(const Napi::Value& value, const std::string& path);

// All that have a default.
EngineOptions default_options(const EngineInfo& engine);
// Of that engine, every default resolved.
EngineOptions decode_options(const EngineInfo& engine, const Napi::Value& value, const std::string& path);
NewLink decode_new_link(const Napi::Value& value, const std::string& path);
RunPlan decode_run_plan(const Napi::Value& value, std::shared_ptr<const NetworkNamespace> where);

}  // namespace pktgen
