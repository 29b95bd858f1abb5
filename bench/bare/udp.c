// A UDP socket and nothing else: sendmmsg(2) of BATCH datagrams, or with a fifth word `segment` one sendmsg(2) that
// the kernel cuts into BATCH (UDP_SEGMENT). What engine `udp` is measured against. Addresses, ports and payload are those
// of the frame; the interface needs the one address, and a route and a neighbour for the other.
// gcc -O2 -o udp udp.c; ./udp INTERFACE FRAME SECONDS [BATCH [segment]]
#define _GNU_SOURCE
#include "frame.h"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

enum { MOST_MESSAGES = 1024, SOURCE_IP = 26, DESTINATION_IP = 30, SOURCE_PORT = 34, DESTINATION_PORT = 36 };

static struct sockaddr_in address_of(const uint8_t* frame, unsigned ip, unsigned port) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  memcpy(&address.sin_addr, frame + ip, sizeof(address.sin_addr));
  memcpy(&address.sin_port, frame + port, sizeof(address.sin_port));
  return address;
}

int main(int count, char** words) {
  struct arguments given = read_arguments(count, words, 64);
  const int cuts = count > 5 && strcmp(words[5], "segment") == 0;
  if (given.batch > MOST_MESSAGES) given.batch = MOST_MESSAGES;
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (fd < 0) fail("socket");
  if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, given.interface, (socklen_t)strlen(given.interface)) != 0) {
    fail("SO_BINDTODEVICE");
  }
  static uint8_t frame[LONGEST_BYTES];
  make_frame(frame, given.frame_bytes, 0);
  const struct sockaddr_in from = address_of(frame, SOURCE_IP, SOURCE_PORT);
  if (bind(fd, (const struct sockaddr*)&from, sizeof(from)) != 0) fail("bind");
  struct sockaddr_in to = address_of(frame, DESTINATION_IP, DESTINATION_PORT);
  const int segment_bytes = (int)(given.frame_bytes - HEADERS_BYTES);
  if (cuts && setsockopt(fd, SOL_UDP, UDP_SEGMENT, &segment_bytes, sizeof(segment_bytes)) != 0) fail("UDP_SEGMENT");
  const int probe = IP_PMTUDISC_PROBE;
  if (setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &probe, sizeof(probe)) != 0) fail("IP_MTU_DISCOVER");

  const int on = 1;
  if (setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on)) != 0) fail("IP_RECVERR");

  // Each in memory of its own, as an application's would be.
  const size_t stride = (given.frame_bytes + 63) / 64 * 64;
  uint8_t* payloads = calloc(given.batch, stride);
  if (payloads == NULL) fail("calloc");
  for (unsigned i = 0; i < given.batch; ++i) memcpy(payloads + i * stride, frame + HEADERS_BYTES, (size_t)segment_bytes);
  static struct iovec parts[MOST_MESSAGES];
  static struct mmsghdr messages[MOST_MESSAGES];
  for (unsigned i = 0; i < given.batch; ++i) {
    parts[i] = (struct iovec){payloads + i * stride, (size_t)segment_bytes};
    messages[i].msg_hdr = (struct msghdr){
        .msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = &parts[i], .msg_iovlen = cuts ? given.batch : 1};
  }

  uint64_t sent = 0;
  const double start = now_seconds();
  double now = start;
  while ((now = now_seconds()) - start < given.seconds) {
    for (int call = 0; call < CALLS_PER_LOOK; ++call) {
      int taken = 0;
      if (cuts) taken = sendmsg(fd, &messages[0].msg_hdr, MSG_DONTWAIT) < 0 ? -1 : (int)given.batch;
      else taken = sendmmsg(fd, messages, given.batch, MSG_DONTWAIT);
      if (taken > 0) sent += (uint64_t)taken;
      else if (errno != EAGAIN && errno != ENOBUFS) fail("sending");
    }
  }
  print_result(sent, now - start);
  return 0;
}
