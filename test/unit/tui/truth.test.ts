import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Comparison, judgeDevice, judgeFarEnd, lagSeconds, toleratedOf } from '#src/tui/truth.js';
import { plan } from '../support/samples.js';
import { labPlan } from '../support/screens.js';

const SENT = 1_000_000;
const comparison = (changes: Partial<Comparison>): Comparison => ({
  sent: SENT,
  counted: SENT,
  onTheWay: 0,
  tolerated: 0,
  gone: false,
  dropped: 0,
  ...changes,
});

const DEVICE: readonly [Partial<Comparison>, text: string, style: string][] = [
  [{}, 'agrees exactly', 'good'],
  [{ counted: SENT - 1 }, 'DISAGREES by 1', 'bad'],
  [{ counted: SENT + 1 }, 'DISAGREES by 1', 'bad'],
  [{ counted: SENT - 2000, onTheWay: 2000 }, '2,000 on their way', 'plain'],
  [{ counted: SENT + 2000, onTheWay: 2000 }, '2,000 being sent', 'plain'],
  [{ counted: SENT - 2000, onTheWay: 2000, dropped: 1500 }, '1,500 dropped', 'bad'],
  [{ dropped: 1500 }, 'agrees exactly', 'good'],
  [{ counted: SENT - 2001, onTheWay: 2000 }, 'DISAGREES by 2,001', 'bad'],
  [{ counted: SENT + 100, tolerated: 100 }, 'agrees within 0.01 %', 'good'],
  [{ counted: SENT + 101, tolerated: 100 }, 'DISAGREES by 101', 'bad'],
  [{ counted: SENT - 5, gone: true }, 'gone since', 'warn'],
  [{ counted: Number.NaN }, 'not comparable', 'warn'],
  [{ sent: 0, counted: 0 }, 'agrees exactly', 'good'],
];

for (const [given, text, style] of DEVICE) {
  test(`a device with ${JSON.stringify(given)}: ${text}`, () => {
    assert.deepEqual(judgeDevice(comparison(given)), { text, style });
  });
}

const FAR_END: readonly [Partial<Comparison>, text: string, style: string][] = [
  [{}, 'all arrived', 'good'],
  [{ counted: SENT - 300, onTheWay: 300 }, '300 on their way', 'plain'],
  [{ counted: SENT - 301, onTheWay: 300 }, '301 missing, loss 0.0301 %', 'bad'],
  [{ counted: SENT + 64, onTheWay: 300 }, '64 being sent', 'plain'],
  [{ counted: SENT + 7 }, '7 more than sent', 'bad'],
  [{ counted: 0 }, '1,000,000 missing, loss 100 %', 'bad'],
  [{ counted: 5, gone: true }, 'gone since', 'warn'],
  [{ counted: Number.POSITIVE_INFINITY }, 'not comparable', 'warn'],
];

for (const [given, text, style] of FAR_END) {
  test(`a far end with ${JSON.stringify(given)}: ${text}`, () => {
    assert.deepEqual(judgeFarEnd(comparison(given)), { text, style });
  });
}

test('a driver that reports once a second is given the time for it, a veth is not', () => {
  assert.equal(lagSeconds('veth'), 0.02);
  assert.equal(lagSeconds('ixgbe'), 2.2);
  assert.equal(lagSeconds(null), 2.2);
});

test('others send on an interface, nobody in a lab', () => {
  assert.equal(toleratedOf(plan(), SENT), 100);
  assert.equal(toleratedOf(labPlan(), SENT), 0);
});
