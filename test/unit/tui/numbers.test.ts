import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bps, brief, clock, count, decimal, ns, percent, pps } from '#src/tui/numbers.js';
import { ASCII, BLOCKS } from '#src/tui/page.js';

test('what is not known, or no number, is a dash', () => {
  for (const value of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    for (const format of [count, pps, bps, percent, brief, clock]) {
      assert.equal(format(value, BLOCKS), '–');
      assert.equal(format(value, ASCII), '-');
    }
    assert.equal(ns(value, BLOCKS, 5), '–');
    assert.equal(decimal(value, BLOCKS, 5), '–');
  }
});

test('a count keeps its digits as long as there is room', () => {
  assert.equal(count(1_234_567, BLOCKS), '1,234,567');
  assert.equal(count(1_234_567, BLOCKS, 9), '1,234,567');
  assert.equal(count(1_234_567, BLOCKS, 8), '1.235 M');
  assert.equal(count(1e15, BLOCKS, 12), '1.000 P');
  assert.equal(count(1e30, BLOCKS, 12), '1.0e+30');
  assert.equal(count(0, BLOCKS, 5), '0');
});

test('rates are four digits at every size, in at most ten columns', () => {
  assert.equal(pps(14_880_952, BLOCKS), '14.88 Mpps');
  assert.equal(pps(0, BLOCKS), '0 pps');
  assert.equal(pps(0.05, BLOCKS), '0.050 pps');
  assert.equal(bps(9_999_999_744, BLOCKS), '10.00 Gbit/s');
  for (let power = -3; power < 300; power++) {
    assert.ok(pps(9.9996 * 10 ** power, BLOCKS).length <= 10, pps(9.9996 * 10 ** power, BLOCKS));
    assert.ok(bps(9.9996 * 10 ** power, BLOCKS).length <= 12, bps(9.9996 * 10 ** power, BLOCKS));
  }
});

test('a time is as precise as its column allows, with a unit where it is not nanoseconds', () => {
  assert.equal(ns(67.2, BLOCKS, 5), '67.2');
  assert.equal(ns(402.13, BLOCKS, 5), '402.1');
  assert.equal(ns(1234.5, BLOCKS, 5), '1235');
  assert.equal(ns(123_456, BLOCKS, 5), '123µs');
  assert.equal(ns(1_234_567, BLOCKS, 7), '1234567');
  assert.equal(ns(1_234_567, BLOCKS, 6), '1.23ms');
  assert.equal(ns(1_234_567, BLOCKS, 5), '1.2ms');
  assert.equal(ns(1e9, BLOCKS, 5), '1s');
  for (let power = -3; power < 30; power++) assert.ok(ns(9.996 * 10 ** power, BLOCKS, 5).length <= 5);
});

test('a brief figure has three digits in five columns', () => {
  const texts = [0, 12, 999.4, 999.6, 12_345, 3_941_000, 39_410_000, 1e18].map((value) =>
    brief(value, BLOCKS),
  );
  assert.deepEqual(texts, ['0', '12', '999', '1.00k', '12.3k', '3.94M', '39.4M', '1.00E']);
  for (let power = -3; power < 30; power++) assert.ok(brief(9.996 * 10 ** power, BLOCKS).length <= 5);
});

test('a clock shows what is not zero', () => {
  const texts = [0, 7.9, 59.999, 754, 3723, 180_000].map((seconds) => clock(seconds, BLOCKS));
  assert.deepEqual(texts, ['0:00', '0:07', '0:59', '12:34', '1:02:03', '2 d 02:00:00']);
});

test('a share is in per cent', () => {
  assert.equal(percent(0.5833, BLOCKS, 2), '58.33');
  assert.equal(percent(1, BLOCKS), '100.0');
  assert.equal(percent(1e12, BLOCKS), '1.0e+14');
});
