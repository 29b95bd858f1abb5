import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resolvePlan, type Summary, startRun, type TrafficModel } from 'pktgen';
import { needsRoot, withNamespace } from '../support/namespace.js';
import { pktgenJson } from '../support/pktgen.js';
import { modelOf, streamOf } from '../unit/support/model.js';

const TX_RING = ['--engine', 'tx-ring'];

describe('counts', () => {
  it('--count is exact over two workers, and the lab’s far end has them all', async () => {
    const summary = await pktgenJson(['--lab', ...TX_RING, '--count', '1000003', '--qdisc-bypass']);
    assert.equal(summary.status, 0);
    assert.equal(summary.workers.length, 2);
    assert.equal(summary.total.packets, 1_000_003);
    assert.equal(summary.total.bytes, 1_000_003 * 64);
    assert.equal(summary.device?.txPackets, 1_000_003);
    assert.equal(summary.farEnd?.rxPackets, 1_000_003);
    requireIpLayer(summary, 1_000_003);
  });

  it('agree with /proc/net/dev at both ends', { skip: needsRoot }, async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      const summary = await pktgenJson(
        ['--iface', 'near0', ...TX_RING, '--count', '250001', '--cpus', '0,1'],
        namespace,
      );
      assert.equal(summary.status, 0);
      assert.equal(summary.total.packets, 250_001);
      assert.equal(namespace.received('far0'), 250_001);
    });
  });

  for (const order of ['smooth', 'grouped', 'random'] as const) {
    it(`of streams and of the run hold together, whatever the workers: ${order}`, async () => {
      for (const counts of [
        [10, 10],
        [1, 19],
        [7, 2],
        [5, 5, 5],
        [3, null],
      ]) {
        const traffic = mixOf(counts, order);
        const all = counts.includes(null) ? 60 : counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
        for (const cpus of [[0], [0, 1]]) {
          for (const countPackets of [all, Math.ceil(all / 2)]) {
            const plan = await resolvePlan({ engine: 'null', traffic, countPackets, cpus });
            const { total, streams } = await (await startRun(plan)).done;
            assert.equal(total.packets, countPackets, `${counts} on ${cpus}`);
            for (const [i, { packets }] of streams.entries()) assert.ok(packets <= (counts[i] ?? all));
          }
        }
      }
    });
  }

  for (const [name, flags] of [
    ['through the queueing discipline', []],
    ['past it', ['--qdisc-bypass']],
    ['with a batch larger than the ring', ['--batch', '512', '--ring-frames', '16']],
    ['with a batch that does not divide the ring', ['--batch', '48', '--qdisc-bypass']],
    ['one frame a call', ['--batch', '1']],
    ['with frames too large to be copied whole', ['--size', '9022', '--qdisc-bypass']],
    ['with the largest ring', ['--ring-frames', '16384', '--batch', '16384']],
  ] as const) {
    it(`are exact ${name}`, async () => {
      const summary = await pktgenJson(['--lab', ...TX_RING, '--count', '20011', '--cpus', '0', ...flags]);
      assert.equal(summary.status, 0, JSON.stringify(summary.findings));
      assert.equal(summary.total.packets, 20_011);
      assert.equal(summary.farEnd?.rxPackets, 20_011);
      requireIpLayer(summary, 20_011);
    });
  }

  it('of a drop device are its own', async () => {
    const summary = await pktgenJson(['--lab-sink', ...TX_RING, '--count', '300007', '--qdisc-bypass']);
    assert.equal(summary.status, 0);
    assert.equal(summary.device?.differencePackets, 0);
    assert.equal(summary.farEnd, null);
  });

  it('of the null engine involve no device and no system call', async () => {
    const summary = await pktgenJson(['--engine', 'null', '--count', '1000000']);
    assert.equal(summary.status, 0);
    assert.equal(summary.total.packets, 1_000_000);
    assert.equal(summary.total.syscalls, 0);
    assert.equal(summary.device, null);
  });

  it('of system calls follow from the batch', async () => {
    const summary = await pktgenJson([
      '--lab',
      ...TX_RING,
      '--count',
      '6400',
      '--cpus',
      '0',
      '--batch',
      '32',
    ]);
    assert.equal(summary.total.syscalls, 200);
    assert.equal(summary.total.packetsPerSyscall, 32);
  });
});

/** veth's own counters come from one place; its IP layer counts what really got there. Linux 5.19 and newer. */
function requireIpLayer(summary: Summary, packets: number): void {
  const seen = summary.farEnd?.rxOtherhostDropped ?? 0;
  if (seen > 0) assert.equal(seen, packets);
}

/** Streams of these counts, twice as much of each as of the next. */
function mixOf(counts: readonly (number | null)[], order: TrafficModel['order']): TrafficModel {
  const streams = counts.map((count, i) =>
    streamOf(['udp'], { name: `s${i}`, count, weight: 2 ** (counts.length - i) }),
  );
  return modelOf(streams, { order });
}
