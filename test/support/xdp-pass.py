"""Lets every frame of an interface pass through XDP for as long as standard input is open: xdp-pass.py NAME

A veth takes XDP frames only while its other end runs an XDP program, and what passes it can be captured there.
"""

import ctypes
import os
import platform
import socket
import struct
import sys

SYS_BPF = 321 if platform.machine() == "x86_64" else 280
BPF_PROG_LOAD, BPF_LINK_CREATE = 5, 28
BPF_PROG_TYPE_XDP, BPF_XDP, XDP_FLAGS_DRV_MODE, XDP_PASS = 6, 37, 4, 2

libc = ctypes.CDLL(None, use_errno=True)


def bpf(command, attributes):
    result = libc.syscall(SYS_BPF, command, ctypes.create_string_buffer(attributes), len(attributes))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


# r0 = XDP_PASS; exit
code = ctypes.create_string_buffer(struct.pack("<BBhiBBhi", 0xB7, 0, 0, XDP_PASS, 0x95, 0, 0, 0))
license = ctypes.create_string_buffer(b"GPL")
program = bpf(
    BPF_PROG_LOAD,
    struct.pack("<IIQQ", BPF_PROG_TYPE_XDP, 2, ctypes.addressof(code), ctypes.addressof(license)).ljust(128, b"\0"),
)
bpf(
    BPF_LINK_CREATE,
    struct.pack("<IIII", program, socket.if_nametoindex(sys.argv[1]), BPF_XDP, XDP_FLAGS_DRV_MODE).ljust(64, b"\0"),
)
print("attached", flush=True)
sys.stdin.read()
