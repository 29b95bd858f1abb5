import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { compile } from '#src/compile/compile.js';
import { native } from '#src/native/index.js';
import { Capture } from '../support/capture.js';
import { runWithHarm } from '../support/harm.js';
import { type Namespace, needsRoot, run, withNamespace } from '../support/namespace.js';
import { pktgen, pktgenJson } from '../support/pktgen.js';
import { needsCutting } from '../support/segmentation.js';

const cannotCut = await needsCutting();

/** Groups of 13, 5 and 1. */
const GROUPS = `
order: grouped
streams:
  - {share: 13, packet: 'ipv4 / udp / payload 30'}
  - {share: 5, packet: 'ipv6 / udp / payload random length=50'}
  - {share: 1, packet: 'ipv4 / udp dstPort=53 / payload 30'}
`;

/** A pair whose near end has the kernel cut large packets and finish their checksums. */
function addCuttingPair(namespace: Namespace, mtu = 1500): void {
  namespace.addPair('near0', 'far0', 2, mtu);
  for (const feature of ['tx-udp-segmentation', 'tx-checksum-ip-generic']) {
    run('ip', 'netns', 'exec', namespace.name, 'ethtool', '-K', 'near0', feature, 'off');
  }
}

/** The IPv4 id, and with it the header's checksum, are the kernel's. */
function withoutId(frame: string): string {
  return frame.replace(/(?<=0800)(4500....)....(....4011)..../, '$1····$2····');
}

/** Sends so many frames by one worker and returns what it should have sent and what arrived. */
async function sendCaptured(flags: readonly string[], count: number) {
  let seen: { planned: string[]; frames: string[]; rows: string[][] } | undefined;
  await withNamespace(async (namespace) => {
    addCuttingPair(namespace);
    const capture = await Capture.start(namespace.prefix, 'far0', count);
    try {
      const args = ['--iface', 'near0', '--cpus', '0', '--count', String(count), ...flags];
      const summary = await pktgenJson(args, namespace);
      assert.equal(summary.status, 0, JSON.stringify(summary.findings));
      assert.equal(summary.total.packets, count);
      assert.equal(namespace.received('far0'), count);
      await capture.complete();
      const program = await compile(summary.plan.traffic);
      const planned = native().renderFrames(program, 0, 1, count);
      const bytes = planned.reduce((sum, { frame }) => sum + frame.length, 0);
      assert.equal(summary.total.bytes, bytes + 4 * count);
      assert.equal(namespace.receivedBytes('far0'), bytes);
      seen = {
        planned: planned.map(({ frame }) => Buffer.from(frame).toString('hex')),
        frames: capture.frames(),
        rows: capture.dissect('frame.len', 'ip.checksum.status', 'udp.checksum.status', 'ip.id'),
      };
    } finally {
      capture.remove();
    }
  });
  return seen ?? assert.fail();
}

describe('tx-ring --gso counts exactly', { skip: cannotCut }, () => {
  for (const [what, count, flags] of [
    ['whole packets', '6400', ['--gso', '64']],
    ['a last packet with fewer segments', '5003', ['--gso', '64']],
    ['a last frame alone', '6401', ['--gso', '64']],
    ['fewer frames than one packet holds', '3', ['--gso', '64']],
    ['a batch that the segments do not divide', '5003', ['--gso', '48', '--batch', '100']],
    ['a batch smaller than a packet', '5003', ['--gso', '64', '--batch', '10']],
    ['a large batch and a small ring', '50003', ['--gso', '16', '--batch', '5000', '--ring-frames', '8']],
    ['two segments', '5003', ['--gso', '2']],
    ['long frames, of which fewer fit', '2003', ['--gso', '64', '--size', '1518']],
    ['random payload', '5003', ['--gso', '64', '--packet', 'ipv4 / udp / payload random']],
    ['two streams', '5003', ['--gso', '8', '--packet', 'ipv4 / udp', '--packet', 'ipv6 / udp / payload 90']],
  ] as const) {
    it(`with two workers: ${what}`, async () => {
      const summary = await pktgenJson(['--lab', '--count', count, ...flags]);
      assert.equal(summary.status, 0, JSON.stringify(summary.findings));
      assert.equal(summary.workers.length, 2);
      assert.equal(summary.total.packets, Number(count));
      assert.equal(summary.device?.txPackets, Number(count));
      assert.equal(summary.farEnd?.rxPackets, Number(count));
      assert.equal(summary.farEnd?.rxBytes, summary.total.bytes - 4 * Number(count));
      assert.equal(
        summary.streams.reduce((sum, stream) => sum + stream.packets, 0),
        Number(count),
      );
    });
  }

  it('128 segments are sent, or refused because the kernel cuts into 64 at most', async () => {
    const result = await pktgen(['--lab', '--count', '12801', '--gso', '128', '--json', '--quiet']);
    if (result.status === 4) assert.match(result.stderr, /64 at most; use --gso 64/);
    else assert.equal(result.status, 0, result.stderr);
  });
});

