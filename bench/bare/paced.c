// sendto(2) on AF_PACKET, each call at its moment of an absolute schedule that is waited for by looking at the clock: as
// even as frames can leave here. What rate and gaps are measured against.
// gcc -O2 -o paced paced.c; ./paced INTERFACE FRAME SECONDS PACKETS_PER_SECOND [MARGIN_US]
//
// With a margin it sleeps until so many microseconds before each moment and spins through them; without, it only spins.
// Says which frames were late by more than 10 µs, and why: the CPU was away while the loop only looked at the clock
// (taken by the host or by the kernel, and not by sending), or the calls before took that long.
#define _GNU_SOURCE
#include "frame.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

enum { LATE_NS = 10000, HOLE_NS = 2000 };
#define NS_PER_SECOND 1000000000ULL

struct outcome {
  uint64_t sent;
  uint64_t late_by_hole;
  uint64_t late_by_calls;
  uint64_t longest_hole_ns;
};

static uint64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

// Spins until `due_ns`. Returns the longest time between two looks at the clock; at `reached_ns`, the last look.
static uint64_t wait_until(uint64_t due_ns, uint64_t* reached_ns) {
  uint64_t hole_ns = 0;
  uint64_t last_ns = now_ns();
  while (last_ns < due_ns) {
    const uint64_t look_ns = now_ns();
    if (look_ns - last_ns > hole_ns) hole_ns = look_ns - last_ns;
    last_ns = look_ns;
  }
  *reached_ns = last_ns;
  return hole_ns;
}

// Until `until_ns`; the kernel is told not to be late on purpose, see main().
static void sleep_until(uint64_t until_ns) {
  const struct timespec until = {.tv_sec = (time_t)(until_ns / NS_PER_SECOND), .tv_nsec = (long)(until_ns % NS_PER_SECOND)};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

// A frame that is late after a hole is late by it, and so are those that follow until the schedule is met again.
static void book(struct outcome* outcome, uint64_t late_ns, uint64_t hole_ns, int* in_hole) {
  ++outcome->sent;
  if (hole_ns > outcome->longest_hole_ns) outcome->longest_hole_ns = hole_ns;
  if (hole_ns > HOLE_NS) *in_hole = 1;
  if (late_ns <= HOLE_NS) *in_hole = 0;
  if (late_ns <= LATE_NS) return;
  if (*in_hole) ++outcome->late_by_hole;
  else ++outcome->late_by_calls;
}

int main(int count, char** words) {
  const struct arguments given = read_arguments(count, words, 1000);
  const double gap_ns = (double)NS_PER_SECOND / given.batch;  // the fourth argument: packets per second
  const uint64_t margin_ns = count > 5 ? (uint64_t)atoi(words[5]) * 1000 : UINT64_MAX;
  prctl(PR_SET_TIMERSLACK, 1UL);
  const uint64_t packets = (uint64_t)(given.seconds * given.batch);
  const int fd = socket(AF_PACKET, SOCK_RAW, 0);
  if (fd < 0) fail("socket");
  const int on = 1;
  if (setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)) != 0) fail("PACKET_QDISC_BYPASS");
  struct sockaddr_ll to = destination_of(&given, 1);
  static uint8_t frame[LONGEST_BYTES];
  make_frame(frame, given.frame_bytes, 0);

  struct outcome outcome = {0};
  int in_hole = 0;
  const uint64_t start_ns = now_ns();
  for (uint64_t k = 0; k < packets; ++k) {
    const uint64_t due_ns = start_ns + (uint64_t)(gap_ns * (double)k);
    if (due_ns > margin_ns) sleep_until(due_ns - margin_ns);
    uint64_t reached_ns = 0;
    const uint64_t hole_ns = wait_until(due_ns, &reached_ns);
    book(&outcome, reached_ns - due_ns, hole_ns, &in_hole);
    if (sendto(fd, frame, given.frame_bytes, 0, (struct sockaddr*)&to, sizeof(to)) < 0) fail("sending");
  }
  struct rusage usage;
  if (getrusage(RUSAGE_SELF, &usage) != 0) fail("getrusage");
  printf("{\"sent\":%llu,\"lateByHole\":%llu,\"lateByCalls\":%llu,\"longestHoleNs\":%llu,\"preempted\":%ld}\n",
         (unsigned long long)outcome.sent, (unsigned long long)outcome.late_by_hole, (unsigned long long)outcome.late_by_calls,
         (unsigned long long)outcome.longest_hole_ns, usage.ru_nivcsw);
  return 0;
}
