import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatBps,
  formatCount,
  formatNs,
  formatNumberOf,
  formatPps,
  formatSeconds,
  formatSpan,
  l1RateBps,
  l2RateBps,
  lineRatePps,
  parseCount,
  parseCpuList,
  parseDurationNs,
} from '#src/units.js';
import { usageError } from './support/errors.js';

const WEEK_NS = 604_800e9;

/** RFC 5180 appendix A.1, which cuts off the fractions: frame size, 10 Mbit/s, 1 Gbit/s, 10 Gbit/s. */
const PUBLISHED_LINE_RATES = [
  [64, 14_880, 1_488_095, 14_880_952],
  [128, 8_445, 844_594, 8_445_945],
  [512, 2_349, 234_962, 2_349_624],
  [1280, 961, 96_153, 961_538],
  [1518, 812, 81_274, 812_743],
  [8192, 152, 15_221, 152_216],
] as const;

for (const [sizeBytes, at10M, at1G, at10G] of PUBLISHED_LINE_RATES) {
  test(`the line rate of ${sizeBytes}-byte frames is the published one`, () => {
    assert.equal(Math.floor(lineRatePps(10e6, sizeBytes)), at10M);
    assert.equal(Math.floor(lineRatePps(1e9, sizeBytes)), at1G);
    assert.equal(Math.floor(lineRatePps(10e9, sizeBytes)), at10G);
  });
}

test('the budget of a 64-byte frame at 10 Gbit/s is 67.2 ns', () => {
  assert.ok(Math.abs(1e9 / lineRatePps(10e9, 64) - 67.2) < 1e-9);
});

test('L2 counts the frame, L1 also the 20 bytes around it', () => {
  assert.equal(l2RateBps(1000, 64), 512_000);
  assert.equal(l1RateBps(1000, 64), 672_000);
});

const COUNTS = [
  ['1', 1],
  ['1000003', 1_000_003],
  ['5k', 5_000],
  ['2.5M', 2_500_000],
  ['0.5k', 500],
  ['3G', 3_000_000_000],
  ['9007199254740991', Number.MAX_SAFE_INTEGER],
] as const;

for (const [text, value] of COUNTS) {
  test(`a count of ${text} is ${value}`, () => {
    assert.equal(parseCount('--count', text, 1, Number.MAX_SAFE_INTEGER), value);
  });
}

const BAD_COUNTS = ['', '0', '-1', '1.5', '1.0005k', 'five', '5K', '5 k', '1e6', '0x10', '9007199254740993'];

for (const text of BAD_COUNTS) {
  test(`a count of "${text}" is refused`, () => {
    assert.throws(
      () => parseCount('--count', text, 1, Number.MAX_SAFE_INTEGER),
      usageError(`--count ${text}`, 'a whole number from 1'),
    );
  });
}

test('a count outside its limits is refused with both of them, and the limits themselves are taken', () => {
  assert.deepEqual(
    ['64', '9022'].map((text) => parseCount('--size', text, 64, 9022)),
    [64, 9022],
  );
  for (const text of ['63', '9023', '10k']) {
    assert.throws(
      () => parseCount('--size', text, 64, 9022),
      usageError(`--size ${text}`, 'from 64 to 9022'),
    );
  }
});

const DURATIONS = [
  ['1ns', 1],
  ['250us', 250e3],
  ['250µs', 250e3],
  ['500ms', 500e6],
  ['10s', 10e9],
  ['1.5s', 1.5e9],
  ['2m', 120e9],
  ['1h', 3600e9],
  ['168h', WEEK_NS],
] as const;

for (const [text, ns] of DURATIONS) {
  test(`a time of ${text} is ${ns} ns`, () => assert.equal(parseDurationNs('--duration', text), ns));
}

for (const text of ['', '10', '10 s', '-1s', '0s', '0.4ns', '1d', '10S', 's', '169h', '1e3s']) {
  test(`a time of "${text}" is refused`, () => {
    assert.throws(
      () => parseDurationNs('--duration', text),
      usageError(`--duration ${text}`, 'us, ms, s, m, h', '--duration 10s'),
    );
  });
}

test('a CPU list holds numbers and ranges, in the order given', () => {
  assert.deepEqual(parseCpuList('--cpus', '0'), [0]);
  assert.deepEqual(parseCpuList('--cpus', '0,2-4, 9'), [0, 2, 3, 4, 9]);
  assert.deepEqual(parseCpuList('--cpus', '5,1'), [5, 1]);
  assert.deepEqual(parseCpuList('--cpus', '1023'), [1023]);
});

for (const text of ['', ',', '1,', '3-1', '1-', '-1', 'a', '1.5', '1024', '0-1024', '1-2-3', '1 2']) {
  test(`a CPU list of "${text}" is refused`, () => {
    assert.throws(() => parseCpuList('--cpus', text), usageError(`--cpus ${text}`, '--cpus 0,2-3'));
  });
}

test('decimal counts are exact although their binary fractions are not', () => {
  for (const text of ['4.1M', '8.2M', '2.01M', '1.001k', '16.1M', '1.07G']) {
    const [, digits = '', unit = ''] = /^([\d.]+)(.)$/.exec(text) ?? [];
    const [whole = '', fraction = ''] = digits.split('.');
    const zeros = { k: 3, M: 6, G: 9 }[unit] ?? 0;
    assert.equal(parseCount('--count', text, 1, 1e12), Number(whole + fraction.padEnd(zeros, '0')));
  }
});

test('a CPU list that names a CPU twice is refused', () => {
  assert.throws(() => parseCpuList('--cpus', '0-2,1'), usageError('--cpus 0-2,1', 'twice'));
});

test('rates get an SI prefix and four digits', () => {
  assert.deepEqual([0, 1.5, 100, 999, 1000, 14_880_952, 123_456, 999_960, 9999.9].map(formatPps), [
    '0 pps',
    '1.500 pps',
    '100.0 pps',
    '999.0 pps',
    '1.000 kpps',
    '14.88 Mpps',
    '123.5 kpps',
    '1.000 Mpps',
    '10.00 kpps',
  ]);
  assert.deepEqual([10e9, 7.619e9, 1e12].map(formatBps), ['10.00 Gbit/s', '7.619 Gbit/s', '1.000 Tbit/s']);
});

test('counts are grouped by thousands, nanoseconds have one decimal, a missing quotient is a dash', () => {
  assert.deepEqual([0, 999, 1_234_567.4].map(formatCount), ['0', '999', '1,234,567']);
  assert.deepEqual([67.2, 67.25, 0, null].map(formatNs), ['67.2', '67.3', '0.0', '–']);
  assert.deepEqual([1.005, 21, 100].map(formatSeconds), ['1.00 s', '21.00 s', '100 s']);
  assert.deepEqual([0, 0.1, 0.0123, 55e-6].map(formatSeconds), ['0.00 s', '0.10 s', '12.3 ms', '55 µs']);
  assert.deepEqual([12, 64e3, 6.4e9].map(formatSpan), ['12 ns', '64 µs', '6.4 s']);
  assert.deepEqual(
    [1, 1000].map((n) => formatNumberOf(n, 'frame')),
    ['1 frame', '1,000 frames'],
  );
});
