import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { RunOptions, Summary } from 'pktgen';
import { compile } from '#src/compile/compile.js';
import type { Stream, TrafficModel } from '#src/model/traffic.js';
import { type NativeFrame, native } from '#src/native/index.js';
import { modelOf, sizesOf, streamOf } from '../unit/support/model.js';
import { Capture } from './capture.js';
import { dissect } from './dissect.js';
import { type Namespace, withNamespace } from './namespace.js';
import { ROOT } from './pktgen.js';

const COUNT = 2003;

/** What differs from one engine to another. */
export type HowToSend = Pick<RunOptions, 'engine' | 'engineOptions' | 'batch'>;

/** Three streams that differ in protocol, size and what varies; a period of 7 + 4 + 1 frames unless told. */
export function mixOf(changes: Partial<TrafficModel> = {}, weights = [7, 4, 1]): TrafficModel {
  const streams: readonly Stream[] = [
    streamOf(
      [
        ['ipv4', { id: { vary: 'increment' } }],
        ['udp', { srcPort: '1000-1099' }],
      ],
      {
        sizes: sizesOf(64),
      },
    ),
    streamOf(['ipv6', ['tcp', { seq: { vary: 'random' } }]], { sizes: sizesOf(201, 570) }),
    streamOf([['vlan', { id: [10, 20] }], 'ipv4', ['udp', { dstPort: 4000 }]], {
      sizes: sizesOf(1517),
      payload: { kind: 'random', lengthBytes: null },
    }),
  ];
  return modelOf(
    streams.map((stream, i) => ({ ...stream, weight: weights[i] ?? 1 })),
    changes,
  );
}

/** A mix whose whole lap is short enough to be made ahead of time. */
export function shortMix(): TrafficModel {
  const ports = (from: number, count: number) => ({ srcPort: { vary: 'increment', from, count } as const });
  return modelOf([
    streamOf([['udp', ports(1000, 5)]], { sizes: sizesOf(64, 128), weight: 2 }),
    streamOf([['tcp', ports(2000, 4)]], { sizes: sizesOf(90) }),
  ]);
}

const SOURCE = `
  import { resolvePlan, startRun } from 'pktgen';
  const run = await startRun(await resolvePlan(JSON.parse(process.argv[1])));
  process.stdout.write(JSON.stringify(await run.done));`;

async function send(namespace: Namespace, options: object): Promise<Summary> {
  const [program = '', ...prefix] = namespace.prefix;
  const args = [...prefix, process.execPath, '--input-type=module', '-e', SOURCE, JSON.stringify(options)];
  const { stdout } = await promisify(execFile)(program, args, {
    cwd: ROOT,
    timeout: 30_000,
    maxBuffer: 1 << 26,
  });
  return JSON.parse(stdout) as Summary;
}

const hexOf = (frame: Uint8Array) => Buffer.from(frame).toString('hex');

/** What each worker should have sent, by the compiler and without an engine. */
async function expectedFrames(traffic: TrafficModel, workers: number): Promise<NativeFrame[][]> {
  const program = await compile(traffic);
  return Array.from({ length: workers }, (_, worker) => {
    const share = Math.floor(COUNT / workers) + (worker < COUNT % workers ? 1 : 0);
    return native().renderFrames(program, worker, workers, share);
  });
}

function assertChecksums(frames: readonly string[]): void {
  const status = ['ip.checksum.status', 'udp.checksum.status', 'tcp.checksum.status'];
  const bytes = frames.map((frame) => Buffer.from(frame, 'hex'));
  for (const found of dissect(bytes, [...status, 'ip.version'])) {
    const values = status.flatMap((field) => found[field] ?? []);
    assert.deepEqual([...new Set(values)], ['1'], JSON.stringify(found));
  }
}

/** Sends COUNT frames, and holds the far end's counters and every captured byte against the compiler. */
export async function checkMix(traffic: TrafficModel, workers: number, how: HowToSend): Promise<void> {
  await withNamespace(async (namespace) => {
    namespace.addPair('near0', 'far0', 2, 1500);
    const capture = await Capture.start(namespace.prefix, 'far0', COUNT);
    try {
      const cpus = workers === 1 ? [0] : [0, 1];
      const options = { iface: 'near0', engine: 'tx-ring', traffic, countPackets: COUNT, cpus, ...how };
      const summary = await send(namespace, options);
      const expected = await expectedFrames(summary.plan.traffic, workers);
      const all = expected.flat();
      const bytes = all.reduce((sum, { frame }) => sum + frame.length, 0);
      assert.equal(summary.exitCode, 0, JSON.stringify(summary.findings));
      assert.equal(summary.total.packets, COUNT);
      assert.equal(summary.total.bytes, bytes + 4 * COUNT);
      assert.equal(namespace.received('far0'), COUNT);
      assert.equal(namespace.receivedBytes('far0'), bytes);
      assert.deepEqual(
        summary.streams.map(({ packets, bytes }) => [packets, bytes]),
        countsOf(traffic, all),
      );
      await capture.complete();
      const seen = capture.frames();
      const wanted = all.map(({ frame }) => hexOf(frame));
      // One worker's frames arrive in their order; two workers' in any.
      if (workers === 1) assert.deepEqual(seen, wanted);
      else assert.deepEqual(seen.toSorted(), wanted.toSorted());
      assertShares(summary.plan.traffic, all);
      assertChecksums(seen);
    } finally {
      capture.remove();
    }
  });
}

/** Frames and bytes of each stream, FCS included. */
function countsOf({ streams }: TrafficModel, frames: readonly NativeFrame[]): number[][] {
  return streams.map((_, i) => {
    const own = frames.filter(({ stream }) => stream === i);
    return [own.length, own.reduce((sum, { frame }) => sum + frame.length + 4, 0)];
  });
}

/** In whole periods exactly as the weights say, in the rest of one less than a period more. */
function assertShares({ streams, order }: TrafficModel, frames: readonly NativeFrame[]): void {
  if (order === 'random') return;
  const total = streams.reduce((sum, { weight }) => sum + weight, 0);
  for (const [i, { weight }] of streams.entries()) {
    const least = Math.floor(COUNT / total) * weight;
    const seen = frames.filter(({ stream }) => stream === i).length;
    assert.ok(seen >= least && seen <= least + weight, `${seen} of stream ${i}`);
  }
}
