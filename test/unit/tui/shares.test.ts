import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LaneSchedule } from '#src/run/schedule.js';
import { askedShares } from '#src/tui/shares.js';
import { UNPACED } from '../support/samples.js';
import { labPlan, mix } from '../support/screens.js';

const MIX: LaneSchedule = {
  name: null,
  stream: null,
  shape: null,
  rate: null,
  weight: 1,
  startNs: 0,
  durationNs: null,
  after: null,
};
const rate = (pps: number) => ({ pps, bpsL1: 0, bpsL2: 0, ofLine: null }) as unknown as LaneSchedule['rate'];
const constant = (pps: number) =>
  ({ shape: { kind: 'constant', rate: pps }, rate: rate(pps) }) as Partial<LaneSchedule>;
const lane = (stream: number | null, changes: Partial<LaneSchedule>): LaneSchedule => ({
  ...MIX,
  stream,
  ...changes,
});

function shares(weights: Readonly<Record<string, number>>, lanes: readonly LaneSchedule[] = [MIX]) {
  const asked = askedShares(labPlan({ traffic: mix(weights), schedule: { ...UNPACED, lanes } }));
  return asked.map((share) => share && Number(share.toPrecision(12)));
}

test('the streams of a mix have their weights', () => {
  assert.deepEqual(shares({ a: 7, b: 4, c: 1 }), [0.583333333333, 0.333333333333, 0.0833333333333]);
  assert.deepEqual(shares({ only: 5 }), [1]);
});

test('a rate of the run changes nothing', () => {
  assert.deepEqual(shares({ a: 1, b: 3 }, [lane(null, { ...constant(500), weight: 4 })]), [0.25, 0.75]);
  const burst = { shape: { kind: 'on-off' } } as unknown as Partial<LaneSchedule>;
  assert.deepEqual(shares({ a: 1, b: 3 }, [lane(null, { ...burst, weight: 4 })]), [0.25, 0.75]);
});

test('streams with rates of their own have those, and the mix shares the rest', () => {
  const lanes = [lane(null, { ...constant(600), weight: 4 }), lane(0, constant(300)), lane(2, constant(100))];
  assert.deepEqual(shares({ a: 9, b: 1, c: 9, d: 3 }, lanes), [0.3, 0.15, 0.1, 0.45]);
  const empty = [lane(null, { weight: 0 }), lane(0, constant(300)), lane(1, constant(100))];
  assert.deepEqual(shares({ a: 1, b: 1 }, empty), [0.75, 0.25]);
});

test('at top speed lanes have their weights', () => {
  const lanes = [lane(null, { weight: 2 }), lane(1, { weight: 6 })];
  assert.deepEqual(shares({ a: 2, b: 6 }, lanes), [0.25, 0.75]);
});

test('what changes with time, or follows from what is left, is not known', () => {
  const unknown = [null, null];
  const both = { a: 1, b: 1 };
  const started = lane(1, { ...constant(100), startNs: 5 });
  const ended = lane(1, { ...constant(100), durationNs: 5 });
  const then = lane(1, { ...constant(100), after: 0 });
  const ramp = lane(1, { shape: { kind: 'ramp' }, rate: rate(1) } as unknown as Partial<LaneSchedule>);
  for (const one of [started, ended, then, ramp]) {
    assert.deepEqual(shares(both, [lane(null, constant(100)), one]), unknown);
  }
  assert.deepEqual(shares(both, [MIX, lane(1, constant(100))]), unknown);
  const traffic = mix(both);
  const counted = { ...traffic, streams: traffic.streams.map((stream) => ({ ...stream, count: 5 })) };
  assert.deepEqual(askedShares(labPlan({ traffic: counted })), unknown);
});
