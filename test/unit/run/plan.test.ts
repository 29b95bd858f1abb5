import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Timing } from '#src/model/timing.js';
import { parseShape } from '#src/rate/parse.js';
import { engines, flagOf } from '#src/run/engine-options.js';
import { type RunOptions, resolvePlan } from '#src/run/plan.js';
import { allowedCpus } from '#src/system/cpus.js';
import { usageError } from '../support/errors.js';
import { modelOf, streamOf } from '../support/model.js';

const WEEK_NS = 604_800e9;

const only = (sizeBytes: number) => ({
  minBytes: sizeBytes,
  meanBytes: sizeBytes,
  maxBytes: sizeBytes,
  meanWireBytes: sizeBytes,
});

const toNull = (options: RunOptions) => resolvePlan({ engine: 'null', ...options });

test('without any wish the plan is one worker and 64-byte frames from the lab to no host', async () => {
  const plan = await toNull({});
  assert.deepEqual(plan.target, { kind: 'none' });
  assert.deepEqual(plan.engine, { name: 'null', options: {}, chosen: 'asked', why: '' });
  assert.deepEqual([plan.sizes, plan.batch, plan.workers.length], [only(64), 64, 1]);
  assert.deepEqual([plan.countPackets, plan.durationNs, plan.linkSpeedMbps], [null, null, null]);
  assert.deepEqual(plan.notes, []);
  assert.match(plan.frameHex, /^02000000000002706b7400010800/);
  assert.equal(plan.frameHex.slice(52, 76), 'c6120001c613000100090009'); // 198.18.0.1 → 198.19.0.1, discard
  assert.equal(plan.frameHex.length, 2 * 60);
});

test('what was asked for stands in the plan and in the frame', async () => {
  const [cpu = 0] = allowedCpus();
  const plan = await toNull({
    sizeBytes: 128,
    batch: 7,
    cpus: [cpu],
    countPackets: 1_000_003,
    durationNs: 5e9,
    srcMac: '02:11:22:33:44:55',
    dstMac: '02:66:77:88:99:aa',
    srcIp: '10.1.2.3',
    dstIp: '10.4.5.6',
    srcPort: 0x1234,
    dstPort: 0x5678,
  });
  assert.deepEqual(
    [plan.sizes, plan.batch, plan.countPackets, plan.durationNs],
    [only(128), 7, 1_000_003, 5e9],
  );
  assert.deepEqual(
    plan.workers.map((worker) => [worker.cpu, worker.queue]),
    [[cpu, null]],
  );
  assert.equal(plan.frameHex.length, 2 * 124);
  assert.equal(plan.frameHex.slice(0, 28), '0266778899aa0211223344550800');
  assert.equal(plan.frameHex.slice(52, 76), '0a0102030a04050612345678');
});

test('several sizes stand in the plan with their mean over the mix, and their weights with it', async () => {
  const list = [
    { sizeBytes: 64, weight: 7 },
    { sizeBytes: 570, weight: 4 },
    { sizeBytes: 1518, weight: 1 },
  ];
  const { sizes } = await toNull({ sizes: { order: 'smooth', list } });
  const mean = (7 * 64 + 4 * 570 + 1518) / 12;
  assert.deepEqual(sizes, { minBytes: 64, meanBytes: mean, maxBytes: 1518, meanWireBytes: mean });
});

test('a plan is plain data: it survives JSON unchanged', async () => {
  const plan = await toNull({ countPackets: 5 });
  assert.deepEqual(JSON.parse(JSON.stringify(plan)), plan);
});

function ringOf(ringFrames: number): RunOptions {
  return { engine: 'tx-ring', lab: true, engineOptions: { ringFrames } };
}

