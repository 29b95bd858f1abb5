#include "network_object.h"

#include "border.h"
#include "bpf.h"
#include "decode.h"
#include "decode_program.h"
#include "engine.h"

namespace pktgen {
namespace {

// Any two numbers that nobody else uses.
constexpr napi_type_tag kTag{.lower = 0x706b7467656e4e65, .upper = 0x74776f726b000001};

Napi::Value optional_number(Napi::Env env, const std::optional<std::uint32_t>& value) {
  return value ? Napi::Number::New(env, *value) : env.Null();
}

Napi::Object encode(Napi::Env env, const LinkCounters& counters) {
  Napi::Object out = Napi::Object::New(env);
  const auto put = [&](const char* name, std::uint64_t value) {
    out.Set(name, Napi::BigInt::New(env, value));
  };
  put("rxPackets", counters.rx_packets);
  put("rxBytes", counters.rx_bytes);
  put("rxDropped", counters.rx_dropped);
  put("rxOtherhostDropped", counters.rx_otherhost_dropped);
  put("txPackets", counters.tx_packets);
  put("txBytes", counters.tx_bytes);
  put("txDropped", counters.tx_dropped);
  put("txErrors", counters.tx_errors);
  return out;
}

void put_state(Napi::Env env, Napi::Object& out, const Link& link) {
  out.Set("up", link.up);
  out.Set("carrier", link.carrier);
  out.Set("mtuBytes", link.mtu_bytes);
  out.Set("counters", encode(env, link.counters));
}

Napi::Object encode(Napi::Env env, const Link& link) {
  Napi::Object out = Napi::Object::New(env);
  put_state(env, out, link);
  out.Set("index", link.index);
  out.Set("name", link.name);
  out.Set("kind", link.kind);
  out.Set("driver", link.driver);
  out.Set("hardwareType", link.hardware_type);
  out.Set("mac", Napi::Buffer<std::uint8_t>::Copy(env, link.mac.data(), link.mac.size()));
  out.Set("ipv4", link.ipv4);
  out.Set("master", link.master);
  out.Set("lower", link.lower);
  out.Set("txQueues", link.tx_queues);
  out.Set("rxQueues", link.rx_queues);
  out.Set("speedMbps", optional_number(env, link.speed_mbps));
  out.Set("xdpFeatures", link.xdp_features ? Napi::BigInt::New(env, *link.xdp_features) : env.Null());
  return out;
}

Napi::Object encode(Napi::Env env, const Fit& fit) {
  Napi::Object out = Napi::Object::New(env);
  out.Set("refusal", env.Null());
  if (fit.refusal) {
    Napi::Object refusal = Napi::Object::New(env);
    refusal.Set("code", fit.refusal->code);
    refusal.Set("reason", fit.refusal->reason);
    refusal.Set("help", fit.refusal->help);
    out.Set("refusal", refusal);
  }
  Napi::Array facts = Napi::Array::New(env);
  for (const std::string& fact : fit.facts) facts.Set(facts.Length(), fact);
  out.Set("facts", facts);
  out.Set("rank", fit.rank);
  out.Set("framesTogether", fit.frames_together);
  out.Set("callNs", fit.call_ns);
  return out;
}

}  // namespace

Napi::Function NetworkObject::define(Napi::Env env) {
  return DefineClass(
      env, "Network",
      {InstanceMethod<&NetworkObject::links>("links"), InstanceMethod<&NetworkObject::link>("link"),
       InstanceMethod<&NetworkObject::status>("status"),
       InstanceMethod<&NetworkObject::create_pair>("createPair"),
       InstanceMethod<&NetworkObject::create_sink>("createSink"),
       InstanceMethod<&NetworkObject::set_up>("setUp"),
       InstanceMethod<&NetworkObject::disable_feature>("disableFeature"),
       InstanceMethod<&NetworkObject::default_routes>("defaultRoutes"),
       InstanceMethod<&NetworkObject::drop_all>("dropAll"), InstanceMethod<&NetworkObject::probe>("probe"),
       InstanceMethod<&NetworkObject::close>("close"), InstanceAccessor<&NetworkObject::net_fd>("netFd"),
       InstanceAccessor<&NetworkObject::user_fd>("userFd")});
}

NetworkObject::NetworkObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<NetworkObject>(info) {
  if (!info[0].IsBoolean()) throw Napi::TypeError::New(info.Env(), "isPrivate: expected true or false");
  const bool is_private = info[0].As<Napi::Boolean>();
  guarded(info.Env(), [&] {
    links_ =
        std::make_unique<Links>(is_private ? NetworkNamespace::make_private() : NetworkNamespace::host());
  });
  info.This().As<Napi::Object>().TypeTag(&kTag);
}

// An object that was really made here: `instanceof` can be forged.
NetworkObject* NetworkObject::from(const Napi::Value& value) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&kTag)) return nullptr;
  return Unwrap(value.As<Napi::Object>());
}

