// One netlink exchange: a message out, answers in. libmnl does the parsing.
#pragma once

#include <libmnl/libmnl.h>

#include <array>
#include <cstdint>
#include <functional>

#include "unique_fd.h"

namespace pktgen {

class NetlinkMessage {
 public:
  NetlinkMessage(std::uint16_t type, std::uint16_t flags);
  NetlinkMessage(const NetlinkMessage&) = delete;  // header_ points into buffer_
  NetlinkMessage& operator=(const NetlinkMessage&) = delete;
  ~NetlinkMessage() = default;

  template <typename Header>
  Header* extend() {
    return static_cast<Header*>(mnl_nlmsg_put_extra_header(header_, sizeof(Header)));
  }
  [[nodiscard]] nlmsghdr* header() noexcept { return header_; }

 private:
  alignas(NLMSG_ALIGNTO) std::array<char, 2048> buffer_{};
  nlmsghdr* header_;
};

using NetlinkReply = std::function<void(const nlmsghdr*)>;

mnl_socket* adopt_netlink_socket(UniqueFd fd);

// Sends and reads until the kernel says it is done. Returns 0 or the errno that the kernel answered: EINTR
// when what a dump lists changed meanwhile, so that it has to be asked again.
inline constexpr int kDumpAttempts = 100;
int netlink_exchange(mnl_socket* socket, NetlinkMessage& message, const NetlinkReply& on_reply = {});

using NetlinkVisitor = std::function<void(const nlattr*)>;

// Visits the attributes behind a message's extra header, or those nested in another one. (libmnl's own loops
// are macros that only C can compile.)
void visit_attributes(const nlmsghdr* message, unsigned header_bytes, const NetlinkVisitor& visit);
void visit_nested(const nlattr* parent, const NetlinkVisitor& visit);

}  // namespace pktgen
