// AF_XDP in copy mode and nothing else: descriptors that are written once, one sendto(2) a batch, completions taken
// back. What engine `xdp` is measured against. gcc -O2 -o xdp xdp.c
// ./xdp INTERFACE FRAME SECONDS [BATCH [QUEUE [RING_FRAMES [STRIDE_BYTES [BUDGET]]]]]; RING_FRAMES a power of two.
#define _GNU_SOURCE
#include "frame.h"

#include <linux/if_xdp.h>
#include <sys/mman.h>
#include <sys/socket.h>

enum { CHUNK_BYTES = 4096, CACHE_LINE_BYTES = 64, SOCKET_XDP_BUDGET = 9 };

static uint8_t* map_ring(int fd, uint64_t bytes, uint64_t offset) {
  uint8_t* ring = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, (off_t)offset);
  if (ring == MAP_FAILED) fail("mmap");
  return ring;
}

int main(int count, char** words) {
  const struct arguments given = read_arguments(count, words, 64);
  const unsigned frame_bytes = given.frame_bytes;
  const unsigned batch = given.batch;
  const unsigned queue = count > 5 ? (unsigned)atoi(words[5]) : 0;
  const unsigned frames = count > 6 ? (unsigned)atoi(words[6]) : 128;
  const unsigned tight = (frame_bytes + CACHE_LINE_BYTES - 1) / CACHE_LINE_BYTES * CACHE_LINE_BYTES;
  const unsigned stride = count > 7 ? (unsigned)atoi(words[7]) : tight;
  int budget = count > 8 ? atoi(words[8]) : (int)batch;

  const int fd = socket(AF_XDP, SOCK_RAW, 0);
  if (fd < 0) fail("socket");
  const unsigned per_chunk = CHUNK_BYTES / stride;
  const uint64_t bytes = ((uint64_t)frames + per_chunk - 1) / per_chunk * CHUNK_BYTES;
  uint8_t* memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (memory == MAP_FAILED) fail("mmap");
  struct xdp_umem_reg registration = {.addr = (uintptr_t)memory, .len = bytes, .chunk_size = CHUNK_BYTES};
  if (setsockopt(fd, SOL_XDP, XDP_UMEM_REG, &registration, sizeof(registration)) != 0) fail("XDP_UMEM_REG");
  const int one = 1;
  if (setsockopt(fd, SOL_XDP, XDP_UMEM_FILL_RING, &one, sizeof(one)) != 0) fail("XDP_UMEM_FILL_RING");
  if (setsockopt(fd, SOL_XDP, XDP_UMEM_COMPLETION_RING, &frames, sizeof(frames)) != 0) fail("XDP_UMEM_COMPLETION_RING");
  if (setsockopt(fd, SOL_XDP, XDP_TX_RING, &frames, sizeof(frames)) != 0) fail("XDP_TX_RING");
  if (budget >= 32) setsockopt(fd, SOL_XDP, SOCKET_XDP_BUDGET, &budget, sizeof(budget));  // since Linux 6.17
  struct xdp_mmap_offsets at;
  socklen_t length = sizeof(at);
  if (getsockopt(fd, SOL_XDP, XDP_MMAP_OFFSETS, &at, &length) != 0) fail("XDP_MMAP_OFFSETS");
  uint8_t* transmit = map_ring(fd, at.tx.desc + frames * sizeof(struct xdp_desc), XDP_PGOFF_TX_RING);
  uint8_t* completion = map_ring(fd, at.cr.desc + frames * sizeof(uint64_t), XDP_UMEM_PGOFF_COMPLETION_RING);

  struct xdp_desc* descriptors = (struct xdp_desc*)(transmit + at.tx.desc);
  for (unsigned i = 0; i < frames; ++i) {
    const uint64_t address = (uint64_t)(i / per_chunk) * CHUNK_BYTES + (uint64_t)(i % per_chunk) * stride;
    make_frame(memory + address, frame_bytes, 0);
    descriptors[i] = (struct xdp_desc){.addr = address, .len = frame_bytes};
  }

  struct sockaddr_xdp to = {.sxdp_family = AF_XDP,
                            .sxdp_flags = XDP_COPY | XDP_USE_NEED_WAKEUP,
                            .sxdp_ifindex = given.index,
                            .sxdp_queue_id = queue};
  const double give_up = now_seconds() + 0.5;  // a queue stays taken for some ms after its last socket
  while (bind(fd, (struct sockaddr*)&to, sizeof(to)) != 0) {
    if (errno != EBUSY || now_seconds() > give_up) fail("bind");
    const struct timespec pause = {.tv_nsec = 1000000};
    nanosleep(&pause, NULL);
  }

  uint32_t* produced = (uint32_t*)(transmit + at.tx.producer);
  const uint32_t* consumed = (const uint32_t*)(transmit + at.tx.consumer);
  const uint32_t* completed = (const uint32_t*)(completion + at.cr.producer);
  uint32_t* reaped = (uint32_t*)(completion + at.cr.consumer);
  uint32_t next = 0;
  uint64_t dropped = 0;
  uint64_t sent = 0;
  uint32_t seen = 0;
  const double start = now_seconds();
  double now = start;
  while ((now = now_seconds()) - start < given.seconds) {
    for (int call = 0; call < CALLS_PER_LOOK; ++call) {
      const uint32_t done = __atomic_load_n(completed, __ATOMIC_ACQUIRE);
      __atomic_store_n(reaped, done, __ATOMIC_RELEASE);
      const uint32_t free = frames - (next - done);
      next += free < batch ? free : batch;
      __atomic_store_n(produced, next, __ATOMIC_RELEASE);
      if (sendto(fd, NULL, 0, MSG_DONTWAIT, NULL, 0) < 0) {
        if (errno == EBUSY) ++dropped;  // a frame that the device dropped, and that is completed
        else if (errno != EAGAIN && errno != ENOBUFS) fail("sendto");
      }
      const uint32_t taken = __atomic_load_n(consumed, __ATOMIC_ACQUIRE);
      sent += taken - seen;
      seen = taken;
    }
  }
  print_result(sent - dropped, now - start);
  return 0;
}
