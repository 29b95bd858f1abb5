#include "decode.h"

#include <net/if.h>
#include <sched.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "decode_program.h"
#include "decode_schedule.h"
#include "error.h"
#include "given.h"

namespace pktgen {
namespace {

constexpr std::uint32_t kMaximumWorkers = 1024;
constexpr std::uint32_t kMaximumBatch = 65536;
constexpr std::uint32_t kMaximumQueues = 1024;
constexpr std::uint32_t kMinimumMtuBytes = 68;
constexpr std::uint32_t kMaximumMtuBytes = 65535;

std::string member(std::string path, const std::string& name) { return path.append(".").append(name); }

std::string decode_choice(const EngineOption& option, const Napi::Value& value, const std::string& path) {
  if (value.IsUndefined()) return option.choices[static_cast<std::size_t>(option.fallback)];
  std::string chosen = decode_string(value, path);
  if (std::ranges::find(option.choices, chosen) == option.choices.end()) {
    std::string expected = "one of";
    for (const char* choice : option.choices) expected.append(" ").append(choice);
    refuse(value.Env(), path, expected);
  }
  return chosen;
}

void decode_option(const EngineOption& option, const Napi::Value& value, const std::string& path,
                   EngineOptions& options) {
  if (option.type == EngineOption::Type::kText) {
    options.texts[option.name] = decode_string(value, path);
  } else if (option.type == EngineOption::Type::kChoice) {
    options.texts[option.name] = decode_choice(option, value, path);
  } else if (value.IsUndefined()) {
    options.numbers[option.name] = option.fallback;
  } else if (option.type == EngineOption::Type::kFlag) {
    if (!value.IsBoolean()) refuse(value.Env(), path, "true or false");
    options.numbers[option.name] = value.As<Napi::Boolean>().Value() ? 1 : 0;
  } else {
    const std::uint32_t number = decode_u32(value, path, static_cast<std::uint32_t>(option.minimum),
                                            static_cast<std::uint32_t>(option.maximum));
    if (option.power_of_two && (number & (number - 1)) != 0) refuse(value.Env(), path, "a power of two");
    options.numbers[option.name] = number;
  }
}

WorkerPlan decode_worker(const Napi::Value& value, const std::string& path) {
  const Napi::Object given = decode_object(value, path);
  return {.cpu = static_cast<int>(decode_u32(given.Get("cpu"), path + ".cpu", 0, CPU_SETSIZE - 1)),
          .queue = decode_u32(given.Get("queue"), path + ".queue", 0, UINT16_MAX),
          .duration_ns = decode_limit(given.Get("durationNs"), path + ".durationNs")};
}

}  // namespace

void refuse(const Napi::Env& env, const std::string& path, const std::string& expected) {
  throw Napi::TypeError::New(env, path + ": expected " + expected);
}

Napi::Object decode_object(const Napi::Value& value, const std::string& path) {
  if (!value.IsObject()) refuse(value.Env(), path, "an object");
  return value.As<Napi::Object>();
}

std::vector<std::uint8_t> decode_bytes(const Napi::Value& value, const std::string& path,
                                       std::uint32_t minimum, std::uint32_t maximum) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
    refuse(value.Env(), path, "a Uint8Array");
  }
  const auto bytes = value.As<Napi::Uint8Array>();
  if (bytes.ByteLength() < minimum || bytes.ByteLength() > maximum) {
    refuse(value.Env(), path, std::to_string(minimum) + " to " + std::to_string(maximum) + " bytes");
  }
  return {bytes.Data(), bytes.Data() + bytes.ByteLength()};
}

std::string decode_string(const Napi::Value& value, const std::string& path) {
  if (!value.IsString()) refuse(value.Env(), path, "a string");
  return value.As<Napi::String>();
}

std::string decode_interface_name(const Napi::Value& value, const std::string& path) {
  std::string name = decode_string(value, path);
  if (name.empty() || name.size() >= IFNAMSIZ || name.find('\0') != std::string::npos) {
    refuse(value.Env(), path, "an interface name of 1 to 15 bytes");
  }
  return name;
}

std::uint32_t decode_u32(const Napi::Value& value, const std::string& path, std::uint32_t minimum,
                         std::uint32_t maximum) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : std::nan("");
  if (std::isnan(number) || number != std::floor(number) || number < minimum || number > maximum) {
    refuse(value.Env(), path,
           "a whole number from " + std::to_string(minimum) + " to " + std::to_string(maximum));
  }
  return static_cast<std::uint32_t>(number);
}

