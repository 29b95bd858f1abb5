// sendmmsg(2) on AF_PACKET, past the queueing discipline, and nothing else: what engine `packet` is measured against.
// gcc -O2 -o packet packet.c; ./packet INTERFACE FRAME SECONDS [BATCH]; BATCH 1 is sendto(2).
#define _GNU_SOURCE
#include "frame.h"

#include <sys/socket.h>

enum { MOST_MESSAGES = 1024 };

int main(int count, char** words) {
  struct arguments given = read_arguments(count, words, 64);
  if (given.batch > MOST_MESSAGES) given.batch = MOST_MESSAGES;
  const int fd = socket(AF_PACKET, SOCK_RAW, 0);
  if (fd < 0) fail("socket");
  const int on = 1;
  if (setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)) != 0) fail("PACKET_QDISC_BYPASS");
  struct sockaddr_ll to = destination_of(&given, 1);

  static uint8_t frames[MOST_MESSAGES][(LONGEST_BYTES + 63) / 64 * 64];
  static struct iovec parts[MOST_MESSAGES];
  static struct mmsghdr messages[MOST_MESSAGES];
  const unsigned stride = (given.frame_bytes + 63) / 64 * 64;
  for (unsigned i = 0; i < given.batch; ++i) {
    uint8_t* frame = &frames[0][0] + (size_t)i * stride;
    make_frame(frame, given.frame_bytes, 0);
    parts[i] = (struct iovec){frame, given.frame_bytes};
    messages[i].msg_hdr = (struct msghdr){.msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = &parts[i], .msg_iovlen = 1};
  }

  uint64_t sent = 0;
  const double start = now_seconds();
  double now = start;
  while ((now = now_seconds()) - start < given.seconds) {
    for (int call = 0; call < CALLS_PER_LOOK; ++call) {
      const ssize_t taken =
          given.batch == 1 ? (sendto(fd, frames, given.frame_bytes, MSG_DONTWAIT, (struct sockaddr*)&to, sizeof(to)) < 0 ? -1 : 1)
                           : sendmmsg(fd, messages, given.batch, MSG_DONTWAIT);
      if (taken > 0) sent += (uint64_t)taken;
      else if (errno != EAGAIN && errno != ENOBUFS) fail("sending");
    }
  }
  print_result(sent, now - start);
  return 0;
}
