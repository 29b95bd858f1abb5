import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gapsOf } from '../../../bench/rate/gaps.js';
import { lapsOf, replayFigures, spreadTimes } from '../../../bench/rate/recorded.js';

const TIMES = Float64Array.of(0, 1000, 5000, 6000);

test('gaps are spread over the orders of magnitude between their bounds, the same ones every time', () => {
  const times = spreadTimes(3e9, 2e4, 2e7);
  assert.deepEqual(times, spreadTimes(3e9, 2e4, 2e7));
  const gaps = gapsOf(times);
  assert.ok(gaps.every((gap) => gap >= 2e4 && gap <= 2e7));
  const shareBelow = (limit: number) => gaps.filter((gap) => gap < limit).length / gaps.length;
  for (const [limit, share] of [
    [2e5, 1 / 3],
    [2e6, 2 / 3],
  ] as const)
    assert.ok(Math.abs(shareBelow(limit) - share) < 0.05, `${shareBelow(limit)} below ${limit} ns`);
  assert.ok((times.at(-1) ?? 0) >= 3e9 && (times.at(-1) ?? 0) < 3.02e9);
});

test('laps follow each other with the joint between them, all at the speed but that', () => {
  assert.deepEqual([...lapsOf(TIMES, 2, 2, 700)], [0, 500, 2500, 3000, 3700, 4200, 6200, 6700]);
});

test('a replay on time has no errors', () => {
  const expected = lapsOf(TIMES, 2, 1, 2000);
  const arrived = expected.map((time) => time + 12_345);
  assert.deepEqual(replayFigures(arrived, expected, 4), { p50Ns: 0, p99Ns: 0, durationError: 0, jointNs: 0 });
});

test('a bad joint is told apart from the gaps of the capture, and makes the whole longer', () => {
  const figures = replayFigures(lapsOf(TIMES, 2, 1, 5000), lapsOf(TIMES, 2, 1, 2000), 4);
  assert.equal(figures.p99Ns, 0);
  assert.equal(figures.jointNs, 3000);
  assert.equal(figures.durationError, 3000 / 14_000);
});

test('frames that are missing are no replay', () => {
  assert.throws(() => replayFigures(TIMES.subarray(1), TIMES, 4), /3 frames arrived, not 4/);
});
