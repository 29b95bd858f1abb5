import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Namespace, needsRoot } from '../support/namespace.js';
import { pktgen, type Result, WITHOUT_CAPABILITIES } from '../support/pktgen.js';

/** One clear line on standard error, nothing on standard output, the right exit code. */
function assertRefused(result: Result, status: number, pattern: RegExp): void {
  assert.equal(result.stdout, '');
  assert.match(result.stderr, /^pktgen: [^\n]+\n$/);
  assert.match(result.stderr, pattern);
  assert.doesNotMatch(result.stderr, /internal error|\bat .*:\d+:\d+/);
  assert.equal(result.status, status, result.stderr);
}

describe('a command line that is wrong anywhere', () => {
  for (const [line, pattern] of [
    ['--lab --size 63', /--size 63: .* from 64 to 9022/],
    ['--lab --size 9023', /--size 9023: .* from 64 to 9022/],
    ['--lab --size big', /--size big: no sizes 'big'; there are imix/],
    ['--lab --size', /--size: a value is missing/],
    ['--lab --count -1', /--count -1: expected a whole number from 1/],
    ['--lab --count 0', /--count 0/],
    ['--lab --duration 10', /--duration 10: expected a time with its unit/],
    ['--lab --duration 0s', /--duration 0s/],
    ['--iface x0 --lab', /--iface and --lab exclude each other/],
    ['--lab --lab-sink', /--lab and --lab-sink exclude each other/],
    ['', /where to\? .*--iface NAME.*--lab/],
    ['--lab --siz 64', /--siz: no such option; did you mean --size\?/],
    ['--lab --speed 2x', /--speed: no such option; it belongs to pktgen replay\n/],
    ['--lab --qdisc-bypass=yes', /--qdisc-bypass=yes: it is a flag; write --qdisc-bypass, or leave it out/],
    ['--lab --qdisc-bypas', /did you mean --qdisc-bypass\?/],
    ['devcies', /devcies: no such command; did you mean devices\?/],
    ['--lab --engine tx-rign', /--engine tx-rign: no such engine; did you mean tx-ring\?/],
    [
      '--engine null --qdisc-bypass',
      /--qdisc-bypass: engine null has no such option; it belongs to .*tx-ring/,
    ],
    ['--lab --workers 0', /--workers 0: expected a whole number from 1/],
    ['--lab --workers two', /--workers two: expected a whole number/],
    ['--lab --workers 1 --cpus 0', /--cpus and --workers exclude each other/],
    ['--lab --far-end up', /--far-end up: expected drop or stack/],
    ['--lab-sink --far-end drop', /--far-end drop: only the lab .*--lab/],
    ['--lab --far-end', /--far-end: a value is missing/],
    ['--engine null --lab', /--engine null sends nothing: leave --lab out/],
    [
      '--lab --engine tx-ring --ring-frames 100',
      /--ring-frames 100: expected a power of two from 8 to 16384/,
    ],
    ['--lab --batch 0', /--batch 0: .* from 1 to 65536/],
    ['--lab --cpus 0,0', /--cpus 0,0: a CPU is named twice/],
    ['--lab --cpus 3-1', /--cpus 3-1: expected CPU numbers and ranges/],
    ['--lab --dst-mac 02:00', /--dst-mac 02:00: expected a MAC address such as/],
    ['--lab --dst-ip 198.18.0', /--dst-ip 198.18.0: expected an IPv4 address such as/],
    ['--lab --rate 0pps', /--rate 0pps: a rate is from 0\.001pps to 10Gpps/],
    ['--lab --rate=-5%', /--rate -5%: a rate is above 0% .*, up to 100%/],
    ['--lab --rate 120%', /--rate 120%: a rate is above 0% .*, up to 100%/],
    [
      '--lab --line-rate 1G --rate 1Tbps',
      /--rate 1Tbps: .*the link carries at most 1\.000 Gbit\/s: at 64 bytes 1\.488 Mpps/,
    ],
    ['--lab --rate 1Tbps', /--rate 1Tbps: .*at most 10\.00 Gbit\/s: at 64 bytes 14\.88 Mpps; --line-rate/],
    ['--lab --rate 10_Mps', /--rate 10 Mps: Mps is no unit of a rate; did you mean 10Mpps\?/],
    ['--lab --rate 1mpps', /--rate 1mpps: m is milli, a thousandth; did you mean 1Mpps\?/],
    ['--lab --rate 1000', /--rate 1000: a rate needs its unit, such as 1000pps/],
    ['--lab --rate', /--rate: a value is missing/],
    [
      '--lab --rate burst_64_every_1ms_at_10kpps',
      /--rate burst 64 .*: a burst of 64 frames at 10kpps takes 6\.4ms, longer than its period of 1ms/,
    ],
    [
      '--lab --line-rate 1G --rate burst_1000_every_10us',
      /--rate burst 1000 .* back to back take 672us, longer than their period of 10us; .*at most 1\.000 Gbit\/s/,
    ],
    ['--lab --rate burts_64_every_1ms', /did you mean burst N every TIME \[at RATE\] \[times N\]\?/],
    ['--lab --rate recorded_2x', /--rate recorded 2x: expected traffic of one capture file/],
    ['--lab --rate gap_0', /--rate gap 0: a time needs its unit/],
    ['--engine null --rate 40%', /--rate 40%: 40% of what\? .*--line-rate 10G/],
    ['--lab --line-rate fast', /--line-rate fast: expected the speed of a link from 1k to 10T/],
    ['--lab --pacing fast', /--pacing fast: expected hybrid, spin or sleep\n/],
    ['--lab --late never', /--late never: expected catch-up or skip/],
    ['--lab --warmup 1', /--warmup 1: expected a time with its unit/],
    ['--lab --bytes 0', /--bytes 0: expected a whole number from 1/],
    ['--lab --bytes 63', /--bytes 63: not even the first frame fits/],
    [
      '--lab --engine tx-ring --gso 64 --size 128 --rate burst_32_every_1ms',
      /engine tx-ring --gso 64 64 frames leave together; expected bursts of 64, 128 and so on/,
    ],
    ['--lab --dst-port 65536', /--dst-port 65536: .* from 0 to 65535/],
  ] as const) {
    it(`pktgen ${line} → 2`, async () => {
      // _ is a space within a word.
      const words = line.split(' ').map((word) => (word.startsWith('--') ? word : word.replaceAll('_', ' ')));
      assertRefused(await pktgen(words.filter(Boolean)), 2, pattern);
    });
  }
});

