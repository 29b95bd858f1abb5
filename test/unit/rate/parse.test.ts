import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ValueError } from '#src/compile/problems.js';
import type { Rate, Shape } from '#src/model/timing.js';
import { formatRate, formatShape } from '#src/rate/format.js';
import { forFlag, parseLineRateBps, parseRate, parseShape, parseSpeed } from '#src/rate/parse.js';
import { usageError } from '../support/errors.js';
import { Random } from '../support/random.js';

const pps = (value: number): Rate => ({ unit: 'pps', value });

describe('a rate', () => {
  for (const [text, rate] of [
    ['1Mpps', pps(1e6)],
    ['500kpps', pps(5e5)],
    ['4.1Mpps', pps(4_100_000)],
    ['0.001pps', pps(0.001)],
    ['1e6pps', pps(1e6)],
    ['1.5e3 kpps', pps(1.5e6)],
    ['10 Mpps', pps(1e7)],
    ['10KPPS', pps(1e4)],
    ['2.5Gbps', { unit: 'bps', layer: 'l2', value: 2.5e9 }],
    ['2.5gbps', { unit: 'bps', layer: 'l2', value: 2.5e9 }],
    ['672.0 Mbit/s', { unit: 'bps', layer: 'l2', value: 672e6 }],
    ['2.5Gbps-l2', { unit: 'bps', layer: 'l2', value: 2.5e9 }],
    ['9.5Gbps-l1', { unit: 'bps', layer: 'l1', value: 9.5e9 }],
    ['9.5 Gbit/s L1', { unit: 'bps', layer: 'l1', value: 9.5e9 }],
    ['40%', { unit: 'percent', value: 40 }],
    ['12.5 %', { unit: 'percent', value: 12.5 }],
    ['gap 10us', { unit: 'gap', gapNs: 1e4 }],
    ['gap 67.2ns', { unit: 'gap', gapNs: 67.2 }],
    ['gap 1h', { unit: 'gap', gapNs: 3600e9 }],
  ] as const) {
    it(`${text} is read`, () => assert.deepEqual(parseRate(text), rate));
  }

  for (const [text, message] of [
    ['0pps', '0pps: a rate is from 0.001pps to 10Gpps; for less, gap 1h and the like'],
    ['-1kpps', '-1kpps: a rate is from 0.001pps'],
    ['-5%', '-5%: a rate is above 0% (from 0.000001%), up to 100%'],
    ['120%', '120%: a rate is above 0% (from 0.000001%), up to 100%'],
    ['0%', '0%: a rate is above 0%'],
    ['10 Mps', '10 Mps: Mps is no unit of a rate; did you mean 10Mpps?'],
    ['10 mps', '10 mps: mps is no unit of a rate; did you mean 10pps?'],
    ['1mpps', '1mpps: m is milli, a thousandth; did you mean 1Mpps?'],
    ['1mbps', '1mbps: m is milli, a thousandth; did you mean 1Mbps?'],
    ['100Tbps', '100Tbps: a rate is from 1bps to 10Tbps'],
    ['1GBps', '1GBps: GBps would be bytes per second; rates are in bits: Gbps'],
    ['1Bps', '1Bps: Bps would be bytes per second'],
    ['1Mpps-l1', '1Mpps-l1: Mpps-l1 is no unit of a rate; '],
    ['1000', '1000: a rate needs its unit, such as 1000pps, 1000Mbps or 40%'],
    ['1xyz', '1xyz: xyz is no unit of a rate; there are pps, bps, bps-l1'],
    ['', 'expected a rate, such as 1Mpps, 2.5Gbps, 9.5Gbps-l1, 40% or gap 10us'],
    ['gap', 'gap: expected gap TIME'],
    ['64kB/s', '64kB/s: kB/s would be bytes per second; rates are in bits: Gbps'],
    ['1 byte/s', 'byte/s would be bytes per second'],
    ['gap 200h', 'gap 200h: a time is from 1ns to a week'],
    ['gap 10', 'gap 10: a time needs its unit, such as 10ms'],
    ['gap 0us', '0us: a time is from 1ns to a week'],
    ['gap 2e3h', '2e3h: a time is from 1ns to a week'],
    ['gap 10min', '10min: expected a time with its unit (ns, us, ms, s, m, h)'],
    ['1e400pps', '1e400pps: '],
    ['Infinitypps', 'Infinitypps: expected a rate'],
  ] as const) {
    it(`'${text}' is refused: ${message}`, () => refuses(parseRate, text, message));
  }
});

