// A PACKET_TX_RING that is filled once, then only: mark the slots, one sendto(2) a batch, past the queueing discipline.
// What engine `tx-ring` is measured against. gcc -O2 -o tx-ring tx-ring.c; ./tx-ring INTERFACE FRAME SECONDS [BATCH]
#define _GNU_SOURCE
#include "frame.h"

#include <sys/mman.h>
#include <sys/socket.h>

enum { SLOTS = 128, PREFIX_BYTES = 10, DATA_OFFSET = TPACKET2_HDRLEN - sizeof(struct sockaddr_ll), PAGE_BYTES = 4096 };

static struct tpacket2_hdr* slot_at(uint8_t* ring, unsigned slot_bytes, unsigned at) {
  return (struct tpacket2_hdr*)(ring + (size_t)at * slot_bytes);
}

int main(int count, char** words) {
  struct arguments given = read_arguments(count, words, 64);
  if (given.batch > SLOTS) given.batch = SLOTS;
  const int fd = socket(AF_PACKET, SOCK_RAW, 0);
  if (fd < 0) fail("socket");
  const int version = TPACKET_V2;
  const int on = 1;
  if (setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)) != 0) fail("PACKET_VERSION");
  if (setsockopt(fd, SOL_PACKET, PACKET_LOSS, &on, sizeof(on)) != 0) fail("PACKET_LOSS");
  if (setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)) != 0) fail("PACKET_VNET_HDR");
  if (setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)) != 0) fail("PACKET_QDISC_BYPASS");
  unsigned slot_bytes = 128;
  while (slot_bytes < DATA_OFFSET + PREFIX_BYTES + given.frame_bytes) slot_bytes *= 2;
  const unsigned block_bytes = slot_bytes < PAGE_BYTES ? PAGE_BYTES : slot_bytes;
  const struct tpacket_req request = {block_bytes, SLOTS * slot_bytes / block_bytes, slot_bytes, SLOTS};
  if (setsockopt(fd, SOL_PACKET, PACKET_TX_RING, &request, sizeof(request)) != 0) fail("PACKET_TX_RING");
  uint8_t* ring = mmap(NULL, (size_t)SLOTS * slot_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
  if (ring == MAP_FAILED) fail("mmap");
  struct sockaddr_ll to = destination_of(&given, 1);

  // The virtio_net_hdr before the frame asks for a copy of the whole frame, as the engine does.
  const uint16_t prefix[PREFIX_BYTES / 2] = {0, given.frame_bytes <= ETH_FRAME_LEN ? (uint16_t)given.frame_bytes : 0};
  for (unsigned i = 0; i < SLOTS; ++i) {
    uint8_t* data = (uint8_t*)slot_at(ring, slot_bytes, i) + DATA_OFFSET;
    memcpy(data, prefix, PREFIX_BYTES);
    make_frame(data + PREFIX_BYTES, given.frame_bytes, 0);
    slot_at(ring, slot_bytes, i)->tp_len = PREFIX_BYTES + given.frame_bytes;
  }

  uint64_t sent = 0;
  unsigned next = 0;
  const double start = now_seconds();
  double now = start;
  while ((now = now_seconds()) - start < given.seconds) {
    for (int call = 0; call < CALLS_PER_LOOK; ++call) {
      for (unsigned i = 0; i < given.batch; ++i, next = (next + 1) % SLOTS) {
        struct tpacket2_hdr* slot = slot_at(ring, slot_bytes, next);
        if (__atomic_load_n(&slot->tp_status, __ATOMIC_ACQUIRE) != TP_STATUS_AVAILABLE) break;
        __atomic_store_n(&slot->tp_status, TP_STATUS_SEND_REQUEST, __ATOMIC_RELEASE);
      }
      const ssize_t taken = sendto(fd, NULL, 0, MSG_DONTWAIT, (struct sockaddr*)&to, sizeof(to));
      if (taken > 0) sent += (uint64_t)taken / given.frame_bytes;
      else if (taken < 0 && errno != EAGAIN && errno != ENOBUFS) fail("sending");
    }
  }
  print_result(sent, now - start);
  return 0;
}