describe('tx-ring --gso at the far end, seen by libpcap', { skip: needsRoot || cannotCut }, () => {
  for (const [what, flags] of [
    ['the smallest frames', ['--gso', '64']],
    ['IPv6', ['--gso', '32', '--packet', 'ipv6 / udp', '--size', '90']],
    ['behind a VLAN tag', ['--gso', '32', '--packet', 'vlan id=7 / ipv4 / udp', '--size', '70']],
    ['an odd size', ['--gso', '64', '--size', '101']],
    ['random payload', ['--gso', '64', '--packet', 'ipv4 / udp / payload random', '--size', '90']],
    ['long frames', ['--gso', '64', '--size', '1518']],
  ] as const) {
    it(`${what}: real frames, each as planned but for the IPv4 id, checksums good`, async () => {
      const { planned, frames, rows } = await sendCaptured(flags, 203);
      assert.deepEqual(frames.map(withoutId), planned.map(withoutId));
      for (const [, ip, udp] of rows) {
        assert.ok(ip === '1' || ip === '', `IPv4 checksum: ${ip}`);
        assert.equal(udp, '1');
      }
    });
  }

  it('streams in groups: runs of each, cut where the stream changes', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'pktgen-'));
    try {
      const file = path.join(directory, 'groups.yaml');
      writeFileSync(file, GROUPS);
      const { planned, frames, rows } = await sendCaptured(['--gso', '8', '--profile', file], 203);
      assert.deepEqual(frames.map(withoutId), planned.map(withoutId));
      assert.deepEqual([...new Set(rows.map(([, , udp]) => udp))], ['1']);
      const ids = new Set(rows.map((row) => row[3]));
      assert.ok(ids.size > 4, 'several frames of the IPv4 stream came out of one packet');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('64-byte frames are 60 bytes each, and the id counts them within a packet', async () => {
    const { rows } = await sendCaptured(['--gso', '64', '--batch', '64'], 200);
    assert.deepEqual([...new Set(rows.map(([bytes]) => bytes))], ['60']);
    const ids = rows.map((row) => Number(row[3]));
    assert.deepEqual(
      ids,
      Array.from({ length: 200 }, (_, i) => i % 64),
    );
  });
});

describe('tx-ring --gso refuses', () => {
  for (const [what, flags, reason] of [
    ['several sizes', ['--size', '64,128'], /several frame sizes/],
    ['a varied port', ['--src-port', '1-100'], /the source port varies/],
    ['a varied address', ['--dst-ip', '198.19.0.0/24'], /the destination address varies/],
    ['a varied id', ['--packet', 'ipv4 id=1-9 / udp'], /the IPv4 id varies/],
    ['TCP', ['--packet', 'tcp'], /it is not UDP/],
    ['no UDP checksum', ['--packet', 'ipv4 / udp checksum=0'], /no UDP checksum/],
    ['a wrong UDP checksum', ['--packet', 'ipv4 / udp checksum=5'], /wrong on purpose/],
    ['the second of two streams', ['--packet', 'udp', '--packet', 'arp'], /stream 2 .*it is not IP/],
    ['no payload', ['--packet', 'ipv6 / udp', '--size', '66'], /it has no payload/],
  ] as const) {
    it(what, async () => {
      const { status, stderr } = await pktgen(['--lab', '--count', '1', '--gso', '64', ...flags]);
      assert.equal(status, 4, stderr);
      assert.match(stderr, reason);
      assert.equal(stderr.trim().split('\n').length, 1, stderr);
    });
  }

  it('past the queueing discipline: the two exclude each other', async () => {
    const { status, stderr } = await pktgen(['--lab', '--count', '1', '--gso', '64', '--qdisc-bypass']);
    assert.equal(status, 2, stderr);
    assert.match(stderr, /^pktgen: --gso and --qdisc-bypass exclude each other[^\n]*\n$/);
  });

  for (const [what, switchedOff, remedy] of [
    ['takes large packets whole', [], 'tx-udp-segmentation off tx-checksum-ip-generic off'],
    ['leaves checksums unfinished', ['tx-udp-segmentation'], 'tx-checksum-ip-generic off'],
  ] as const) {
    it(`a veth that ${what}, with the line that helps`, { skip: needsRoot || cannotCut }, async () => {
      await withNamespace(async (namespace) => {
        namespace.addPair();
        for (const feature of switchedOff) namespace.run('ethtool', '-K', 'near0', feature, 'off');
        const features = () => namespace.run('ethtool', '-k', 'near0');
        const before = features();
        const args = ['--iface', 'near0', '--count', '640', '--gso', '64'];
        const { status, stderr } = await pktgen(args, namespace);
        assert.equal(status, 4, stderr);
        const command = /with: (ethtool .*)$/m.exec(stderr)?.[1] ?? assert.fail(stderr);
        assert.equal(command, `ethtool -K near0 ${remedy}`);
        assert.equal(features(), before, 'it switches nothing itself');
        namespace.run('ethtool', ...command.split(' ').slice(1));
        const capture = await Capture.start(namespace.prefix, 'far0', 640);
        try {
          const summary = await pktgenJson(args, namespace);
          assert.equal(summary.status, 0, JSON.stringify(summary.findings));
          assert.equal(namespace.received('far0'), 640);
          await capture.complete();
          assert.deepEqual([...new Set(capture.dissect('udp.checksum.status').flat())], ['1']);
        } finally {
          capture.remove();
        }
      });
    });
  }
});

describe('tx-ring --gso during a run', { skip: needsRoot || cannotCut }, () => {
  for (const [fault, harm, finding] of [
    ['the interface goes down', ['link', 'set', 'near0', 'down'], /near0 went down during the run/],
    ['the interface is removed', ['link', 'del', 'near0'], /near0 disappeared during the run/],
    ['the carrier is lost', ['link', 'set', 'far0', 'down'], /near0 has no carrier/],
  ] as const) {
    it(`${fault}: named, exit code 1`, async () => {
      await withNamespace(async (namespace) => {
        addCuttingPair(namespace);
        const summary = await runWithHarm(namespace, ['--gso', '64'], () => namespace.ip(...harm));
        assert.match(summary.findings[0]?.message ?? '', finding);
      });
    });
  }
});
