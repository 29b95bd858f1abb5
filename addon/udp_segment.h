// UDP_SEGMENT: whether the kernel cuts datagrams of a UDP socket for a device. Source: net/ipv4/udp.c
// (udp_send_skb).
#pragma once

#include "links.h"
#include "udp_flows.h"

namespace pktgen {

// Throws Error: without UDP checksums (NOT_PLAIN_UDP), where the interface would be given the large datagram
// whole (OFFLOADED), and where the kernel cuts only for a device that makes checksums, which this one does
// not (EIO). The kernel is asked, by trying in a namespace of its own.
void require_segments(const NetworkNamespace& where, const Link& link, const UdpPlan& plan);

}  // namespace pktgen
