import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Look, lastEdge, ppsOf } from '../../../bench/rate/edges.js';

test('an edge is the look that found a move', () => {
  const looks = [
    { ns: 0, packets: 7 },
    { ns: 40_000, packets: 7 },
    { ns: 80_000, packets: 8 },
    { ns: 120_000, packets: 8 },
  ];
  assert.deepEqual(lastEdge(looks), { ns: 80_000, packets: 8 });
});

test('a move that may have been long before the look is no edge', () => {
  const looks = [
    { ns: 0, packets: 7 },
    { ns: 40_000, packets: 8 },
    { ns: 4_000_000, packets: 50 },
  ];
  assert.deepEqual(lastEdge(looks), { ns: 40_000, packets: 8 });
  assert.equal(lastEdge(looks.slice(1)), undefined);
});

/** One a second, at 1000 pps, from any count on. */
function steady(count: number): Look[] {
  return Array.from({ length: count }, (_, i) => ({ ns: 7e8 + i * 1e9, packets: 100 + i * 1000 }));
}

test('a rate is what moved between edges over the time between them', () => {
  assert.equal(ppsOf(steady(2)), 1000);
  assert.equal(ppsOf(steady(9)), 1000);
});

test('a moment in which nothing left, and which was made up for, is not taken for another rate', () => {
  const heldUp = steady(50).map((edge, i) => (i === 3 ? { ...edge, packets: edge.packets - 400 } : edge));
  assert.equal(ppsOf(heldUp), 1000);
});

test('half of the time at a lower rate is seen', () => {
  const slower = steady(50).map(({ ns, packets }, i) => ({
    ns,
    packets: packets - Math.max(0, i - 25) * 10,
  }));
  assert.ok(ppsOf(slower) < 996, `${ppsOf(slower)}`);
});

test('one edge has no rate', () => {
  assert.ok(Number.isNaN(ppsOf(steady(1))));
  assert.ok(Number.isNaN(ppsOf([])));
});
