import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import type { Summary } from 'pktgen';
import { Capture } from '../support/capture.js';
import { Files } from '../support/capture-file.js';
import { needsRoot, withNamespace } from '../support/namespace.js';
import { pktgen, pktgenJson } from '../support/pktgen.js';

const MS = 1e6;
const files = new Files();
after(() => files.remove());

function profileOf(name: string, ...streams: readonly string[]): string {
  const file = files.path(`${name}.yaml`);
  writeFileSync(file, `streams:\n${streams.map((stream) => `  - {${stream}}\n`).join('')}`);
  return file;
}

type Sent = Summary & { readonly status: number | null };

const counts = ({ streams }: Sent) => Object.fromEntries(streams.map(({ name, packets }) => [name, packets]));
/** What this machine was too busy for is not the point here; what came of it is. */
const otherFindings = ({ findings }: Sent) => findings.filter(({ code }) => code !== 'rate-missed');

const FINITE = profileOf(
  'finite',
  'name: counted, count: 50, rate: 1kpps, then: follower, headers: [udp: {dstPort: 1}]',
  'name: follower, start: 20ms, duration: 200ms, rate: 1kpps, then: last, headers: [udp: {dstPort: 2}]',
  'name: last, bytes: 10k, size: 100, rate: gap 100us, headers: [udp: {dstPort: 3}]',
  'name: bursts, start: 100ms, rate: burst 10 every 10ms times 5, headers: [udp: {dstPort: 4}]',
  'name: steps, rate: "steps 1kpps for 50ms, 2kpps for 100ms", headers: [udp: {dstPort: 5}]',
  'name: sizes, size: [64, 200, 300], bytes: 10000, rate: poisson 2kpps, headers: [udp: {dstPort: 6}]',
);
// 17 turns of 564 bytes, and 64 and 200 of the next: 9,852 bytes, and 300 more would be too much.
const EXPECTED = { counted: 50, follower: 200, last: 100, bursts: 50, steps: 250, sizes: 53 };
const ALL = Object.values(EXPECTED).reduce((a, b) => a + b);

describe('streams with a time of their own', () => {
  for (const workers of ['1', '2']) {
    it(`send exactly what they have, with ${workers} workers`, async () => {
      const summary: Sent = await pktgenJson(['--lab', '--profile', FINITE, '--workers', workers]);
      assert.deepEqual(counts(summary), EXPECTED);
      assert.equal(summary.farEnd?.rxPackets, ALL);
      assert.deepEqual(otherFindings(summary), []);
      assert.equal(summary.streams.find(({ name }) => name === 'sizes')?.bytes, 17 * 564 + 264);
      assert.ok(summary.workers.every(({ endReason }) => endReason === 'count'));
    });
  }

  it('end with the run, wherever they are', async () => {
    const summary: Sent = await pktgenJson([
      '--lab',
      '--profile',
      FINITE,
      '--count',
      '137',
      '--workers',
      '2',
    ]);
    assert.equal(summary.total.packets, 137);
    assert.deepEqual(otherFindings(summary), []);
  });

  it('leave the others the rest of the rate', async () => {
    const file = profileOf(
      'rest',
      'name: own, rate: 2kpps, headers: [udp]',
      'name: a, share: 3, headers: [tcp]',
      'name: b, share: 1, headers: [sctp]',
    );
    const args = ['--lab', '--profile', file, '--rate', '10kpps', '--duration', '500ms'];
    for (const workers of ['1', '2']) {
      const summary: Sent = await pktgenJson([...args, '--workers', workers, '--late', 'catch-up']);
      assert.deepEqual(otherFindings(summary), []);
      // All of it, unless the schedule was still behind at the end.
      const { own = 0, a = 0, b = 0 } = counts(summary);
      const share = own / 1000;
      assert.ok(share > 0.5 && share <= 1, `${own} of 1000`);
      assert.ok(Math.abs(a / b - 3) < 0.05, `${a} and ${b}`);
      assert.ok(Math.abs((a + b) / own - 4) < 0.1, `${a + b} beside ${own}`);
    }
  });

  it('with the arithmetic where that is impossible', async () => {
    const file = profileOf('much', 'name: own, rate: 20kpps, headers: [udp]', 'name: rest, headers: [tcp]');
    const { status, stderr } = await pktgen(['--lab', '--profile', file, '--rate', '10kpps']);
    assert.equal(status, 2);
    assert.match(stderr, /own 20\.00 kpps = 20\.00 kpps of 10\.00 kpps, which leaves nothing for the mix\n$/);
  });

  it('all end with --bytes, to the byte, whoever sends them', async () => {
    for (const workers of ['1', '2']) {
      const args = ['--lab', '--size', '64,200,300', '--bytes', '100k', '--workers', workers];
      const { total }: Sent = await pktgenJson(args);
      // 177 turns of 564 bytes, and 64 more.
      assert.deepEqual([total.packets, total.bytes], [177 * 3 + 1, 177 * 564 + 64]);
    }
    const { status, stderr } = await pktgen(['--lab', '--profile', FINITE, '--bytes', '100k']);
    assert.equal(status, 2);
    assert.match(stderr, /--bytes 100000: streams of unequal sizes come in an order that their rates decide/);
  });
});

