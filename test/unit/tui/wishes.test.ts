import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '#src/errors.js';
import type { Stream, TrafficModel } from '#src/model/traffic.js';
import type { RunOptions } from '#src/run/plan.js';
import { applyWishes, type Wishes } from '#src/tui/wishes.js';
import { modelOf, sizesOf, streamOf } from '../support/model.js';

const NONE: Wishes = { muted: new Set() };
const BASE: RunOptions = { lab: true, countPackets: 1_000_003, sizeBytes: 64, workers: 2 };
const PPS = { kind: 'constant', rate: { unit: 'pps', value: 1000 } } as const;

function streamsNamed(...streams: readonly (Partial<Stream> & { name: string })[]): TrafficModel {
  return modelOf(streams.map((stream) => streamOf([['ethernet', {}]], stream)));
}

const namesOf = ({ traffic }: RunOptions) => traffic?.streams.map(({ name }) => name);
const refused = (message: RegExp) => (error: unknown) =>
  error instanceof UsageError && message.test(error.message) && !error.message.includes('\n');

test('without wishes everything stays as it was asked for', () => {
  assert.deepEqual(applyWishes(BASE, NONE, 'packet'), { options: BASE, notes: [] });
});

test('a size is that of all streams, instead of the one before', () => {
  const sizes = sizesOf(64, 1518);
  const { options, notes } = applyWishes(BASE, { ...NONE, sizes }, 'packet');
  assert.deepEqual(options, { lab: true, countPackets: 1_000_003, workers: 2, sizes });
  assert.deepEqual(notes, []);
});

test('CPUs replace a number of workers', () => {
  const { options } = applyWishes(BASE, { ...NONE, cpus: [1] }, 'packet');
  assert.deepEqual(options.cpus, [1]);
  assert.ok(!('workers' in options));
});

test('a shape replaces top speed, and null is top speed', () => {
  const rated = applyWishes({ ...BASE, topSpeed: true }, { ...NONE, shape: PPS }, 'packet').options;
  assert.deepEqual([rated.shape, rated.topSpeed], [PPS, undefined]);
  const free = applyWishes({ ...BASE, shape: PPS }, { ...NONE, shape: null }, 'packet').options;
  assert.deepEqual([free.shape, free.topSpeed], [undefined, true]);
});

test('another engine leaves out the options that it lacks or cannot take, and says so', () => {
  const asked = { ...BASE, engine: 'tx-ring', engineOptions: { qdiscBypass: true, gso: 0, ringFrames: 64 } };
  const toPacket = applyWishes(asked, { ...NONE, engine: 'packet' }, 'tx-ring');
  assert.equal(toPacket.options.engine, 'packet');
  assert.deepEqual(toPacket.options.engineOptions, { qdiscBypass: true });
  assert.deepEqual(toPacket.notes, [
    '--gso is left out: engine packet has no such option',
    '--ring-frames is left out: engine packet has no such option',
  ]);
  const toXdp = applyWishes(asked, { ...NONE, engine: 'xdp' }, 'tx-ring');
  assert.deepEqual(toXdp.options.engineOptions, { ringFrames: 64 });
  assert.equal(toXdp.notes.length, 2);
  const small = { ...BASE, engine: 'pcap', engineOptions: { to: 'x.pcap' } };
  assert.deepEqual(applyWishes(small, { ...NONE, engine: 'null' }, 'pcap').options.engineOptions, {});
});

test('an option that the new engine takes only in another range is left out with the range', () => {
  const asked = { ...BASE, engineOptions: { ringFrames: 100 } };
  const { options, notes } = applyWishes(asked, { ...NONE, engine: 'xdp' }, 'tx-ring');
  assert.deepEqual(options.engineOptions, {});
  assert.match(notes.join(), /^--ring-frames is left out: engine xdp: .*a power of two from 8 to 16384$/);
});

test('auto and unknown engines are left to the plan', () => {
  const asked = { ...BASE, engineOptions: { gso: 4 } };
  for (const engine of ['auto', 'tx-rign']) {
    assert.deepEqual(applyWishes(asked, { ...NONE, engine }, 'tx-ring'), {
      options: { ...asked, engine },
      notes: [],
    });
  }
});

test('the bypass goes to the engine that runs, also where that was left to pktgen', () => {
  const { options } = applyWishes(BASE, { ...NONE, qdiscBypass: true }, 'packet');
  assert.equal(options.engine, 'packet');
  assert.deepEqual(options.engineOptions, { qdiscBypass: true });
  const off = applyWishes(options, { ...NONE, qdiscBypass: false }, 'packet').options;
  assert.deepEqual(off.engineOptions, { qdiscBypass: false });
});

