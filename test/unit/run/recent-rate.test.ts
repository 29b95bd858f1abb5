import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentRate } from '#src/run/recent-rate.js';
import { snapshot, worker } from '../support/samples.js';

/** One worker, that has sent so much in so much running time. */
const at = (elapsedSeconds: number, seconds: number, packets: number) =>
  snapshot([worker({ seconds, packets })], { elapsedSeconds });

test('the rate is that of the last second', () => {
  const recent = new RecentRate();
  assert.equal(recent.pps, 0);
  recent.observe(at(0.5, 0.5, 50));
  assert.equal(recent.pps, 100, 'since the start, where there is less');
  for (let i = 1; i <= 20; i++) recent.observe(at(0.5 + i / 4, 0.5 + i / 4, 50 + 1000 * i));
  assert.equal(recent.pps, 4000);
});

test('a pause is left out, and another run begins anew', () => {
  const recent = new RecentRate();
  for (let i = 1; i <= 8; i++) recent.observe(at(i / 4, i / 4, 100 * i));
  for (let i = 9; i <= 30; i++) recent.observe(at(i / 4, 2, 800));
  assert.equal(recent.pps, 400);
  recent.observe(at(0.25, 0.25, 1));
  recent.observe(at(0.5, 0.5, 2));
  assert.equal(recent.pps, 4);
});
