#include "engine.h"

namespace pktgen {
namespace {

// Written only while the addon is being loaded, one thread; read-only afterwards.
const EngineInfo*& head() noexcept {
  static const EngineInfo* first = nullptr;
  return first;
}

}  // namespace

EngineRegistration::EngineRegistration(EngineInfo& info) {
  info.next = head();
  head() = &info;
}

const EngineInfo* first_engine() noexcept { return head(); }

const EngineInfo* find_engine(const std::string& name) noexcept {
  for (const EngineInfo* info = head(); info != nullptr; info = info->next) {
    if (info->name == name) return info;
  }
  return nullptr;
}

}  // namespace pktgen