describe('a shape', () => {
  for (const [text, shape] of [
    ['1Mpps', { kind: 'constant', rate: pps(1e6) }],
    ['gap 10us', { kind: 'constant', rate: { unit: 'gap', gapNs: 1e4 } }],
    ['poisson 100 kpps', { kind: 'poisson', rate: pps(1e5) }],
    ['burst 1k every 1s times 2M', { kind: 'bursts', packets: 1000, everyNs: 1e9, at: null, times: 2e6 }],
    ['burst 64 every 1ms', { kind: 'bursts', packets: 64, everyNs: 1e6, at: null, times: null }],
    [
      'burst 64 every 1 ms at 1 Mpps times 10',
      { kind: 'bursts', packets: 64, everyNs: 1e6, at: pps(1e6), times: 10 },
    ],
    ['burst 3 every 1s times 2', { kind: 'bursts', packets: 3, everyNs: 1e9, at: null, times: 2 }],
    [
      'burst 10 every 1ms at gap 100us',
      { kind: 'bursts', packets: 10, everyNs: 1e6, at: { unit: 'gap', gapNs: 1e5 }, times: null },
    ],
    ['on 100ms off 900ms 1Mpps', { kind: 'on-off', onNs: 1e8, offNs: 9e8, rate: pps(1e6) }],
    ['on 100 ms off 900 ms 1 Mpps', { kind: 'on-off', onNs: 1e8, offNs: 9e8, rate: pps(1e6) }],
    ['On 1s Off 1s gap 1ms', { kind: 'on-off', onNs: 1e9, offNs: 1e9, rate: { unit: 'gap', gapNs: 1e6 } }],
    ['ramp 1kpps to 1Mpps in 10s', { kind: 'ramp', from: pps(1e3), to: pps(1e6), timeNs: 1e10, steps: null }],
    [
      'ramp 10% to 100% in 10s steps 10',
      {
        kind: 'ramp',
        from: { unit: 'percent', value: 10 },
        to: { unit: 'percent', value: 100 },
        timeNs: 1e10,
        steps: 10,
      },
    ],
    [
      'steps 1kpps for 1s, 2kpps for 500ms,3kpps',
      {
        kind: 'steps',
        steps: [
          { rate: pps(1e3), timeNs: 1e9 },
          { rate: pps(2e3), timeNs: 5e8 },
          { rate: pps(3e3), timeNs: null },
        ],
      },
    ],
    ['steps 1kpps for 1s', { kind: 'steps', steps: [{ rate: pps(1e3), timeNs: 1e9 }] }],
    ['recorded', { kind: 'recorded', speed: 1 }],
    ['recorded 2x', { kind: 'recorded', speed: 2 }],
    ['recorded 0.5 x', { kind: 'recorded', speed: 0.5 }],
  ] as const) {
    it(`${text} is read`, () => assert.deepEqual(parseShape(text), shape));
  }

  for (const [text, message] of [
    ['0pps', '0pps: a rate is from'],
    ['poisson 0pps', 'poisson 0pps: 0pps: a rate is from'],
    ['poisson', 'poisson: expected poisson RATE'],
    [
      'burst 64 every 1ms at 10kpps',
      'burst 64 every 1ms at 10kpps: a burst of 64 frames at 10kpps takes 6.4ms, longer than its period of 1ms',
    ],
    ['burst 64 every 1ms at gap 100us', 'takes 6.4ms, longer than its period of 1ms'],
    ['burst 64', 'burst 64: expected burst N every TIME [at RATE] [times N]'],
    ['burst 0 every 1ms', '0: expected frames, a whole number from 1 to'],
    ['burst 1x every 1ms', '1x: expected frames, a whole number'],
    ['burst 1.5 every 1ms', '1.5: expected frames, a whole number'],
    ['burst 64 every 1', '1: a time needs its unit, such as 1ms'],
    ['burst 64 every 1ms times x', 'x: expected a number of bursts, a whole number'],
    ['burts 64 every 1ms', 'did you mean burst N every TIME [at RATE] [times N]?'],
    ['on 100 off 900ms 1Mpps', '100: a time needs its unit'],
    ['on 100ms off 900ms', 'expected on TIME off TIME RATE'],
    ['on 100ms off 900ms 10 Mps', '10 Mps: Mps is no unit of a rate; did you mean 10Mpps?'],
    ['ramp 1kpps to 1Mpps', 'expected ramp RATE to RATE in TIME [steps N]'],
    ['ramp 1kpps to 1Mpps in 10', '10: a time needs its unit'],
    ['ramp 1kpps to 1Mpps in 10s steps 1', '1: expected steps, a whole number from 2 to 1000'],
    ['steps 1kpps, 2kpps', '1kpps: all steps but the last need a time, such as 1kpps for 10s'],
    ['steps 1kpps for 1s,', 'a step is missing'],
    ['recorded 2', '2: expected a speed from 0.001x to 1000x, such as 2x'],
    ['fast', 'expected a rate, such as 1Mpps'],
  ] as const) {
    it(`'${text}' is refused: ${message}`, () => refuses(parseShape, text, message));
  }

  it('is the same again after being written, whatever it is', () => {
    const random = new Random(5);
    for (let i = 0; i < 20_000; i++) {
      const shape = randomShape(random);
      assert.deepEqual(parseShape(formatShape(shape)), shape, formatShape(shape));
    }
  });

  it('is written in the canonical way', () => {
    for (const [text, canonical] of [
      ['on 100 ms OFF 900000us 1000 kpps', 'on 100ms off 900ms 1Mpps'],
      ['0.5Mpps', '500kpps'],
      ['burst 64 every 0.001s', 'burst 64 every 1ms'],
      ['gap 3600s', 'gap 1h'],
      ['recorded 1x', 'recorded'],
      ['9500Mbps-L1', '9.5Gbps-l1'],
    ] as const)
      assert.equal(formatShape(parseShape(text)), canonical);
  });
});

