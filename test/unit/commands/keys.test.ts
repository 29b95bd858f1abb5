import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeRate } from '#src/commands/keys.js';
import { isInForeground } from '#src/system/foreground.js';

function steered(askedPps: number | null, speed: number | null) {
  const set: number[] = [];
  return { set, snapshot: () => ({ askedPps, speed }), setRate: (pps: number) => set.push(pps) };
}

test('a rate goes up and down by a tenth, also while nothing is sent', () => {
  const run = steered(1000, 1);
  assert.equal(
    changeRate(run, 1.1, () => 0),
    'rate 1.000 kpps → 1.100 kpps',
  );
  changeRate(run, 1 / 1.1, () => 0);
  assert.deepEqual(run.set, [1100, 909.1]);
});

test('top speed cannot be more, and less begins at what was sent', () => {
  const run = steered(null, null);
  assert.equal(
    changeRate(run, 1.1, () => 3e6),
    'already as fast as possible',
  );
  assert.deepEqual(run.set, []);
  assert.equal(
    changeRate(run, 1 / 1.1, () => 3e6),
    'rate 3.000 Mpps → 2.727 Mpps',
  );
  assert.deepEqual(run.set, [2_727_000]);
  assert.match(
    changeRate(run, 1 / 1.1, () => 0),
    /nothing is being sent/,
  );
});

test('a process in the background leaves the terminal alone', () => {
  assert.equal(isInForeground('7 (a) b) S 1 700 1 34816 700 0'), true);
  assert.equal(isInForeground('7 (node) S 1 700 1 34816 701 0'), false);
  assert.equal(isInForeground('7 (node) S 1 700 1 0 -1 0'), true);
});
