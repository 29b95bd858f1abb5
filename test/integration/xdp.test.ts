import assert from 'node:assert/strict';
import { release } from 'node:os';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Summary } from 'pktgen';
import { native } from '#src/native/index.js';
import { Capture } from '../support/capture.js';
import { runWithHarm } from '../support/harm.js';
import { type Namespace, needsRoot, withNamespace } from '../support/namespace.js';
import { finished, pktgen, pktgenJson, ROOT, spawnPktgen, WITHOUT_CAPABILITIES } from '../support/pktgen.js';
import { call } from '../support/script.js';
import { framesOf, modelOf, sizesOf, streamOf } from '../unit/support/model.js';

const CHECKSUM_GOOD = '1';
const XDP = ['--engine', 'xdp'];

function whyNot(): string | false {
  const { refusal } = new (native().Network)(false).probe('xdp', 'lo');
  return refusal?.code === 'EAFNOSUPPORT' ? refusal.reason : false;
}

/** The engine asks the kernel what it can; the test may look at its number. */
function isOlderThan(wantedMajor: number, wantedMinor: number): boolean {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  return major < wantedMajor || (major === wantedMajor && minor < wantedMinor);
}

const needsXdp = whyNot();
const needsXdpAndRoot = needsRoot || needsXdp;
const needsMultiBuffer = isOlderThan(6, 6) && 'needs AF_XDP multi-buffer, Linux 6.6';
const needsBudget = isOlderThan(6, 17) && 'needs XDP_MAX_TX_SKB_BUDGET, Linux 6.17';

describe('xdp: frames at the far end, seen by libpcap', { skip: needsXdpAndRoot }, () => {
  for (const size of [64, 65, 128, 129, 1518, 4100, 4101, 9022]) {
    const skip = size > 4100 && needsMultiBuffer;
    it(`are what was asked at ${size} bytes, with checksums that tshark confirms`, { skip }, async () => {
      await withNamespace(async (namespace) => {
        namespace.addPair();
        const capture = await Capture.start(namespace.prefix, 'far0', 300);
        const args = [...XDP, '--iface', 'near0', '--size', String(size), '--count', '300'];
        const summary = await pktgenJson(args, namespace);
        await capture.complete();
        assert.equal(summary.status, 0, JSON.stringify(summary.findings));
        assert.deepEqual([...new Set(capture.frames())], [summary.plan.frameHex]);
        const fields = ['frame.len', 'ip.checksum.status', 'udp.checksum.status'];
        assert.deepEqual(
          capture.dissect(...fields),
          Array(300).fill([String(size - 4), CHECKSUM_GOOD, CHECKSUM_GOOD]),
        );
        capture.remove();
      });
    });
  }

  for (const [what, sizes, engineOptions, batch] of [
    ['of small sizes', [64, 77, 201], {}, 64],
    ['of all sizes', [64, 1518, 4200, 9022], {}, 64],
    ['in a ring smaller than a batch', [64, 1518, 9022], { ringFrames: 8 }, 100],
    ['in the smallest budget', [64, 1518, 9022], { txBudget: 32 }, 64],
    ['one a call', [64, 9022], { ringFrames: 16 }, 1],
  ] as const) {
    const skip =
      (sizes.some((size) => size > 4100) && needsMultiBuffer) || ('txBudget' in engineOptions && needsBudget);
    it(`are, for a mix with varied fields ${what}, those of the compiler in their order`, {
      skip,
    }, async () => {
      const count = 1003;
      const traffic = modelOf([
        streamOf(
          [
            ['ipv4', { id: { vary: 'increment' } }],
            ['udp', { srcPort: { vary: 'random', from: 1000, to: 1999 } }],
          ],
          { sizes: sizesOf(...sizes), payload: { kind: 'random', lengthBytes: null } },
        ),
      ]);
      await withNamespace(async (namespace) => {
        namespace.addPair();
        const capture = await Capture.start(namespace.prefix, 'far0', count);
        const summary = await call(namespace, {
          ...{ iface: 'near0', engine: 'xdp', engineOptions, batch },
          ...{ traffic, countPackets: count, cpus: [0] },
        });
        await capture.complete();
        assert.equal(summary.exitCode, 0, JSON.stringify(summary.findings));
        const wanted = await framesOf(summary.plan.traffic, count);
        assert.deepEqual(
          capture.frames(),
          wanted.map(({ frame }) => Buffer.from(frame).toString('hex')),
        );
        const rows = capture.dissect('ip.checksum.status', 'udp.checksum.status');
        assert.deepEqual(rows, Array(count).fill([CHECKSUM_GOOD, CHECKSUM_GOOD]));
        capture.remove();
      });
    });
  }

  it('that the device drops are sent again, before all others', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      const count = 500;
      const traffic = modelOf([
        streamOf([['ipv4', { id: { vary: 'increment' } }], 'udp'], { sizes: sizesOf(64, 1518) }),
      ]);
      // A veth drops what is too long for its peer; the kernel then answers EBUSY and completes the frame.
      namespace.ip('link', 'set', 'far0', 'mtu', '1300');
      const capture = await Capture.start(namespace.prefix, 'far0', count);
      const options = { iface: 'near0', engine: 'xdp', traffic, countPackets: count, cpus: [0] };
      const run = call(namespace, options);
      const deadline = performance.now() + 10_000;
      while (namespace.txDropped('near0') < 300 && performance.now() < deadline) await sleep(5);
      namespace.ip('link', 'set', 'far0', 'mtu', '9100');
      const summary = await run;
      await capture.complete();
      assert.ok((summary.total.errors['EBUSY'] ?? 0) >= 300);
      assert.equal(summary.exitCode, 0, JSON.stringify(summary.findings));
      assert.equal(summary.total.packets, count);
      const wanted = await framesOf(summary.plan.traffic, count);
      assert.deepEqual(
        capture.frames(),
        wanted.map(({ frame }) => Buffer.from(frame).toString('hex')),
      );
      capture.remove();
    });
  });
});

