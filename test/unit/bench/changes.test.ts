import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedError, expectedPackets } from '../../../bench/rate/changes.js';

/** A second at 100 pps, two at 1000, half a second at 10. */
const CHANGES = [
  { ns: 5e8, packets: 40, pps: 100 },
  { ns: 1.5e9, packets: 140, pps: 1000 },
  { ns: 3.5e9, packets: 2140, pps: 10 },
  { ns: 4e9, packets: 2145, pps: 0 },
];

test('each rate counts from its moment to the next', () => {
  assert.equal(expectedPackets(CHANGES), 2105);
  assert.equal(changedError(CHANGES), 0);
});

test('too few and too many are told apart', () => {
  const with2Percent = (sign: number) =>
    CHANGES.map((change, i) => (i === 3 ? { ...change, packets: change.packets + sign * 42.1 } : change));
  assert.ok(Math.abs(changedError(with2Percent(1)) - 0.02) < 1e-12);
  assert.ok(Math.abs(changedError(with2Percent(-1)) + 0.02) < 1e-12);
});

test('nothing can be said of no change', () => {
  assert.ok(Number.isNaN(changedError([])));
});
