// What all engines on AF_PACKET have in common. Sources: packet(7), net/packet/af_packet.c.
#pragma once

#include <linux/if_packet.h>
#include <sys/socket.h>

#include <cerrno>
#include <optional>
#include <string>

#include "engine.h"
#include "error.h"

namespace pktgen {

// The same option for all of them: it appears once in the help.
inline constexpr EngineOption kQdiscBypassOption{
    .name = "qdiscBypass",
    .type = EngineOption::Type::kFlag,
    .description = "hand frames to the driver directly, past the queueing discipline and any packet capture"};

// Throws Error with the errno of setsockopt(2).
template <typename Value>
void set_socket_option(int fd, int level, int option, const Value& value, const char* name) {
  if (setsockopt(fd, level, option, &value, sizeof(value)) != 0) {
    throw Error::from_errno(errno, std::string("setting ") + name);
  }
}

// Where a frame goes; for the msg_name of every call. The socket stays unbound, because a bound protocol
// would make it receive. A protocol other than 0 saves the flow dissector's run over every frame: +8 % on one
// machine, +15–18 % on another (docs/measurements.md). Through a qdisc the real protocol has to be there for
// its classifiers, and 0 lets the kernel read it from the frame.
sockaddr_ll packet_destination(std::uint32_t interface_index, bool qdisc_bypass) noexcept;

// Whether a packet socket can send there; nothing when it can. Opens one to see whether it may.
std::optional<Refusal> packet_refusal(const NetworkNamespace& where, const Link& link);

}  // namespace pktgen
