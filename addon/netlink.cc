#include "netlink.h"

#include <sys/socket.h>

#include <cerrno>
#include <vector>

#include "error.h"

namespace pktgen {
namespace {

constexpr std::size_t kReceiveBytes = 64UL * 1024;

int forward_reply(const nlmsghdr* reply, void* data) {
  const auto& on_reply = *static_cast<const NetlinkReply*>(data);
  if (on_reply) on_reply(reply);
  return MNL_CB_OK;
}

int forward_attribute(const nlattr* attribute, void* data) {
  (*static_cast<const NetlinkVisitor*>(data))(attribute);
  return MNL_CB_OK;
}

// libmnl hands its callback's argument through as void*.
template <typename Callback>
void* opaque(const Callback& callback) {
  return const_cast<Callback*>(&callback);  // NOLINT(cppcoreguidelines-pro-type-const-cast)
}

// What an interrupted dump left behind would be taken for the answer to the next question.
void discard_leftovers(const mnl_socket* socket) {
  std::array<char, 1> nothing{};
  while (recv(mnl_socket_get_fd(socket), nothing.data(), nothing.size(), MSG_DONTWAIT | MSG_TRUNC) >= 0) {
  }
}

}  // namespace

void visit_attributes(const nlmsghdr* message, unsigned header_bytes, const NetlinkVisitor& visit) {
  mnl_attr_parse(message, header_bytes, forward_attribute, opaque(visit));
}

void visit_nested(const nlattr* parent, const NetlinkVisitor& visit) {
  mnl_attr_parse_nested(parent, forward_attribute, opaque(visit));
}

NetlinkMessage::NetlinkMessage(std::uint16_t type, std::uint16_t flags)
    : header_(mnl_nlmsg_put_header(buffer_.data())) {
  header_->nlmsg_type = type;
  header_->nlmsg_flags = NLM_F_REQUEST | flags;
}

mnl_socket* adopt_netlink_socket(UniqueFd fd) {
  mnl_socket* socket = mnl_socket_fdopen(fd.get());
  if (socket == nullptr) throw Error::from_errno(errno, "opening a netlink socket");
  fd.release();
  if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0) {
    const int error = errno;
    mnl_socket_close(socket);
    throw Error::from_errno(error, "binding a netlink socket");
  }
  return socket;
}

int netlink_exchange(mnl_socket* socket, NetlinkMessage& message, const NetlinkReply& on_reply) {
  discard_leftovers(socket);
  static thread_local std::uint32_t sequence = 0;
  const std::uint32_t expected = ++sequence;
  message.header()->nlmsg_seq = expected;
  if (mnl_socket_sendto(socket, message.header(), message.header()->nlmsg_len) < 0) return errno;

  std::vector<char> received(kReceiveBytes);
  const bool is_dump = (message.header()->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
  const bool is_acknowledged = (message.header()->nlmsg_flags & NLM_F_ACK) != 0;
  for (;;) {
    const ssize_t length = mnl_socket_recvfrom(socket, received.data(), received.size());
    if (length < 0) return errno;
    const int verdict = mnl_cb_run(received.data(), static_cast<std::size_t>(length), expected,
                                   mnl_socket_get_portid(socket), forward_reply, opaque(on_reply));
    if (verdict < 0) return errno;
    if (verdict == MNL_CB_STOP || (!is_dump && !is_acknowledged)) return 0;
  }
}

}  // namespace pktgen