test('an engine without a queueing discipline to go round: who has one is named', () => {
  for (const [base, present] of [
    [BASE, 'live'],
    [{ ...BASE, engine: 'xdp' }, 'xdp'],
  ] as const) {
    assert.throws(
      () => applyWishes(base, { ...NONE, qdiscBypass: true }, present),
      refused(
        new RegExp(`^--qdisc-bypass: engine ${present} has no such option; packet and tx-ring have it$`),
      ),
    );
    assert.deepEqual(applyWishes(base, { ...NONE, qdiscBypass: false }, present).options, base);
  }
});

test('a muted stream is left out, whatever the others are', () => {
  const traffic = streamsNamed({ name: 'a' }, { name: 'b' }, { name: 'c' });
  const { options, notes } = applyWishes({ ...BASE, traffic }, { muted: new Set(['b', 'gone']) }, 'packet');
  assert.deepEqual(namesOf(options), ['a', 'c']);
  assert.deepEqual(notes, []);
  const foreign = applyWishes({ ...BASE, traffic }, { muted: new Set(['gone']) }, 'packet');
  assert.equal(foreign.options.traffic, traffic);
});

test('the last stream cannot be muted', () => {
  const traffic = streamsNamed({ name: 'a' }, { name: 'b' });
  const muted = new Set(['a', 'b']);
  const expected = refused(/^stream b is the only one: pause instead$/);
  assert.throws(() => applyWishes({ ...BASE, traffic }, { muted }, 'packet'), expected);
  const none = refused(/^stream udp is the only one: pause instead$/);
  assert.throws(() => applyWishes(BASE, { muted: new Set(['udp']) }, 'packet'), none);
});

test('a stream that another one starts goes only with it', () => {
  const traffic = streamsNamed({ name: 'a', count: 5, timing: { then: 'b' } }, { name: 'b' }, { name: 'c' });
  const mute = (...names: string[]) => applyWishes({ ...BASE, traffic }, { muted: new Set(names) }, 'packet');
  assert.throws(
    () => mute('b'),
    refused(/^stream b cannot be left out: a starts it when it ends; leave a out first$/),
  );
  assert.deepEqual(namesOf(mute('a', 'b').options), ['c']);
  const alone = mute('a');
  assert.deepEqual(namesOf(alone.options), ['b', 'c']);
  assert.deepEqual(alone.notes, ['stream b waits for no other: a, whose end starts it, is left out']);
});

test('a profile brings its sizes and its rate, but not its limits', () => {
  const traffic = streamsNamed({ name: 'a' });
  const profile = { traffic, run: { shape: PPS, countPackets: 5, durationNs: 1e9, pacing: 'spin' } } as const;
  const { options, notes } = applyWishes({ ...BASE, loops: 3 }, { ...NONE, profile }, 'packet');
  assert.deepEqual(options, {
    lab: true,
    countPackets: 1_000_003,
    workers: 2,
    traffic,
    shape: PPS,
    pacing: 'spin',
  });
  assert.deepEqual(notes, [
    '--loop no longer limits the run: the traffic is another one',
    "frame sizes are the profile's: --size no longer holds",
  ]);
});

test('other wishes come before what a profile says', () => {
  const profile = { traffic: streamsNamed({ name: 'a' }), run: { shape: PPS } };
  const sizes = sizesOf(128);
  const { options, notes } = applyWishes(BASE, { ...NONE, profile, sizes, shape: null }, 'packet');
  assert.deepEqual([options.sizes, options.shape, options.topSpeed], [sizes, undefined, true]);
  assert.deepEqual(notes, []);
});

test('the times of a capture do not hold for other traffic; a rate does', () => {
  const profile = { traffic: streamsNamed({ name: 'a' }), run: {} };
  const shapeAfter = (shape: NonNullable<RunOptions['shape']>) =>
    applyWishes({ ...BASE, shape }, { ...NONE, profile }, 'packet').options.shape;
  assert.equal(shapeAfter({ kind: 'recorded', speed: 2 }), undefined);
  assert.deepEqual(shapeAfter(PPS), PPS);
});

test('a measurement made for other frames is left out', () => {
  const calibration = {} as NonNullable<RunOptions['calibration']>;
  const asked = { ...BASE, calibration };
  assert.equal(applyWishes(asked, { ...NONE, shape: PPS }, 'packet').options.calibration, calibration);
  const other = applyWishes(asked, { ...NONE, sizes: sizesOf(128) }, 'packet').options;
  assert.ok(!('calibration' in other));
});