describe('streams on a wire', { skip: needsRoot }, () => {
  it('start one after the other, and wait before that', async () => {
    const file = profileOf(
      'chain',
      'name: third, start: 30ms, count: 5, rate: gap 1ms, headers: [udp: {dstPort: 3}]',
      'name: first, start: 15ms, count: 20, rate: gap 2ms, then: second, headers: [udp: {dstPort: 1}]',
      'name: second, duration: 25ms, rate: gap 5ms, then: third, headers: [udp: {dstPort: 2}]',
      'name: clock, count: 150, rate: gap 1ms, headers: [udp: {dstPort: 4}]',
    );
    await withNamespace(async (namespace) => {
      namespace.addPair();
      const capture = await Capture.start(namespace.prefix, 'far0', 180);
      try {
        const args = ['--profile', file, '--iface', 'near0', '--workers', '1'];
        const summary: Sent = await pktgenJson(args, namespace);
        await capture.complete();
        assert.deepEqual(counts(summary), { third: 5, first: 20, second: 5, clock: 150 });
        const ports = capture.dissect('udp.dstport').map(([port]) => Number(port));
        const ticks = (port: number) => ticksBefore(ports, port);
        // Of one worker frames leave in the order in which they are due, late or not: the clock counts milliseconds.
        assert.deepEqual(
          ports.filter((port) => port !== 4),
          [...of(1, 20), ...of(2, 5), ...of(3, 5)],
        );
        assertNear(
          ticks(1),
          Array.from({ length: 20 }, (_, k) => 15 + 2 * k),
        );
        assertNear(
          ticks(2),
          Array.from({ length: 5 }, (_, k) => 55 + 5 * k),
        );
        assertNear(
          ticks(3),
          Array.from({ length: 5 }, (_, k) => 110 + k),
        );
        assert.ok((capture.timesNs().at(-1) ?? 0) > 140 * MS);
      } finally {
        capture.remove();
      }
    });
  });
});

function of(port: number, times: number): number[] {
  return Array<number>(times).fill(port);
}

/** How many frames of the clock came before each frame of a port. */
function ticksBefore(ports: readonly number[], port: number): number[] {
  return [...ports.keys()]
    .filter((i) => ports[i] === port)
    .map((i) => ports.slice(0, i).filter((one) => one === 4).length);
}

/** What is due at the very time of a tick may come before it or after it. */
function assertNear(ticks: readonly number[], dueMs: readonly number[]): void {
  assert.equal(ticks.length, dueMs.length);
  for (const [i, due] of dueMs.entries()) {
    const seen = ticks[i] ?? Number.NaN;
    assert.ok(
      seen === due || seen === due + 1,
      `frame ${i} is due at ${due} ms and came after ${seen} ticks`,
    );
  }
}
