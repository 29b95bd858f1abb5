// Gives a terminal back when the process dies of its own fault.
#pragma once

#include <napi.h>

namespace pktgen {

// guardTerminal(fd, restore): remembers the modes of that terminal as they are now, and those bytes. Should
// the process crash, the bytes are written to it and the modes put back. Throws Error with the errno of
// tcgetattr(3) or sigaction(2), and ENOBUFS for more than 256 bytes. Called again: the last one counts.
Napi::Value guard_terminal(const Napi::CallbackInfo& info);

// releaseTerminal(): nothing is guarded any more; the signals are handled as before.
Napi::Value release_terminal(const Napi::CallbackInfo& info);

}  // namespace pktgen