describe('a command line that is wrong on this host', () => {
  it('no such CPU → 4', async () => {
    assertRefused(await pktgen(['--lab', '--cpus', '1023']), 4, /cannot run on CPU 1023; it may use 0/);
  });

  it('more workers than CPUs → 4', async () => {
    assertRefused(
      await pktgen(['--lab', '--workers', '1000']),
      4,
      /--workers 1000: each needs a CPU of its own, and this process may use \d+ \(0/,
    );
  });

  it('no such interface → 4, with the nearest name', async () => {
    assertRefused(await pktgen(['--iface', 'l0']), 4, /--iface l0: no such interface; did you mean lo\?/);
    assertRefused(
      await pktgen(['--iface', 'a-name-that-is-too-long']),
      4,
      /no such interface; there are .*lo/,
    );
  });

  it('without CAP_NET_RAW → 3, with the two ways to get it', { skip: needsRoot }, async () => {
    const result = await pktgen(['--iface', 'lo', '--count', '1'], { prefix: WITHOUT_CAPABILITIES });
    assertRefused(result, 3, /on lo needs CAP_NET_RAW: run it with sudo, or .* sudo setcap cap_net_raw\+ep/);
  });
});

describe('an interface that will not do', { skip: needsRoot }, () => {
  it('down, too small an MTU, the default route, not Ethernet', async () => {
    const namespace = new Namespace();
    try {
      namespace.addPair('near0', 'far0', 1, 1500);
      const on = (...args: string[]) => pktgen(['--iface', 'near0', '--count', '1', ...args], namespace);
      assertRefused(
        await on('--size', '1519'),
        4,
        /--size 1519: the MTU of near0 is 1500.* up to 1518 bytes/,
      );
      namespace.ip('address', 'add', '198.18.0.1/24', 'dev', 'near0');
      namespace.ip('route', 'add', 'default', 'dev', 'near0');
      assertRefused(await on(), 2, /near0: it carries the default route .*--force/);
      assert.equal((await on('--force')).status, 0);
      namespace.ip('route', 'del', 'default');
      const hops = [
        'nexthop',
        'via',
        '198.18.0.9',
        'dev',
        'near0',
        'nexthop',
        'via',
        '198.19.0.9',
        'dev',
        'far0',
      ];
      namespace.ip('address', 'add', '198.19.0.1/24', 'dev', 'far0');
      namespace.ip('route', 'add', 'default', ...hops);
      assertRefused(await pktgen(['--iface', 'far0'], namespace), 2, /far0: it carries the default route/);
      namespace.ip('route', 'del', 'default');
      namespace.ip('-6', 'route', 'add', 'default', 'dev', 'near0');
      assertRefused(await on(), 2, /near0: it carries the default route/);
      namespace.ip('-6', 'route', 'del', 'default');
      namespace.ip('link', 'add', 'br0', 'type', 'bridge');
      namespace.ip('link', 'set', 'near0', 'master', 'br0');
      namespace.ip('link', 'set', 'br0', 'up');
      namespace.ip('route', 'add', 'default', 'dev', 'br0');
      assertRefused(await on(), 2, /near0: it carries the default route/);
      namespace.ip('link', 'set', 'near0', 'down');
      assertRefused(await on(), 4, /near0: the interface is down; .*ip link set near0 up/);
      namespace.ip('tuntap', 'add', 'tun0', 'mode', 'tun');
      namespace.ip('link', 'set', 'tun0', 'up');
      assertRefused(
        await pktgen(['--iface', 'tun0', '--engine', 'tx-ring'], namespace),
        4,
        /tun0: engine tx-ring cannot run there: not an Ethernet device/,
      );
    } finally {
      namespace.remove();
    }
  });
});
