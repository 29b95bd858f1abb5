// Large UDP packets that the kernel cuts into real frames (UDP_SEGMENT, VIRTIO_NET_HDR_GSO_UDP_L4), and the
// checksums that it leaves to the device.
#pragma once

#include <string>

#include "links.h"
#include "network_namespace.h"

namespace pktgen {

// By its name for `ethtool -K`.
inline constexpr const char* kChecksumFeature = "tx-checksum-ip-generic";

// The kernel leaves UDP checksums to this device, which does not finish them: a veth passes frames on as they
// are. Devices with hardware finish them.
bool leaves_checksums(const NetworkNamespace& where, const Link& link);

// The device makes UDP checksums of that family, or says so.
bool makes_checksums(const NetworkNamespace& where, const Link& link, bool is_ipv6);

// Throws Error OFFLOADED, with the line that helps, when the interface would be given large packets whole: a
// virtual one passes them on like that, and no small frame ever exists.
void require_cut_frames(const NetworkNamespace& where, const Link& link);

// The same, and also when the frames would have unfinished checksums.
void require_whole_frames(const NetworkNamespace& where, const Link& link);

}  // namespace pktgen
