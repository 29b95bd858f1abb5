import assert from 'node:assert/strict';
import { test } from 'node:test';
import { History, MOST_MOMENTS, type Moment, merge, resample, secondsOf } from '#src/tui/history.js';

const QUARTER: Moment = { seconds: 0.25, packets: 1000, workerSeconds: 0.5 };
const total = (moments: readonly Moment[]) =>
  moments.reduce(merge, { seconds: 0, packets: 0, workerSeconds: 0 });

test('the whole run loses nothing while pairs are merged, and never grows past its bound', () => {
  const history = new History();
  for (let i = 1; i <= 10_000; i++) {
    history.add({ ...QUARTER, packets: i });
    assert.ok(history.whole.length <= MOST_MOMENTS, `${history.whole.length} moments after ${i}`);
  }
  assert.ok(history.whole.length >= MOST_MOMENTS / 2);
  assert.deepEqual(total(history.whole), { seconds: 2500, packets: 50_005_000, workerSeconds: 5000 });
});

test('merged moments are neighbours and of the same length, but for the one that is not finished', () => {
  const history = new History();
  for (let i = 1; i <= 1001; i++) history.add({ ...QUARTER, packets: i });
  const finished = history.whole.slice(0, -1);
  assert.equal(new Set(finished.map(({ seconds }) => seconds)).size, 1);
  const each = (finished[0]?.seconds ?? 0) / 0.25;
  let next = 1;
  for (const { packets } of finished) {
    assert.equal(
      packets,
      Array.from({ length: each }, (_, i) => next + i).reduce((a, b) => a + b),
    );
    next += each;
  }
});

test('the last minute is the last minute', () => {
  const history = new History();
  for (let i = 1; i <= 1000; i++) history.add({ ...QUARTER, packets: i });
  assert.equal(secondsOf(history.recent), 60);
  assert.equal(history.recent.at(-1)?.packets, 1000);
  assert.equal(history.recent[0]?.packets, 761);
  for (let i = 0; i < 1000; i++) history.add({ seconds: 0, packets: 0, workerSeconds: 0 });
  assert.ok(history.recent.length <= MOST_MOMENTS);
});

test('zero begins the whole run anew, and keeps the last minute', () => {
  const history = new History();
  for (let i = 0; i < 777; i++) history.add(QUARTER);
  history.zero();
  assert.deepEqual(history.whole, []);
  assert.equal(history.recent.length, 240);
  history.add(QUARTER);
  assert.deepEqual(history.whole, [QUARTER]);
});

test('cells share a moment by time, end with the newest, and are empty before the first', () => {
  const cells = resample([QUARTER, { ...QUARTER, packets: 3000 }], 4, 1);
  assert.deepEqual(cells, [null, null, QUARTER, { ...QUARTER, packets: 3000 }]);
  const halves = resample([QUARTER], 2, 0.25);
  assert.deepEqual(halves, [{ seconds: 0.125, packets: 500, workerSeconds: 0.25 }, halves[0]]);
  const odd = resample(Array(7).fill(QUARTER), 3, 1.75);
  assert.ok(odd.every((cell) => Math.abs((cell?.packets ?? 0) - 7000 / 3) < 1e-6));
});

test('cells take moments without length, without number and of no run at all', () => {
  assert.deepEqual(resample([], 2, 60), [null, null]);
  assert.deepEqual(resample([], 2, 0), [null, null]);
  assert.deepEqual(resample([{ ...QUARTER, seconds: 0 }], 2, 60), [null, null]);
  assert.deepEqual(resample([{ ...QUARTER, seconds: Number.NaN }], 2, 60), [null, null]);
});
