import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gapFigures, gapsOf, meanPps, percentile } from '../../../bench/rate/gaps.js';

/** Times that are these gaps apart, in µs, from any moment. */
function timesOf(...gapsUs: readonly number[]): Float64Array {
  let at = 5e9;
  return Float64Array.from([at, ...gapsUs.map((gap) => (at += gap * 1000))]);
}

test('gaps as asked are all within 1 µs', () => {
  const figures = gapFigures(timesOf(100, 100, 100, 100), 100_000);
  assert.deepEqual(figures, {
    frames: 5,
    pps: 10_000,
    within1us: 1,
    within10us: 1,
    within100us: 1,
    backToBack: 0,
    p50Ns: 0,
    p99Ns: 0,
    p999Ns: 0,
  });
});

test('a gap counts by how far it is from the asked one, too long or too short', () => {
  const { within1us, within10us, within100us, p50Ns, p99Ns } = gapFigures(
    timesOf(1001, 999, 1009, 901, 1200),
    1e6,
  );
  assert.equal(within1us, 2 / 5);
  assert.equal(within10us, 3 / 5);
  assert.equal(within100us, 4 / 5);
  assert.equal(p50Ns, 9000);
  assert.equal(p99Ns, 200_000);
});

test('a burst is back to back, and its mean rate is that of the schedule', () => {
  const figures = gapFigures(timesOf(2, 2, 296), 100_000);
  assert.equal(figures.backToBack, 2 / 3);
  assert.equal(Math.round(figures.pps), 10_000);
});

test('where gaps of that length are asked, nothing is called back to back', () => {
  assert.ok(Number.isNaN(gapFigures(timesOf(2, 2, 2), 2000).backToBack));
});

test('too few frames have no rate and no gaps', () => {
  assert.ok(Number.isNaN(meanPps(Float64Array.of(7))));
  assert.equal(gapsOf(new Float64Array()).length, 0);
  assert.ok(Number.isNaN(gapFigures(Float64Array.of(7), 1000).p50Ns));
});

test('a percentile is the value of the nearest rank', () => {
  const values = Float64Array.from({ length: 1000 }, (_, i) => i + 1);
  assert.equal(percentile(values, 0.5), 500);
  assert.equal(percentile(values, 0.999), 999);
  assert.equal(percentile(values, 1), 1000);
  assert.equal(percentile(values, 0), 1);
});
