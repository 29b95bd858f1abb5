import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireRate, requireShape } from '#src/rate/check.js';
import { parseShape } from '#src/rate/parse.js';
import { usageError } from '../support/errors.js';

const RATE = { unit: 'pps', value: 1000 };

test('a rate of a caller is a rate', () => {
  for (const rate of [RATE, { unit: 'bps', layer: 'l1', value: 5 }, { unit: 'gap', gapNs: 3600e9 }])
    assert.deepEqual(requireRate(rate), rate);
  for (const [rate, ...says] of [
    [undefined, 'rate undefined: expected packets per second, or a rate such as'],
    [null, 'rate null: expected packets'],
    ['1kpps', 'rate "1kpps": expected packets'],
    [{ unit: 'foo', value: 1 }, 'rate {"unit":"foo","value":1}: expected'],
    [{ unit: 'pps' }, 'rate {"unit":"pps"}: expected'],
    [{ unit: 'toString', value: 1 }, 'expected packets'],
    [{ unit: 'bps', value: 1e6 }, 'expected packets'],
    [{ unit: 'pps', value: -1 }, 'rate -1: a rate is from 0.001pps to 10Gpps'],
    [{ unit: 'pps', value: 0.0005 }, 'a rate is from 0.001pps'],
    [{ unit: 'percent', value: 101 }, 'rate 101%: a rate is above 0%'],
    [{ unit: 'gap', gapNs: Number.NaN }, 'rate NaN: a gap is from 1ns'],
  ] as const)
    assert.throws(() => requireRate(rate), usageError(...says));
});

test('a shape of a caller is a shape', () => {
  for (const text of ['1kpps', 'poisson 1pps', 'burst 3 every 1ms', 'on 1s off 1s 5pps', 'recorded 2x'])
    assert.deepEqual(requireShape('--rate', parseShape(text)), parseShape(text));
  const last = [{ rate: RATE, timeNs: null }];
  for (const [shape, ...says] of [
    ['1kpps', `--rate "1kpps": expected a shape, such as parseShape('1kpps') makes`],
    [null, '--rate null: expected a shape'],
    [{ kind: 'foo' }, '--rate {"kind":"foo"}: expected a shape'],
    [{ kind: 'constructor' }, 'expected a shape'],
    [{ kind: 'constant', rate: 1000 }, '--rate 1000: expected packets per second, or a rate'],
    [{ kind: 'constant', rate: { unit: 'pps', value: -1000 } }, '--rate -1000: a rate is from'],
    [{ kind: 'on-off', onNs: -1, offNs: 1, rate: RATE }, '--rate onNs -1: expected a number above 0'],
    [{ kind: 'bursts', packets: 1.5, everyNs: 1e6, at: null, times: null }, '1.5: expected frames, a whole'],
    [{ kind: 'bursts', packets: 1, everyNs: 1e6, at: null }, '--rate times undefined: expected a number'],
    [{ kind: 'steps', steps: [] }, '--rate steps []: expected a list of steps'],
    [{ kind: 'steps', steps: 'x' }, '--rate steps "x": expected a list of steps'],
    [{ kind: 'steps', steps: [...last, ...last] }, 'all steps but the last need a time'],
    [{ kind: 'recorded', speed: 1e9 }, 'expected a speed from 0.001x to 1000x'],
  ] as const)
    assert.throws(() => requireShape('--rate', shape), usageError(...says));
});
