#include "refusals.h"

#include <linux/if_arp.h>
#include <sys/socket.h>

#include "error.h"

namespace pktgen {

std::optional<Refusal> refuse_type(const Link& link, bool takes_loopback) {
  if (link.hardware_type == ARPHRD_ETHER) return std::nullopt;
  if (takes_loopback && link.hardware_type == ARPHRD_LOOPBACK) return std::nullopt;
  return Refusal{.code = "NOT_ETHERNET", .reason = "not an Ethernet device", .help = ""};
}

std::optional<Refusal> refuse_down(const Link& link) {
  if (link.up) return std::nullopt;
  return Refusal{
      .code = "ENETDOWN", .reason = "the interface is down", .help = "ip link set " + link.name + " up"};
}

std::optional<Refusal> refuse_raw_socket(const NetworkNamespace& where, int family) {
  try {
    (void)where.open_socket(family, SOCK_RAW, 0);
  } catch (const Error& error) {
    const bool forbidden = error.code() == "EPERM";
    return Refusal{
        .code = error.code(), .reason = forbidden ? "needs CAP_NET_RAW" : error.what(), .help = ""};
  }
  return std::nullopt;
}

void require_none(const std::optional<Refusal>& refusal) {
  if (!refusal) return;
  throw Error(refusal->code, refusal->reason + (refusal->help.empty() ? "" : "; try " + refusal->help));
}

}  // namespace pktgen
