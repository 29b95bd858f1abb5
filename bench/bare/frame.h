// What the bare loops have in common: their arguments, the frame, the clock, the one line of JSON.
#pragma once

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LONGEST_BYTES = 65549, SHORTEST_BYTES = 60, HEADERS_BYTES = 42, UDP_OFFSET = 34, CALLS_PER_LOOK = 16 };

struct arguments {
  const char* interface;
  unsigned index;
  unsigned frame_bytes;  // without FCS
  double seconds;
  unsigned batch;
};

static inline void fail(const char* doing) {
  fprintf(stderr, "%s: %s\n", doing, strerror(errno));
  exit(1);
}

// What was asked for byte by byte, instead of the frame that is made below; no bytes when that is wanted.
static uint8_t frame_given[LONGEST_BYTES];
static unsigned frame_given_bytes;

// "0x" and the frame in hex. Returns its bytes, 0 when it is none.
static inline unsigned read_frame(const char* word) {
  const size_t digits = strlen(word) - 2;
  if (digits % 2 != 0 || digits / 2 > LONGEST_BYTES) return 0;
  for (size_t i = 0; i < digits / 2; ++i) {
    if (sscanf(word + 2 + 2 * i, "%2hhx", &frame_given[i]) != 1) return 0;
  }
  return frame_given_bytes = (unsigned)(digits / 2);
}

// INTERFACE FRAME SECONDS [BATCH]: FRAME in hex after 0x, or its bytes; both without FCS.
static inline struct arguments read_arguments(int count, char** words, unsigned batch) {
  if (count < 4) {
    fprintf(stderr, "usage: %s INTERFACE FRAME_BYTES|0xFRAME SECONDS [BATCH]\n", words[0]);
    exit(2);
  }
  const unsigned frame_bytes = strncmp(words[2], "0x", 2) == 0 ? read_frame(words[2]) : (unsigned)atoi(words[2]);
  struct arguments given = {words[1], if_nametoindex(words[1]), frame_bytes, atof(words[3]),
                            count > 4 ? (unsigned)atoi(words[4]) : batch};
  if (given.index == 0) fail(given.interface);
  if (given.frame_bytes < SHORTEST_BYTES || given.frame_bytes > LONGEST_BYTES || given.batch < 1) {
    fprintf(stderr, "expected frames of %d to %d bytes and a batch of at least 1\n", SHORTEST_BYTES, LONGEST_BYTES);
    exit(2);
  }
  return given;
}

static inline uint32_t sum_words(const uint8_t* bytes, unsigned length, uint32_t sum) {
  for (unsigned i = 0; i < length; ++i) sum += (uint32_t)bytes[i] << (i % 2 == 0 ? 8 : 0);
  return sum;
}

static inline uint16_t fold(uint32_t sum) {
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return (uint16_t)sum;
}

static inline void put16(uint8_t* at, unsigned value) {
  at[0] = (uint8_t)(value >> 8);
  at[1] = (uint8_t)value;
}

// The frame that was given, else UDP over IPv4 to a MAC address that nobody has. With a partial checksum only its headers,
// and the sum of the pseudo header is there, for the kernel to finish.
static inline void make_frame(uint8_t* frame, unsigned frame_bytes, int partial_checksum) {
  static const uint8_t headers[HEADERS_BYTES] = {
      0x02, 0,    0,    0,    0,    2, 0x02, 0x70, 0x6b, 0x74, 0,  1, 0x08, 0,  // Ethernet
      0x45, 0,    0,    0,    0,    0, 0,    0,    64,   17,   0,  0,           // IPv4, lengths below
      198,  18,   0,    1,    198,  19, 0,   1,                                 // RFC 2544's addresses
      0xc0, 0x20, 0,    9};                                                     // UDP, port 9: discard
  memset(frame, 0, frame_bytes);
  if (frame_bytes == frame_given_bytes && !partial_checksum) {
    memcpy(frame, frame_given, frame_bytes);
    return;
  }
  memcpy(frame, frame_given_bytes > 0 ? frame_given : headers, sizeof(headers));
  put16(frame + 24, 0);
  put16(frame + 40, 0);
  const unsigned udp_bytes = frame_bytes - UDP_OFFSET;
  put16(frame + 16, frame_bytes - ETH_HLEN);
  put16(frame + 24, 0xffffU ^ fold(sum_words(frame + ETH_HLEN, 20, 0)));
  put16(frame + 38, udp_bytes);
  uint16_t sum = fold(sum_words(frame + 26, 8, 17 + udp_bytes));
  if (!partial_checksum) sum = 0xffffU ^ fold(sum_words(frame + UDP_OFFSET, udp_bytes, sum));
  put16(frame + 40, sum);
}

static inline double now_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static inline void print_result(uint64_t sent, double seconds) {
  printf("{\"sent\":%llu,\"seconds\":%.6f}\n", (unsigned long long)sent, seconds);
}

static inline struct sockaddr_ll destination_of(const struct arguments* given, int qdisc_bypass) {
  struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = (int)given->index};
  // 0x88b5: any protocol but 0 saves the flow dissector. Only past the queueing discipline.
  address.sll_protocol = qdisc_bypass ? htons(ETH_P_802_EX1) : 0;
  return address;
}
