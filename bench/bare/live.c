// BPF_PROG_TEST_RUN with live frames of a program that only returns XDP_TX, and nothing else: what engine `live` is
// measured against. Sources: net/bpf/test_run.c (bpf_test_run_xdp_live), Documentation/bpf/bpf_prog_run.rst.
// gcc -O2 -o live live.c -lbpf; ./live INTERFACE FRAME SECONDS [BATCH [REPEAT]]; REPEAT frames a call.
#define _GNU_SOURCE
#include "frame.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <sched.h>
#include <unistd.h>

enum { LOOPBACK_INDEX = 1, FRAMES_PER_CALL = 65536 };

static int load_program(void) {
  const struct bpf_insn program[] = {
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_TX},
      {.code = BPF_JMP | BPF_EXIT},
  };
  const int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "bare_live", "GPL", program, sizeof(program) / sizeof(*program), NULL);
  if (fd < 0) fail("loading the program");
  return fd;
}

// Every call would wait for the dispatcher of XDP programs to be changed, and changed back, were the program not
// attached somewhere: here to the loopback of a namespace of our own, which lasts as long as this process.
static void keep_dispatcher_warm(int program) {
  const int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  if (here < 0 || unshare(CLONE_NEWNET) != 0) fail("making a namespace");
  if (open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC) < 0) fail("holding the namespace");
  LIBBPF_OPTS(bpf_link_create_opts, options, .flags = XDP_FLAGS_SKB_MODE);
  if (bpf_link_create(program, LOOPBACK_INDEX, BPF_XDP, &options) < 0) fail("attaching the program");
  if (setns(here, CLONE_NEWNET) != 0) fail("coming back");
}

int main(int count, char** words) {
  const struct arguments given = read_arguments(count, words, 64);
  const unsigned repeat = count > 5 ? (unsigned)atoi(words[5]) : FRAMES_PER_CALL;
  const int program = load_program();
  keep_dispatcher_warm(program);

  uint8_t frame[LONGEST_BYTES];
  make_frame(frame, given.frame_bytes, 0);
  struct xdp_md context = {.data_end = given.frame_bytes, .ingress_ifindex = given.index};
  LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame, .data_size_in = given.frame_bytes, .ctx_in = &context,
              .ctx_size_in = sizeof(context), .repeat = (int)repeat, .flags = BPF_F_TEST_XDP_LIVE_FRAMES,
              .batch_size = given.batch);

  uint64_t sent = 0;
  const double start = now_seconds();
  double now = start;
  while ((now = now_seconds()) - start < given.seconds) {
    if (bpf_prog_test_run_opts(program, &run) != 0) fail("BPF_PROG_TEST_RUN");
    sent += repeat;
  }
  print_result(sent, now - start);
  return 0;
}
