"""What the kernel answers to calls that pktgen takes care not to make, as JSON: kernel-answers.py NAME

Each answer is the name of an errno, or "accepted". NAME is an interface with at least one queue.
"""

import ctypes
import errno
import json
import mmap
import os
import platform
import socket
import struct
import sys

SYS_BPF = 321 if platform.machine() == "x86_64" else 280
BPF_PROG_LOAD, BPF_PROG_TEST_RUN, BPF_PROG_TYPE_XDP, XDP_DROP = 5, 10, 6, 1
BPF_F_TEST_XDP_LIVE_FRAMES = 2
AF_XDP, SOL_XDP = 44, 283
XDP_TX_RING, XDP_UMEM_REG, XDP_UMEM_FILL_RING, XDP_UMEM_COMPLETION_RING, XDP_MAX_TX_SKB_BUDGET = 3, 4, 5, 6, 9
XDP_COPY, XDP_ZEROCOPY = 2, 4
CHUNK_BYTES, CHUNKS, ENTRIES, QUEUES_OF_NO_DEVICE = 4096, 16, 128, 60000
FRAME_BYTES, MOST_LIVE_BATCH = 60, 256

libc = ctypes.CDLL(None, use_errno=True)
interface = socket.if_nametoindex(sys.argv[1])


def answer(result):
    return "accepted" if result >= 0 else errno.errorcode[ctypes.get_errno()]


class XdpSocket:
    def __init__(self):
        self.socket = socket.socket(AF_XDP, socket.SOCK_RAW)
        self.memory = mmap.mmap(-1, CHUNK_BYTES * CHUNKS)
        address = ctypes.addressof(ctypes.c_char.from_buffer(self.memory))
        self.option(XDP_UMEM_REG, struct.pack("<QQIIII", address, CHUNK_BYTES * CHUNKS, CHUNK_BYTES, 0, 0, 0))
        for ring in (XDP_UMEM_FILL_RING, XDP_UMEM_COMPLETION_RING, XDP_TX_RING):
            self.option(ring, struct.pack("<I", ENTRIES))

    def option(self, name, value):
        return answer(libc.setsockopt(self.socket.fileno(), SOL_XDP, name, value, len(value)))

    def bind(self, flags=XDP_COPY, queue=0):
        place = struct.pack("<HHIII", AF_XDP, flags, interface, queue, 0)
        return answer(libc.bind(self.socket.fileno(), place, len(place)))

    def send(self, flags):
        return answer(libc.sendto(self.socket.fileno(), None, 0, flags, None, 0))


def bpf(command, attributes):
    return libc.syscall(SYS_BPF, command, ctypes.create_string_buffer(attributes, 128), 128)


def live_run(program, batch):
    frame = ctypes.create_string_buffer(FRAME_BYTES)
    return answer(
        bpf(
            BPF_PROG_TEST_RUN,
            struct.pack(
                "<IIIIQQIIIIQQIII",
                *(program, 0, FRAME_BYTES, 0, ctypes.addressof(frame), 0, 1, 0),
                *(0, 0, 0, 0, BPF_F_TEST_XDP_LIVE_FRAMES, 0, batch),
            ),
        )
    )


answers = {
    "send, not bound": XdpSocket().send(socket.MSG_DONTWAIT),
    "bind, a queue that does not exist": XdpSocket().bind(queue=QUEUES_OF_NO_DEVICE),
    "bind, copy and zero-copy": XdpSocket().bind(flags=XDP_COPY | XDP_ZEROCOPY),
    "budget below 32": XdpSocket().option(XDP_MAX_TX_SKB_BUDGET, struct.pack("<I", 31)),
    "budget above the ring": XdpSocket().option(XDP_MAX_TX_SKB_BUDGET, struct.pack("<I", ENTRIES + 1)),
}
first = XdpSocket()
answers["bind"] = first.bind()
answers["bind, a queue in use"] = XdpSocket().bind()
answers["send, blocking"] = first.send(0)

# r0 = XDP_DROP; exit
code = ctypes.create_string_buffer(struct.pack("<BBhiBBhi", 0xB7, 0, 0, XDP_DROP, 0x95, 0, 0, 0))
licence = ctypes.create_string_buffer(b"GPL")
program = bpf(
    BPF_PROG_LOAD,
    struct.pack("<IIQQ", BPF_PROG_TYPE_XDP, 2, ctypes.addressof(code), ctypes.addressof(licence)),
)
if program < 0:
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
answers["live, a batch of 256"] = live_run(program, MOST_LIVE_BATCH)
answers["live, a batch of 257"] = live_run(program, MOST_LIVE_BATCH + 1)
json.dump(answers, sys.stdout)