std::uint64_t decode_limit(const Napi::Value& value, const std::string& path) {
  if (value.IsNull()) return kNoLimit;
  bool lossless = false;
  const std::uint64_t limit = value.IsBigInt() ? value.As<Napi::BigInt>().Uint64Value(&lossless) : 0;
  if (!lossless) refuse(value.Env(), path, "null or a bigint from 0 to 2^64-1");
  return limit;
}

EngineOptions default_options(const EngineInfo& engine) {
  EngineOptions options;
  for (const EngineOption& option : engine.options) {
    if (option.type == EngineOption::Type::kText) continue;
    if (option.type == EngineOption::Type::kChoice) {
      options.texts[option.name] = option.choices[static_cast<std::size_t>(option.fallback)];
    } else {
      options.numbers[option.name] = option.fallback;
    }
  }
  return options;
}

EngineOptions decode_options(const EngineInfo& engine, const Napi::Value& value, const std::string& path) {
  const Napi::Object given = decode_object(value, path);
  EngineOptions options;
  for (const EngineOption& option : engine.options) {
    decode_option(option, given.Get(option.name), member(path, option.name), options);
  }
  const Napi::Array names = given.GetPropertyNames();
  for (std::uint32_t i = 0; i < names.Length(); ++i) {
    const std::string name = names.Get(i).ToString();
    const bool known =
        std::ranges::any_of(engine.options, [&](const EngineOption& option) { return option.name == name; });
    if (!known) refuse(value.Env(), member(path, name), "no such option of this engine");
  }
  return options;
}

NewLink decode_new_link(const Napi::Value& value, const std::string& path) {
  const Napi::Object given = decode_object(value, path);
  NewLink link;
  link.name = decode_interface_name(given.Get("name"), path + ".name");
  const auto mac = decode_bytes(given.Get("mac"), path + ".mac", link.mac.size(), link.mac.size());
  std::memcpy(link.mac.data(), mac.data(), link.mac.size());
  link.queues = decode_u32(given.Get("queues"), path + ".queues", 1, kMaximumQueues);
  link.mtu_bytes = decode_u32(given.Get("mtuBytes"), path + ".mtuBytes", kMinimumMtuBytes, kMaximumMtuBytes);
  return link;
}

RunPlan decode_run_plan(const Napi::Value& value, std::shared_ptr<const NetworkNamespace> where) {
  const Napi::Object given = decode_object(value, "plan");
  RunPlan plan;
  const std::string name = decode_string(given.Get("engine"), "plan.engine");
  plan.engine = find_engine(name);
  if (plan.engine == nullptr) refuse(value.Env(), "plan.engine", "the name of an engine, not '" + name + "'");

  EnginePlan& engine = plan.engine_plan;
  engine.where = std::move(where);
  engine.interface = decode_string(given.Get("interface"), "plan.interface");
  engine.interface_index = decode_u32(given.Get("interfaceIndex"), "plan.interfaceIndex", 0, INT32_MAX);
  engine.batch = decode_u32(given.Get("batch"), "plan.batch", 1, kMaximumBatch);
  engine.options = decode_options(*plan.engine, given.Get("options"), "plan.options");
  plan.program = decode_program(given.Get("program"), "plan.program");
  plan.count = decode_limit(given.Get("count"), "plan.count");

  plan.timetable = decode_timetable(given.Get("timetable"), "plan.timetable", plan.program->lanes());
  constexpr double kLongestWarmupNs = 1e15;
  const Given values(given, "plan");
  const auto warmup_ns = static_cast<std::uint64_t>(values.number("warmupNs", 0, kLongestWarmupNs));

  const Napi::Value listed = given.Get("workers");
  if (!listed.IsArray()) refuse(value.Env(), "plan.workers", "an array");
  const auto workers = listed.As<Napi::Array>();
  const std::uint32_t count = workers.Length();
  if (count == 0 || count > kMaximumWorkers) {
    refuse(value.Env(), "plan.workers", "1 to " + std::to_string(kMaximumWorkers) + " workers");
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    WorkerPlan worker = decode_worker(workers.Get(i), "plan.workers[" + std::to_string(i) + "]");
    worker.batch = engine.batch;
    worker.warmup_ns = warmup_ns;
    plan.workers.push_back(worker);
  }
  if (plan.workers.size() > plan.engine->maximum_workers) {
    refuse(value.Env(), "plan.workers",
           std::to_string(plan.engine->maximum_workers) + " at most for this engine");
  }
  return plan;
}

}  // namespace pktgen
