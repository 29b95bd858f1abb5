// What several engines have to say against an interface, or against this process.
#pragma once

#include <optional>

#include "engine.h"

namespace pktgen {

std::optional<Refusal> refuse_type(const Link& link, bool takes_loopback);  // NOT_ETHERNET
std::optional<Refusal> refuse_down(const Link& link);                       // ENETDOWN
// EPERM, or the errno of socket(2). Opens a raw socket of that family to see whether it may.
std::optional<Refusal> refuse_raw_socket(const NetworkNamespace& where, int family);

// Throws Error with the reason and what would help, if there is a refusal.
void require_none(const std::optional<Refusal>& refusal);

}  // namespace pktgen
