# Opens tap0 and never reads from it: its queue fills up, and then the kernel drops every frame that is sent to it.
import fcntl
import struct
import sys

TUNSETIFF = 0x400454CA  # linux/if_tun.h
IFF_TAP = 0x0002
IFF_NO_PI = 0x1000

tap = open('/dev/net/tun', 'r+b', buffering=0)
fcntl.ioctl(tap, TUNSETIFF, struct.pack('16sH', b'tap0', IFF_TAP | IFF_NO_PI))
print('open', flush=True)
sys.stdin.read()
