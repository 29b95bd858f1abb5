import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile } from '#src/compile/compile.js';
import { LONGEST_PERIOD, periodOf } from '#src/compile/mix.js';
import { ValueError } from '#src/compile/problems.js';
import { usageError } from '../support/errors.js';
import { modelOf, streamOf } from '../support/model.js';
import { Random } from '../support/random.js';

const SEED = 6985;
const ROUNDS = 150;

function count(period: Iterable<number>): number[] {
  const counts: number[] = [];
  for (const number of period) counts[number] = (counts[number] ?? 0) + 1;
  return counts;
}

test('7:4:1 comes exactly so in a period, never more than two of the first in a row', () => {
  const period = periodOf([7, 4, 1], 'smooth');
  assert.deepEqual(count(period), [7, 4, 1]);
  const twice = [...period, ...period].join('');
  assert.ok(!twice.includes('000'), twice);
  assert.ok(!twice.includes('11'), twice);
});

for (const [weights, order, expected] of [
  [[7, 4, 1], 'smooth', [0, 1, 0, 0, 1, 0, 2, 1, 0, 0, 1, 0]],
  [[1], 'smooth', [0]],
  [[5], 'smooth', [0]],
  [[1, 1, 1], 'smooth', [0, 1, 2]],
  [[50, 50], 'smooth', [0, 1]],
  [[2, 4], 'smooth', [1, 0, 1]],
  [[2, 1], 'grouped', [0, 0, 1]],
  [[4, 2], 'grouped', [0, 0, 1]],
  [[2, 6], 'random', [0, 1, 1, 1]],
] as const) {
  test(`${weights.join(':')} ${order} is ${expected.join(' ')}`, () => {
    assert.deepEqual([...periodOf(weights, order)], expected);
  });
}

for (const order of ['smooth', 'grouped', 'random'] as const) {
  test(`random weights come exactly so in a period, by their greatest common divisor: ${order}`, () => {
    const random = new Random(SEED);
    for (let round = 0; round < ROUNDS; round++) {
      const weights = Array.from({ length: random.whole(1, 8) }, () => random.whole(1, 60));
      const factor = random.whole(2, 9);
      const period = periodOf(weights, order);
      const share = weights.reduce((sum, weight) => sum + weight, 0) / period.length;
      assert.deepEqual(
        count(period).map((number) => number * share),
        weights,
      );
      assert.deepEqual(
        periodOf(
          weights.map((weight) => weight * factor),
          order,
        ),
        period,
      );
    }
  });
}

/** The largest distance of a stream, in any window of any length, from its ideal share. */
function worstWindow(period: Uint32Array, stream: number, share: number): number {
  // What a stream is ahead of its share at each point; a window's distance is the difference of two of those.
  let ahead = 0;
  let [least, most] = [0, 0];
  for (const now of period) {
    ahead += (now === stream ? 1 : 0) - share;
    least = Math.min(least, ahead);
    most = Math.max(most, ahead);
  }
  return most - least;
}

/**
 * At the moment t of the period stream i has had its weight × t frames but for ½, and so have the n − 1 others: its
 * distance from its share s of all that have been sent is up to ½(1 − s) + ½s(n − 1), and twice that over a window.
 */
function bound(share: number, streams: number): number {
  return 1 + share * (streams - 2) + 1e-9;
}

function assertBound(weights: readonly number[]): void {
  const period = periodOf(weights, 'smooth');
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (const [stream, weight] of weights.entries()) {
    const share = weight / total;
    const worst = worstWindow(period, stream, share);
    assert.ok(worst <= bound(share, weights.length), `${weights}: ${worst} of stream ${stream}`);
  }
}

test('of two smooth streams any window holds the ideal share but for 1', () => {
  for (let a = 1; a <= 60; a++) {
    for (let b = 1; b <= 60; b++) assertBound([a, b]);
  }
});

test('of n smooth streams any window holds the share s but for 1 + s(n − 2)', () => {
  const random = new Random(SEED);
  for (let round = 0; round < 20 * ROUNDS; round++) {
    assertBound(Array.from({ length: random.whole(2, 12) }, () => random.whole(1, 40)));
  }
});

const TOO_LONG = `shares that only come out even after ${LONGEST_PERIOD + 1} frames`;

test('the longest period is taken, the next one refused in one line', async () => {
  assert.equal(periodOf([LONGEST_PERIOD - 1, 1], 'smooth').length, LONGEST_PERIOD);
  assert.throws(
    () => periodOf([LONGEST_PERIOD, 1], 'smooth'),
    (error) => error instanceof ValueError && error.message.startsWith(TOO_LONG),
  );
  const weights = [LONGEST_PERIOD, 1];
  const model = modelOf(weights.map((weight) => streamOf(['udp'], { weight })));
  await assert.rejects(compile(model), usageError('streams: ', TOO_LONG, `${LONGEST_PERIOD}`, 'rounder'));
});

test('so is a period of sizes that is too long, with its place', async () => {
  const list = [64, 128].map((sizeBytes, i) => ({ sizeBytes, weight: i === 0 ? 1 : LONGEST_PERIOD }));
  const model = modelOf([streamOf(['udp'], { sizes: { order: 'smooth', list } })]);
  await assert.rejects(compile(model), usageError('streams[0].size: ', TOO_LONG));
});
