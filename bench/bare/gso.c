// A PACKET_TX_RING of large UDP packets that the kernel cuts into BATCH frames each, filled once, then only: mark the
// slots, one sendto(2) for SLOTS_A_CALL of them, through the queueing discipline. What `tx-ring --gso N` is measured
// against. The interface must not take large packets whole: ethtool -K INTERFACE tx-udp-segmentation off.
// gcc -O2 -o gso gso.c; ./gso INTERFACE FRAME SECONDS [BATCH]; BATCH is N, 64 unless told.
#define _GNU_SOURCE
#include "frame.h"

#include <sys/mman.h>
#include <sys/socket.h>

enum {
  SLOTS = 128,
  SLOTS_A_CALL = 8,
  MOST_SEGMENTS = 128,
  PREFIX_BYTES = 10,
  DATA_OFFSET = TPACKET2_HDRLEN - sizeof(struct sockaddr_ll),
  PAGE_BYTES = 4096,
  NEEDS_CHECKSUM = 1,  // VIRTIO_NET_HDR_F_NEEDS_CSUM
  GSO_UDP_L4 = 5,      // VIRTIO_NET_HDR_GSO_UDP_L4
};

struct prefix {  // struct virtio_net_hdr
  uint8_t flags, gso_type;
  uint16_t hdr_len, gso_size, csum_start, csum_offset;
};

static struct tpacket2_hdr* slot_at(uint8_t* ring, unsigned slot_bytes, unsigned at) {
  return (struct tpacket2_hdr*)(ring + (size_t)at * slot_bytes);
}

int main(int count, char** words) {
  struct arguments given = read_arguments(count, words, 64);
  const unsigned payload_bytes = given.frame_bytes - HEADERS_BYTES;
  unsigned segments = given.batch < MOST_SEGMENTS ? given.batch : MOST_SEGMENTS;
  if (segments > (65535U - 28) / payload_bytes) segments = (65535U - 28) / payload_bytes;
  const unsigned packet_bytes = HEADERS_BYTES + segments * payload_bytes;

  const int fd = socket(AF_PACKET, SOCK_RAW, 0);
  if (fd < 0) fail("socket");
  const int version = TPACKET_V2;
  const int on = 1;
  if (setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)) != 0) fail("PACKET_VERSION");
  if (setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)) != 0) fail("PACKET_VNET_HDR");
  unsigned slot_bytes = 128;
  while (slot_bytes < DATA_OFFSET + PREFIX_BYTES + packet_bytes) slot_bytes *= 2;
  const unsigned block_bytes = slot_bytes < PAGE_BYTES ? PAGE_BYTES : slot_bytes;
  const struct tpacket_req request = {block_bytes, SLOTS * slot_bytes / block_bytes, slot_bytes, SLOTS};
  if (setsockopt(fd, SOL_PACKET, PACKET_TX_RING, &request, sizeof(request)) != 0) fail("PACKET_TX_RING");
  uint8_t* ring = mmap(NULL, (size_t)SLOTS * slot_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
  if (ring == MAP_FAILED) fail("mmap");
  struct sockaddr_ll to = destination_of(&given, 0);

  const unsigned linear_bytes = packet_bytes <= PAGE_BYTES ? packet_bytes : given.frame_bytes;
  const struct prefix prefix = {NEEDS_CHECKSUM, GSO_UDP_L4, (uint16_t)linear_bytes, (uint16_t)payload_bytes,
                                UDP_OFFSET,     6};
  for (unsigned i = 0; i < SLOTS; ++i) {
    uint8_t* data = (uint8_t*)slot_at(ring, slot_bytes, i) + DATA_OFFSET;
    memcpy(data, &prefix, PREFIX_BYTES);
    make_frame(data + PREFIX_BYTES, packet_bytes, 1);
    slot_at(ring, slot_bytes, i)->tp_len = PREFIX_BYTES + packet_bytes;
  }

  uint64_t sent = 0;
  unsigned next = 0;
  const double start = now_seconds();
  double now = start;
  while ((now = now_seconds()) - start < given.seconds) {
    for (unsigned i = 0; i < SLOTS_A_CALL; ++i, next = (next + 1) % SLOTS) {
      struct tpacket2_hdr* slot = slot_at(ring, slot_bytes, next);
      if (__atomic_load_n(&slot->tp_status, __ATOMIC_ACQUIRE) != TP_STATUS_AVAILABLE) break;
      __atomic_store_n(&slot->tp_status, TP_STATUS_SEND_REQUEST, __ATOMIC_RELEASE);
    }
    const ssize_t taken = sendto(fd, NULL, 0, MSG_DONTWAIT, (struct sockaddr*)&to, sizeof(to));
    if (taken > 0) sent += (uint64_t)taken / packet_bytes * segments;
    else if (taken < 0 && errno != EAGAIN && errno != ENOBUFS) fail("sending");
  }
  print_result(sent, now - start);
  return 0;
}
