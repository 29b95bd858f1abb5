// Network: a network namespace and its interfaces, for JavaScript.
#pragma once

#include <napi.h>

#include "links.h"

namespace pktgen {

class NetworkObject : public Napi::ObjectWrap<NetworkObject> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit NetworkObject(const Napi::CallbackInfo& info);  // new Network(isPrivate: boolean)

  // nullptr for anything else.
  static NetworkObject* from(const Napi::Value& value);

  // nullptr once it is closed.
  [[nodiscard]] std::shared_ptr<const NetworkNamespace> where() const noexcept {
    return links_ ? links_->where() : nullptr;
  }

 private:
  Napi::Value links(const Napi::CallbackInfo& info);
  Napi::Value link(const Napi::CallbackInfo& info);
  Napi::Value status(const Napi::CallbackInfo& info);
  Napi::Value create_pair(const Napi::CallbackInfo& info);
  Napi::Value create_sink(const Napi::CallbackInfo& info);
  Napi::Value set_up(const Napi::CallbackInfo& info);
  Napi::Value disable_feature(const Napi::CallbackInfo& info);
  Napi::Value default_routes(const Napi::CallbackInfo& info);
  Napi::Value drop_all(const Napi::CallbackInfo& info);
  Napi::Value probe(const Napi::CallbackInfo& info);
  Napi::Value net_fd(const Napi::CallbackInfo& info);
  Napi::Value user_fd(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);
  [[nodiscard]] Links& opened(const Napi::CallbackInfo& info) const;  // throws once it is closed

  std::unique_ptr<Links> links_;
  std::vector<UniqueFd> attachments_;  // XDP programs, attached for as long as these are open
};

}  // namespace pktgen
