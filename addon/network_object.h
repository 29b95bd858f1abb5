// Network: a network namespace and its interfaces, for JavaScript.
#pragma once

#include <napi.h>

#include "links.h"

namespace pktgen {

class NetworkObject : public Napi::ObjectWrap<NetworkObject> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit NetworkObject(const Napi::CallbackInfo& info);  // new Network(isPrivate: boolean)

  [[nodiscard]] const std::shared_ptr<const NetworkNamespace>& where() const noexcept {
    return links_->where();
  }

 private:
  Napi::Value links(const Napi::CallbackInfo& info);
  Napi::Value link(const Napi::CallbackInfo& info);
  Napi::Value status(const Napi::CallbackInfo& info);
  Napi::Value create_pair(const Napi::CallbackInfo& info);
  Napi::Value create_sink(const Napi::CallbackInfo& info);
  Napi::Value set_up(const Napi::CallbackInfo& info);
  Napi::Value default_routes(const Napi::CallbackInfo& info);
  Napi::Value probe(const Napi::CallbackInfo& info);
  Napi::Value net_fd(const Napi::CallbackInfo& info);
  Napi::Value user_fd(const Napi::CallbackInfo& info);

  std::unique_ptr<Links> links_;
};

}  // namespace pktgen