test('the limits themselves are taken', async () => {
  const least = await toNull({ sizeBytes: 64, batch: 1, countPackets: 1, durationNs: 1, srcPort: 0 });
  assert.deepEqual([least.sizes, least.batch, least.countPackets, least.durationNs], [only(64), 1, 1, 1]);
  const most = {
    sizeBytes: 9022,
    batch: 65536,
    countPackets: 2 ** 53 - 1,
    durationNs: WEEK_NS,
    dstPort: 65535,
  };
  assert.equal((await toNull(most)).countPackets, 2 ** 53 - 1);
  for (const ringFrames of [8, 16384]) {
    assert.equal((await resolvePlan(ringOf(ringFrames))).engine.options['ringFrames'], ringFrames);
  }
});

test('tx-ring in a lab has its defaults, and a worker per queue', async () => {
  for (const options of [{ lab: true }, { labSink: true }]) {
    const plan = await resolvePlan({ ...options, engine: 'tx-ring' });
    assert.equal(plan.engine.name, 'tx-ring');
    assert.deepEqual([plan.engine.options['qdiscBypass'], plan.engine.options['ringFrames']], [false, 128]);
    assert.equal(plan.linkSpeedMbps, 10_000);
    assert.equal(plan.workers.length, Math.min(2, allowedCpus().length));
  }
});

test('an option of the engine stands in the plan', async () => {
  const plan = await resolvePlan({ lab: true, engine: 'tx-ring', engineOptions: { qdiscBypass: true } });
  assert.equal(plan.engine.options['qdiscBypass'], true);
});

test('an engine limits by itself only what would not end', async () => {
  const file = { engine: 'pcap', engineOptions: { to: '/nonexistent/x.pcap' } };
  const counted = streamOf(['udp'], { name: 'a', count: 2000 });
  const timed = (timing: Timing) => streamOf(['udp'], { name: 'b', timing });
  const short = timed({ durationNs: 1e9 });
  for (const [options, expected] of [
    [{}, 1000],
    [{ shape: parseShape('1kpps') }, 1000],
    [{ shape: parseShape('burst 64 every 1ms') }, 1000],
    [{ shape: parseShape('burst 64 every 1ms times 20') }, null],
    [{ shape: parseShape('steps 1kpps for 1s, 3kpps for 1s') }, null],
    [{ shape: parseShape('steps 1kpps for 1s, 3kpps') }, 1000],
    [{ traffic: modelOf([counted]) }, null],
    [{ traffic: modelOf([counted, short]) }, null],
    [{ traffic: modelOf([counted, short]), topSpeed: true }, 1000],
    [{ traffic: modelOf([counted, timed({ startNs: 1 })]) }, 1000],
    [{ traffic: modelOf([counted, timed({ shape: parseShape('1kpps') })]) }, 1000],
    [{ durationNs: 1e9 }, null],
    [{ countPackets: 7 }, 7],
  ] as const)
    assert.equal(
      (await resolvePlan({ ...file, ...options })).countPackets,
      expected,
      JSON.stringify(options),
    );
});

test('more frames than the streams have are refused with the sum', async () => {
  const streams = [10, 20].map((count) => streamOf(['udp'], { name: `s${count}`, count }));
  assert.equal((await toNull({ traffic: modelOf(streams), countPackets: 30 })).countPackets, 30);
  const message = '--count 40: the streams have 10 + 20 = 30 frames by their own counts';
  await assert.rejects(toNull({ traffic: modelOf(streams), countPackets: 40 }), usageError(message));
  const endless = [...streams, streamOf(['udp'], { name: 'endless' })];
  assert.equal((await toNull({ traffic: modelOf(endless), countPackets: 40 })).countPackets, 40);
});

test('engines are listed by name and describe themselves; their options have flags in kebab-case', () => {
  const list = engines();
  const names = list.map((engine) => engine.name);
  assert.deepEqual(names, names.toSorted());
  assert.equal(list.find((engine) => engine.name === 'null')?.needsDevice, false);
  assert.equal(list.find((engine) => engine.name === 'tx-ring')?.needsDevice, true);
  assert.equal(flagOf('ringFrames'), '--ring-frames');
});