// Lets go of the namespace; with the last run in it, a private one is gone with all its interfaces.
void NetworkObject::close(const Napi::CallbackInfo& /*info*/) {
  attachments_.clear();
  links_.reset();
}

Links& NetworkObject::opened(const Napi::CallbackInfo& info) const {
  if (!links_) throw to_js_error(info.Env(), "EBADF", "the network is closed");
  return *links_;
}

Napi::Value NetworkObject::links(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    Napi::Array out = Napi::Array::New(info.Env());
    for (const Link& link : opened(info).all()) out.Set(out.Length(), encode(info.Env(), link));
    return out;
  });
}

Napi::Value NetworkObject::link(const Napi::CallbackInfo& info) {
  const std::string name = decode_string(info[0], "name");
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto link = opened(info).find(name);
    if (!link) return info.Env().Null();
    return encode(info.Env(), *link);
  });
}

// status(index) → {up, carrier, mtuBytes, counters}, or null when the interface is gone
Napi::Value NetworkObject::status(const Napi::CallbackInfo& info) {
  const std::uint32_t index = decode_u32(info[0], "index", 1, INT32_MAX);
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto link = opened(info).status(index);
    if (!link) return info.Env().Null();
    Napi::Object out = Napi::Object::New(info.Env());
    put_state(info.Env(), out, *link);
    return out;
  });
}

// createPair(near, far), each {name, mac, queues, mtuBytes}
Napi::Value NetworkObject::create_pair(const Napi::CallbackInfo& info) {
  const NewLink near = decode_new_link(info[0], "near");
  const NewLink far = decode_new_link(info[1], "far");
  guarded(info.Env(), [&] { opened(info).create_pair(near, far); });
  return info.Env().Undefined();
}

// createSink({name, mac, queues, mtuBytes}) → "ifb" or "dummy"
Napi::Value NetworkObject::create_sink(const Napi::CallbackInfo& info) {
  const NewLink sink = decode_new_link(info[0], "sink");
  return guarded(info.Env(), [&] { return Napi::String::New(info.Env(), opened(info).create_sink(sink)); });
}

Napi::Value NetworkObject::set_up(const Napi::CallbackInfo& info) {
  const std::string name = decode_interface_name(info[0], "name");
  guarded(info.Env(), [&] { opened(info).set_up(name); });
  return info.Env().Undefined();
}

// disableFeature(interface, feature): an offload, by the name that `ethtool -k` shows
Napi::Value NetworkObject::disable_feature(const Napi::CallbackInfo& info) {
  const std::string name = decode_interface_name(info[0], "name");
  const std::string feature = decode_string(info[1], "feature");
  guarded(info.Env(), [&] { opened(info).disable_feature(name, feature); });
  return info.Env().Undefined();
}

// defaultRoutes() → indexes of the interfaces that carry a default route
Napi::Value NetworkObject::default_routes(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    Napi::Array out = Napi::Array::New(info.Env());
    for (const std::uint32_t index : opened(info).default_route_indexes()) out.Set(out.Length(), index);
    return out;
  });
}

// dropAll(interface): every frame that arrives there is counted and dropped by an XDP program, until close().
Napi::Value NetworkObject::drop_all(const Napi::CallbackInfo& info) {
  const std::string name = decode_interface_name(info[0], "name");
  guarded(info.Env(), [&] {
    const auto link = opened(info).find(name);
    if (!link) throw Error::from_errno(ENODEV, "dropping at " + name);
    attachments_.push_back(attach_xdp(*where(), link->index, drop_program().get(), XdpMode::kNative));
  });
  return info.Env().Undefined();
}

// probe(engine, interface, program?, options?) → {refusal: null | {code, reason, help}, facts, rank}
Napi::Value NetworkObject::probe(const Napi::CallbackInfo& info) {
  const std::string engine_name = decode_string(info[0], "engine");
  const std::string name = decode_string(info[1], "interface");
  const EngineInfo* engine = find_engine(engine_name);
  if (engine == nullptr) throw Napi::TypeError::New(info.Env(), "engine: no engine '" + engine_name + "'");
  const auto program = info[2].IsObject() ? decode_program(info[2], "program") : nullptr;
  const EngineOptions options =
      info[3].IsObject() ? decode_options(*engine, info[3], "options") : default_options(*engine);
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto link = opened(info).find(name);
    if (!link) {
      return encode(info.Env(),
                    Fit{.refusal = Refusal{.code = "ENODEV", .reason = "the interface is gone", .help = ""}});
    }
    return encode(
        info.Env(),
        engine->probe({.where = *where(), .link = *link, .program = program.get(), .options = options}));
  });
}

// Node-API's accessors cannot be const.
// NOLINTBEGIN(readability-make-member-function-const)
Napi::Value NetworkObject::net_fd(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), opened(info).where()->net_fd());
}

Napi::Value NetworkObject::user_fd(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), opened(info).where()->user_fd());
}
// NOLINTEND(readability-make-member-function-const)

}  // namespace pktgen