describe('xdp: counts', { skip: needsXdp }, () => {
  for (const [what, flags] of [
    ['over two workers', ['--count', '1000003']],
    ['with a batch larger than the ring', ['--count', '20011', '--batch', '512', '--ring-frames', '16']],
    ['with a batch that does not divide the ring', ['--count', '20011', '--batch', '48']],
    ['one frame a call', ['--count', '20011', '--batch', '1']],
    [
      'with the largest ring',
      ['--count', '20011', '--ring-frames', '16384', '--batch', '16384', '--cpus', '0'],
    ],
    ['with the smallest budget', ['--count', '20011', '--tx-budget', '32', '--batch', '128']],
    ['of a mix of sizes', ['--count', '30011', '--size', 'imix']],
  ] as const) {
    const skip = (flags as readonly string[]).includes('--tx-budget') && needsBudget;
    it(`are exact ${what}`, { skip }, async () => {
      const summary = await pktgenJson([...XDP, '--lab', ...flags]);
      const count = Number(flags[1]);
      assert.equal(summary.status, 0, JSON.stringify(summary.findings));
      assert.equal(summary.total.packets, count);
      assert.equal(summary.device?.txPackets, count);
      assert.equal(summary.farEnd?.rxPackets, count);
      const seen = summary.farEnd?.rxOtherhostDropped ?? 0;
      if (seen > 0) assert.equal(seen, count);
    });
  }

  it('are exact with frames in several pieces', { skip: needsMultiBuffer }, async () => {
    const summary = await pktgenJson([...XDP, '--lab', '--size', '9022', '--count', '20011']);
    assert.equal(summary.status, 0, JSON.stringify(summary.findings));
    assert.equal(summary.farEnd?.rxPackets, 20_011);
  });

  it('are exact when the time is up', async () => {
    const summary = await pktgenJson([...XDP, '--lab', '--duration', '300ms', '--ring-frames', '1024']);
    assert.equal(summary.status, 0, JSON.stringify(summary.findings));
    assert.equal(summary.farEnd?.rxPackets, summary.total.packets);
  });

  it('of a drop device are its own', async () => {
    const summary = await pktgenJson([...XDP, '--lab-sink', '--count', '300007']);
    assert.equal(summary.status, 0);
    assert.equal(summary.device?.differencePackets, 0);
  });

  it('of system calls follow from the batch, where the kernel takes a batch in one call', async () => {
    const args = [...XDP, '--lab', '--count', '6400', '--cpus', '0', '--batch', '32'];
    const summary = await pktgenJson(args);
    assert.equal(summary.total.syscalls, 200);
  });

  it('work without any capability, in a user namespace', { skip: needsRoot }, async () => {
    const args = [...XDP, '--lab', '--count', '100003'];
    const summary = await pktgenJson(args, { prefix: WITHOUT_CAPABILITIES });
    assert.equal(summary.status, 0, JSON.stringify(summary.findings));
    assert.equal(summary.farEnd?.rxPackets, 100_003);
  });
});

