import assert from 'node:assert/strict';
import { test } from 'node:test';
import { programOf } from '#src/run/program.js';
import { doneBy, restOf } from '#src/run/rest.js';
import { sentOfStreams, trafficLeft } from '#src/run/streams-left.js';
import { type Summary, summarize } from '#src/run/summary.js';
import { modelOf, sizesOf, streamOf } from '../support/model.js';
import { plan, snapshot, UNPACED, worker } from '../support/samples.js';

const NOTHING = { packets: 0, bytes: 0, seconds: 0 };
const MODEL = modelOf([streamOf([['ethernet', {}]], { sizes: sizesOf(100) })]);
const PROGRAM = await programOf(MODEL);

function run(streams: readonly (readonly [string, number, number])[]): Summary {
  const workers = [
    worker({ packets: 100, bytes: 6400, seconds: 2 }),
    worker({ packets: 50, bytes: 3200, seconds: 1 }),
  ];
  const counted = streams.map(([name, packets, bytes]) => ({ name, packets, bytes }));
  return summarize(plan(), snapshot(workers, { streams: counted }), {
    driver: null,
    events: [],
    processStartedAtMs: 0,
  });
}

test('runs one after the other add up; their time is that of their longest worker', () => {
  assert.deepEqual(doneBy([]), NOTHING);
  assert.deepEqual(doneBy([run([]), run([])]), { packets: 300, bytes: 19_200, seconds: 4 });
});

test('of a count what is left is left; of none there is none', () => {
  const left = (packets: number) =>
    restOf({ countPackets: 1000 }, plan({ countPackets: 1000 }), PROGRAM, { ...NOTHING, packets });
  assert.equal(left(0)?.countPackets, 1000);
  assert.equal(left(999)?.countPackets, 1);
  assert.equal(left(1000), null);
  assert.equal(restOf({}, plan(), PROGRAM, { ...NOTHING, packets: 1e9 })?.countPackets, null);
});

test('of bytes so many frames are left as fit, and no more than the count allows', () => {
  const left = (bytes: number, options = {}) =>
    restOf({ bytes: 10_000, ...options }, plan({ countPackets: 100 }), PROGRAM, {
      packets: 10,
      bytes,
      seconds: 0,
    });
  assert.equal(left(0)?.countPackets, 100);
  assert.equal(left(9701)?.countPackets, 2);
  assert.equal(left(9900)?.countPackets, 1);
  assert.equal(left(9901), null);
  assert.equal(left(10_000), null);
  assert.equal(left(0, { countPackets: 15 })?.countPackets, 5);
});

test('loops are left as frames', () => {
  const capture = { frames: 7 } as ReturnType<typeof plan>['captures'][number];
  const looped = plan({ loops: 3, countPackets: 21, captures: [capture] });
  const rest = restOf({ loops: 3 }, looped, PROGRAM, { ...NOTHING, packets: 8 });
  assert.deepEqual([rest?.countPackets, rest?.loops], [13, null]);
});

test('of a time what is left is left, and a warm-up is over', () => {
  const timed = plan({ durationNs: 10e9, schedule: { ...UNPACED, warmupNs: 1e9 } });
  const left = (seconds: number) => restOf({}, timed, PROGRAM, { ...NOTHING, seconds });
  assert.deepEqual([left(9.5)?.durationNs, left(9.5)?.schedule.warmupNs], [0.5e9, 0]);
  assert.equal(left(10), null);
});

test('a delay of the start is waited for once, before what streams wait for themselves', () => {
  const [mix] = UNPACED.lanes;
  assert.ok(mix);
  const lanes = [mix, { ...mix, name: 'a', startNs: 2e9 }, { ...mix, name: 'b', startNs: 4e9, after: 1 }];
  const later = lanes.map((lane) => (lane.after === null ? { ...lane, startNs: lane.startNs + 3e9 } : lane));
  const starts = (seconds: number) =>
    restOf({ startNs: 3e9 }, plan({ schedule: { ...UNPACED, lanes: later } }), PROGRAM, {
      ...NOTHING,
      seconds,
    })?.schedule.lanes.map(({ startNs }) => startNs / 1e9);
  assert.deepEqual(starts(0), [3, 5, 4]);
  assert.deepEqual(starts(1), [2, 4, 4]);
  assert.deepEqual(starts(60), [0, 2, 4]);
});

test('streams have what is left of their own counts and bytes; the others are as they were', async () => {
  const stream = (name: string, changes = {}) =>
    streamOf([['ethernet', {}]], { name, sizes: sizesOf(100), ...changes });
  const model = modelOf([
    stream('gone', { count: 10, timing: { then: 'next' } }),
    stream('next', { count: 20 }),
    stream('bytes', { timing: { bytes: 1000 } }),
    stream('full', { timing: { bytes: 1000 } }),
    stream('free'),
    stream('starter', { count: 5, timing: { then: 'late' } }),
    stream('late'),
  ]);
  const before = [
    run([['gone', 4, 400]]),
    run([
      ['gone', 6, 600],
      ['next', 1, 100],
      ['bytes', 3, 300],
      ['full', 10, 950],
    ]),
  ];
  const left = trafficLeft(model, await programOf(model), sentOfStreams(before));
  assert.deepEqual(
    left?.streams.map(({ name, count, timing }) => [name, count, timing?.bytes, timing?.then]),
    [
      ['next', 19, undefined, undefined],
      ['bytes', null, 700, undefined],
      ['free', null, undefined, undefined],
      ['starter', 5, undefined, 'late'],
      ['late', null, undefined, undefined],
    ],
  );
  const all = modelOf([stream('gone', { count: 10 })]);
  assert.equal(trafficLeft(all, await programOf(all), sentOfStreams(before)), null);
});