describe('the speed of a link', () => {
  it('is read with a prefix and without a unit', () => {
    assert.equal(parseLineRateBps('10G'), 10e9);
    assert.equal(parseLineRateBps('2.5Gbps'), 2.5e9);
    assert.equal(parseLineRateBps('100 Mbit/s'), 100e6);
    assert.equal(parseLineRateBps('1000000000'), 1e9);
  });

  for (const text of ['', '10', '10Gpps', '0G', '-1G', '100T', 'fast', '40%']) {
    it(`'${text}' is refused`, () =>
      refuses(parseLineRateBps, text, `${text}: expected the speed of a link`));
  }
});

it('a speed is so many times', () => {
  assert.equal(parseSpeed('2x'), 2);
  refuses(parseSpeed, '0x', '0x: expected a speed');
});

it('for a flag its name comes first', () => {
  assert.throws(() => forFlag(parseShape)('--rate', '0pps'), usageError('--rate 0pps: a rate is from'));
});

function refuses(parse: (text: string) => unknown, text: string, message: string): void {
  assert.throws(
    () => parse(text),
    (error) => {
      assert.ok(error instanceof ValueError);
      assert.ok(error.message.includes(message), error.message);
      return true;
    },
  );
}

function randomShape(random: Random): Shape {
  const rate = () => randomRate(random);
  const time = () => randomNumber(random, 0, 13);
  switch (random.whole(0, 6)) {
    case 0:
      return { kind: 'constant', rate: rate() };
    case 1:
      return { kind: 'poisson', rate: rate() };
    case 2: {
      const times = random.whole(0, 1) === 0 ? null : random.whole(1, 1e6);
      const at = random.whole(0, 1) === 0 ? null : ({ unit: 'percent', value: 50 } as const);
      return { kind: 'bursts', packets: random.whole(1, 1e6), everyNs: time(), at, times };
    }
    case 3:
      return { kind: 'on-off', onNs: time(), offNs: time(), rate: rate() };
    case 4: {
      const steps = random.whole(0, 1) === 0 ? null : random.whole(2, 1000);
      return { kind: 'ramp', from: rate(), to: rate(), timeNs: time(), steps };
    }
    case 5: {
      const first = Array.from({ length: random.whole(0, 3) }, () => ({ rate: rate(), timeNs: time() }));
      const last = { rate: rate(), timeNs: random.whole(0, 1) === 0 ? null : time() };
      return { kind: 'steps', steps: [...first, last] };
    }
    default:
      return { kind: 'recorded', speed: randomNumber(random, -3, 2) };
  }
}

function randomRate(random: Random): Rate {
  switch (random.whole(0, 3)) {
    case 0:
      return pps(randomNumber(random, -3, 9));
    case 1:
      return {
        unit: 'bps',
        layer: random.whole(0, 1) === 0 ? 'l1' : 'l2',
        value: randomNumber(random, 0, 12),
      };
    case 2:
      return { unit: 'percent', value: randomNumber(random, -6, 1) };
    default:
      return { unit: 'gap', gapNs: randomNumber(random, 0, 13) };
  }
}

/** With up to 16 digits, between these powers of ten. */
function randomNumber(random: Random, leastPower: number, mostPower: number): number {
  const digits = random.whole(1, 10 ** random.whole(0, 15));
  const mantissa = Number(digits.toExponential().split('e')[0]);
  return Number(`${mantissa}e${random.whole(leastPower, mostPower)}`);
}

it('a rate is the same again after being written', () => {
  const random = new Random(6);
  for (let i = 0; i < 20_000; i++) {
    const rate = randomRate(random);
    assert.deepEqual(parseRate(formatRate(rate)), rate, formatRate(rate));
  }
});