describe('xdp: what it is and what it refuses', { skip: needsXdpAndRoot }, () => {
  it('says which mode it got, to people and programs', async () => {
    const { stdout } = await pktgen([...XDP, '--lab', '--count', '100']);
    assert.match(stdout, /^mode {5}copy mode/m);
    const summary = await pktgenJson([...XDP, '--lab', '--count', '100']);
    for (const { mode } of summary.workers) assert.match(mode, /^copy mode/);
  });

  it('busy polling can be asked for', async () => {
    const summary = await pktgenJson([...XDP, '--lab', '--count', '10007', '--busy-poll']);
    assert.equal(summary.status, 0, JSON.stringify(summary.findings));
    assert.equal(summary.farEnd?.rxPackets, 10_007);
  });

  for (const [what, args, prefix, pattern] of [
    ['zero-copy where the driver has none', ['--xdp-mode', 'zerocopy'], [], /no zero-copy/],
    [
      'a mode that does not exist',
      ['--xdp-mode', 'native'],
      [],
      /--xdp-mode native: expected auto, copy, zerocopy/,
    ],
    [
      'a budget below what the kernel takes',
      ['--tx-budget', '16'],
      [],
      /--tx-budget(: this kernel has no| 16: the kernel takes 32 to 128)/,
    ],
    [
      'a budget above the ring',
      ['--tx-budget', '129'],
      [],
      /--tx-budget(: this kernel has no| 129: the kernel takes 32 to 128)/,
    ],
    [
      'memory beyond RLIMIT_MEMLOCK',
      ['--ring-frames', '16384'],
      ['prlimit', '--memlock=65536', ...WITHOUT_CAPABILITIES],
      /need \d+ KiB of locked memory, and RLIMIT_MEMLOCK allows 64 KiB/,
    ],
    [
      'busy polling without the capability',
      ['--busy-poll'],
      WITHOUT_CAPABILITIES,
      /--busy-poll needs CAP_NET_ADMIN/,
    ],
  ] as const) {
    it(`${what} → one line that says so`, async () => {
      const result = await pktgen([...XDP, '--lab', '--count', '100', '--cpus', '0', ...args], { prefix });
      assert.match(result.stderr, /^pktgen: [^\n]+\n$/);
      assert.match(result.stderr, pattern);
      assert.ok([2, 3, 4].includes(result.status ?? 0), result.stderr);
    });
  }

  it('frames of several pieces, where the kernel has no multi-buffer', {
    skip: !needsMultiBuffer && 'this kernel has it',
  }, async () => {
    const { stderr } = await pktgen([...XDP, '--lab', '--count', '100', '--size', '4101']);
    assert.match(stderr, /AF_XDP takes frames of up to 4096 bytes/);
  });

  it('without CAP_NET_RAW → 3', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      const prefix = [...namespace.prefix, ...WITHOUT_CAPABILITIES];
      const result = await pktgen([...XDP, '--iface', 'near0', '--count', '1'], { prefix });
      assert.match(result.stderr, /engine xdp on near0 needs CAP_NET_RAW/);
      assert.equal(result.status, 3);
    });
  });

  it('a queue that does not exist', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      const options = { iface: 'near0', engine: 'xdp', countPackets: 1, cpus: [0] };
      await assert.rejects(call(namespace, options, { queue: 5 }), /queue 5 of near0: no such queue/);
    });
  });

  it('a queue that only receives', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      namespace.run('ethtool', '-L', 'near0', 'tx', '1', 'rx', '2');
      const options = { iface: 'near0', engine: 'xdp', countPackets: 10, cpus: [0] };
      const summary = await call(namespace, options, { queue: 1 });
      assert.equal(summary.workers[0]?.endError, 'ENXIO');
      assert.equal(summary.total.packets, 0);
    });
  });

  it('a queue that is in use, also by another worker', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      const holder = spawnPktgen([...XDP, '--iface', 'near0', '--duration', '20s'], namespace);
      const ended = finished(holder);
      await running(namespace);
      const result = await pktgen([...XDP, '--iface', 'near0', '--count', '1'], namespace);
      holder.kill('SIGINT');
      await ended;
      assert.match(result.stderr, /queue 0 of near0 is in use by another AF_XDP socket/);
      assert.equal(result.status, 4);

      namespace.addPair('one0', 'two0', 1);
      const shared = await pktgen([...XDP, '--iface', 'one0', '--cpus', '0,1', '--count', '9'], namespace);
      assert.match(
        shared.stderr,
        /--iface one0: engine xdp cannot run there: each of its workers needs a transmit queue of its own/,
      );
    });
  });

  it('a queue that was in use a moment ago is not', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      const options = { iface: 'near0', engine: 'xdp', countPackets: 1000, cpus: [0, 1] };
      const summary = await call(namespace, options, { times: 40 });
      assert.equal(summary.exitCode, 0);
      assert.equal(namespace.received('far0'), 40_000);
    });
  });

  it('probing tells what it can do, and changes nothing', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      const before = namespace.ip('-d', 'link');
      const [copy, zeroCopy] = probe(namespace);
      assert.deepEqual([copy.refusal, copy.facts, copy.rank], [null, ['copy mode'], 40]);
      assert.equal(zeroCopy.refusal.code, 'NO_ZEROCOPY');
      assert.equal(zeroCopy.refusal.help, '--xdp-mode copy');
      namespace.ip('link', 'set', 'near0', 'down');
      assert.equal(probe(namespace)[0].refusal.code, 'ENETDOWN');
      namespace.ip('link', 'set', 'near0', 'up');
      assert.equal(namespace.ip('-d', 'link'), before);
    });
  });
});

