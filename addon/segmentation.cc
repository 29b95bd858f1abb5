#include "segmentation.h"

#include <sys/socket.h>

#include "error.h"
#include "ethtool.h"

namespace pktgen {
namespace {

constexpr const char* kSegmentationFeature = "tx-udp-segmentation";

bool has_feature(const NetworkNamespace& where, const Link& link, const char* feature) {
  const UniqueFd socket = where.open_socket(AF_INET, SOCK_DGRAM, 0);
  return Ethtool(socket.get(), link.name).is_active(feature).value_or(false);
}

void require(const Link& link, bool takes_whole, bool leaves_sums) {
  if (!takes_whole && !leaves_sums) return;
  std::string text = link.name;
  std::string remedy = "; switch that off with: ethtool -K " + link.name;
  if (takes_whole) {
    text += " takes large UDP packets whole, so that the kernel would not cut them";
    remedy += std::string(" ") + kSegmentationFeature + " off";
  }
  if (leaves_sums) {
    text += takes_whole ? ", and" : "";
    text += " leaves UDP checksums unfinished, as a veth does";
    remedy += std::string(" ") + kChecksumFeature + " off";
  }
  throw Error("OFFLOADED", text + remedy);
}

}  // namespace

bool leaves_checksums(const NetworkNamespace& where, const Link& link) {
  return link.kind == "veth" && has_feature(where, link, kChecksumFeature);
}

bool makes_checksums(const NetworkNamespace& where, const Link& link, bool is_ipv6) {
  return has_feature(where, link, kChecksumFeature) ||
         has_feature(where, link, is_ipv6 ? "tx-checksum-ipv6" : "tx-checksum-ipv4");
}

void require_cut_frames(const NetworkNamespace& where, const Link& link) {
  require(link, has_feature(where, link, kSegmentationFeature), false);
}

void require_whole_frames(const NetworkNamespace& where, const Link& link) {
  require(link, has_feature(where, link, kSegmentationFeature), leaves_checksums(where, link));
}

}  // namespace pktgen
