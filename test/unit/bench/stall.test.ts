import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stallFigures } from '../../../bench/rate/stall.js';

/** 10 kpps. */
const GAP_NS = 1e5;
const MS = 1e6;

/** One second on schedule, half a second of nothing, then what `after` makes of the number of the frame since. */
function stalled(after: (k: number) => number, frames: number): Float64Array {
  const before = Array.from({ length: 10_000 }, (_, k) => k * GAP_NS);
  const resumedNs = 10_000 * GAP_NS + 500 * MS;
  return Float64Array.from([...before, ...Array.from({ length: frames }, (_, k) => resumedNs + after(k))]);
}

test('twice the rate makes up for a stall in the time that it took, but for what counts as on time', () => {
  const figures = stallFigures(
    stalled((k) => (k * GAP_NS) / 2, 12_000),
    GAP_NS,
  );
  assert.equal(figures.stallNs, 500 * MS + GAP_NS);
  assert.equal(figures.first, 2);
  assert.equal(figures.most, 2);
  assert.equal(figures.backNs, 499 * MS);
});

test('who skips goes on at the rate, and is never back on the old schedule', () => {
  const figures = stallFigures(
    stalled((k) => k * GAP_NS, 12_000),
    GAP_NS,
  );
  assert.equal(figures.first, 1);
  assert.equal(figures.most, 1);
  assert.ok(Number.isNaN(figures.backNs));
  assert.equal(figures.lastLateNs, 500 * MS);
});

test('a flood is seen, also when it is not the first that leaves', () => {
  const flood = stalled((k) => (k < 1000 ? k * GAP_NS : 100 * MS + k * 1000), 6000);
  const figures = stallFigures(flood, GAP_NS);
  assert.equal(figures.first, 1);
  assert.ok(figures.most > 49, `${figures.most}`);
});

test('buckets begin with any frame, not only at multiples of their length', () => {
  const burst = stalled((k) => (k < 250 ? 5.1 * MS + k * 40_000 : 15.1 * MS + (k - 250) * GAP_NS), 1000);
  assert.equal(stallFigures(burst, GAP_NS).most, 2.5);
});