describe('xdp: during a run', { skip: needsXdpAndRoot }, () => {
  for (const [fault, harm, flags, finding] of [
    ['the interface is removed', ['link', 'del', 'near0'], [], /near0 disappeared during the run/],
    ['the interface goes down', ['link', 'set', 'near0', 'down'], [], /near0 went down during the run/],
    [
      'the carrier is lost',
      ['link', 'set', 'far0', 'down'],
      [],
      /near0 has no carrier: nothing can leave it/,
    ],
    [
      'the MTU is lowered',
      ['link', 'set', 'near0', 'mtu', '1400'],
      ['--size', '1518'],
      /MTU of near0 was lowered to 1400/,
    ],
    [
      'the far end takes no frame of this length any more',
      ['link', 'set', 'far0', 'mtu', '1300'],
      ['--size', '1518'],
      /the kernel answered EBUSY to engine xdp/,
    ],
  ] as const) {
    it(`${fault}: named, summarised, exit code 1`, async () => {
      await withNamespace(async (namespace) => {
        namespace.addPair();
        const ways = [...XDP, ...flags];
        const summary = await runWithHarm(namespace, ways, () => namespace.ip(...harm));
        assert.match(summary.findings[0]?.message ?? '', finding);
        assert.ok(summary.total.seconds < 4, `${summary.total.seconds} s`);
        if (harm[2] !== 'near0' || harm[1] === 'set')
          assert.equal(summary.total.packets, namespace.received('far0'));
      });
    });
  }

  it('ENETDOWN ends the worker and is counted once', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      const down = () => namespace.ip('link', 'set', 'near0', 'down');
      const summary = await runWithHarm(namespace, XDP, down);
      assert.equal(summary.workers[0]?.endError, 'ENETDOWN');
      assert.equal(summary.total.errors['ENETDOWN'], 1);
    });
  });

  it('ENXIO ends the worker and is counted once', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      const child = spawnPktgen([...XDP, '--iface', 'near0', '--duration', '20s', '--json'], namespace);
      const result = finished(child);
      await running(namespace);
      // A worker that runs would see the interface go down before it is removed.
      child.kill('SIGSTOP');
      namespace.ip('link', 'del', 'near0');
      child.kill('SIGCONT');
      const { status, stdout } = await result;
      const summary = JSON.parse(stdout) as Summary;
      assert.equal(status, 1);
      assert.equal(summary.workers[0]?.endError, 'ENXIO');
      assert.equal(summary.total.errors['ENXIO'], 1);
    });
  });

  it('nothing is left behind, not even by kill -9', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      const before = namespace.ip('-d', 'link');
      for (const signal of ['SIGKILL', 'SIGINT'] as const) {
        const child = spawnPktgen([...XDP, '--iface', 'near0', '--duration', '20s'], namespace);
        const result = finished(child);
        await running(namespace);
        child.kill(signal);
        await result;
        assert.equal(namespace.ip('-d', 'link'), before);
      }
      const after = await pktgenJson([...XDP, '--iface', 'near0', '--count', '1000'], namespace);
      assert.equal(after.status, 0);
    });
  });
});

/** Resolves when frames arrive. */
async function running(namespace: Namespace): Promise<void> {
  const before = namespace.received('far0');
  while (namespace.received('far0') === before) await sleep(10);
}

/** Copy mode and zero-copy on near0. */
function probe(namespace: Namespace) {
  const source = `
    import { native } from '${ROOT}/dist/native/index.js';
    const network = new (native().Network)(false);
    const ways = [{}, { xdpMode: 'zerocopy' }];
    console.log(JSON.stringify(ways.map((options) => network.probe('xdp', 'near0', undefined, options))));`;
  return JSON.parse(namespace.run(process.execPath, '--input-type=module', '-e', source));
}
