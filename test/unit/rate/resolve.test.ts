import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Rate } from '#src/model/timing.js';
import { parseRate, parseShape } from '#src/rate/parse.js';
import {
  figuresOf,
  type Line,
  mapRates,
  peakPps,
  type ResolvedShape,
  requireLine,
  requireShapeFits,
  resolveRate,
} from '#src/rate/resolve.js';
import { usageError } from '../support/errors.js';
import { Random } from '../support/random.js';

const SMALL = { meanBytes: 64, meanWireBytes: 64 };
const LARGE = { meanBytes: 1518, meanWireBytes: 1518 };
/** Captured without padding: the wire has 64 bytes all the same. */
const SHORT = { meanBytes: 46, meanWireBytes: 64 };
const TEN_G: Line = { bps: 10e9, wasAsked: false };
const ONE_G: Line = { bps: 1e9, wasAsked: true };

const inPps = (text: string): ResolvedShape =>
  mapRates(parseShape(text), (rate) => resolveRate(text, rate, SMALL, TEN_G));

describe('a rate in packets per second', () => {
  for (const [text, sizes, pps] of [
    ['1Mpps', SMALL, 1e6],
    ['512Mbps', SMALL, 1e6],
    ['672Mbps-l1', SMALL, 1e6],
    ['6.72%', SMALL, 1e6],
    ['100%', SMALL, 10e9 / 672],
    ['gap 1us', SMALL, 1e6],
    ['gap 1h', SMALL, 1 / 3600],
    ['2.5Gbps', LARGE, 2.5e9 / (1518 * 8)],
    ['100%', LARGE, 10e9 / (1538 * 8)],
    ['368Mbps', SHORT, 1e6],
    ['672Mbps-l1', SHORT, 1e6],
  ] as const) {
    it(`${text} at ${sizes.meanBytes} bytes is ${pps}`, () => {
      const found = resolveRate(text, parseRate(text), sizes, TEN_G);
      assert.ok(Math.abs(found / pps - 1) < 1e-12, `${found}`);
    });
  }

  it('and back is what was asked, in whatever unit', () => {
    const random = new Random(3);
    for (let i = 0; i < 1000; i++) {
      const size = random.whole(64, 9022);
      const sizes = { meanBytes: size, meanWireBytes: size };
      const value = random.whole(1, 1e9);
      const back = (rate: Rate) => figuresOf(resolveRate('', rate, sizes, TEN_G), sizes, TEN_G);
      const near = (found: number | null, asked: number) =>
        assert.ok(found !== null && Math.abs(found / asked - 1) < 1e-12);
      near(back({ unit: 'pps', value }).pps, value);
      near(back({ unit: 'bps', layer: 'l2', value }).bpsL2, value);
      near(back({ unit: 'bps', layer: 'l1', value }).bpsL1, value);
      near(back({ unit: 'percent', value: value / 1e7 }).percentOfLine, value / 1e7);
      near(1e9 / back({ unit: 'gap', gapNs: value }).pps, value);
    }
  });

  it('of an unknown line is no per cent', () => {
    assert.equal(figuresOf(1e6, SMALL, null).percentOfLine, null);
    assert.throws(
      () => resolveRate('--rate 40%', parseRate('40%'), SMALL, null),
      usageError('--rate 40%: 40% of what?', '--line-rate 10G'),
    );
  });
});

describe('what the line cannot carry', () => {
  for (const [text, ...says] of [
    ['1Tbps', '--rate 1Tbps', 'at most 1.000 Gbit/s', 'at 64 bytes 1.488 Mpps'],
    ['1.5Mpps', '1.500 Mpps is too much'],
    ['ramp 1kpps to 2Mpps in 1s', '2.000 Mpps is too much'],
    ['steps 1kpps for 1s, 2Mpps for 1s, 1kpps', '2.000 Mpps is too much'],
    ['on 1s off 9s 2Mpps', '2.000 Mpps is too much'],
    ['burst 10 every 1s at 2Mpps', '2.000 Mpps is too much'],
    ['burst 100 every 10us', '100 frames back to back take 67.2us, longer than their period of 10us'],
    ['burst 100 every 1ms at 33.6Mbps-l1', 'a burst of 100 frames at 50.00 kpps takes 2ms, longer than its'],
  ] as const) {
    it(`${text}`, () => {
      const shape = mapRates(parseShape(text), (rate) => resolveRate('', rate, SMALL, ONE_G));
      assert.throws(() => requireShapeFits(`--rate ${text}`, shape, SMALL, ONE_G), usageError(...says));
    });
  }

  it('is not asked where nobody knows the line, nor is exactly the line rate too much', () => {
    requireLine('', 1e12, SMALL, null);
    requireLine('', resolveRate('', parseRate('100%'), SMALL, ONE_G), SMALL, ONE_G);
    requireShapeFits('', inPps('burst 100 every 10us'), SMALL, null);
  });

  it('is said with a remedy where the device says what it carries', () => {
    assert.throws(() => requireLine('', 1e9, SMALL, TEN_G), usageError('--line-rate'));
    assert.throws(() => requireLine('', 1e9, SMALL, ONE_G), /1\.488 Mpps$/);
  });
});

it('the most that a shape sends', () => {
  assert.equal(peakPps(inPps('ramp 2kpps to 1kpps in 1s')), 2000);
  assert.equal(peakPps(inPps('on 1s off 9s 2kpps')), 2000);
  assert.equal(peakPps(inPps('steps 1kpps for 1s, 5kpps for 1s')), 5000);
  assert.equal(peakPps(inPps('burst 64 every 1ms')), 64_000);
});
