import { ValueError } from '../compile/problems.js';
import { MAX_DURATION_NS } from '../units.js';

const NUMBER = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:e([+-]?\d{1,2}))?\s*(.*)$/i;

/** A number and what stands behind it. */
export interface Quantity {
  /** Its value after a decimal shift: 4.1 by 6 is 4100000, without the noise of a multiplication. */
  readonly times10: (power: number) => number;
  readonly written: string;
  readonly unit: string;
}

/** "10 Mpps" → 10 and "Mpps"; undefined where no number comes first. */
export function readQuantity(text: string): Quantity | undefined {
  const match = NUMBER.exec(text);
  if (!match) return undefined;
  const [, mantissa = '', exponent = '0', unit = ''] = match;
  return {
    times10: (power) => Number(`${mantissa}e${Number(exponent) + power}`),
    written: text.slice(0, text.length - unit.length).trim(),
    unit: unit.trim(),
  };
}

const POWER_OF_UNIT: Readonly<Record<string, number>> = { ns: 0, us: 3, µs: 3, ms: 6, s: 9 };
const NS_PER_LONG_UNIT: Readonly<Record<string, number>> = { m: 60e9, h: 3600e9 };

/** "10us" → nanoseconds, not always whole; from 1 ns to a week. @throws ValueError */
export function parseTimeNs(text: string): number {
  const quantity = readQuantity(text);
  const ns = quantity && inNs(quantity);
  if (quantity && quantity.unit === '') {
    throw new ValueError(`${text}: a time needs its unit, such as ${quantity.written}ms`);
  }
  if (ns === undefined) {
    throw new ValueError(`${text}: expected a time with its unit (ns, us, ms, s, m, h), such as 10ms`);
  }
  if (!(ns >= 1 && ns <= MAX_DURATION_NS)) throw new ValueError(`${text}: a time is from 1ns to a week`);
  return ns;
}

function inNs({ times10, unit }: Quantity): number | undefined {
  const power = POWER_OF_UNIT[unit];
  if (power !== undefined) return times10(power);
  const nsPerUnit = NS_PER_LONG_UNIT[unit];
  return nsPerUnit === undefined ? undefined : Math.round(times10(0) * nsPerUnit);
}

/** As parseTimeNs() reads it: the same number again. */
export function formatTimeNs(ns: number): string {
  for (const unit of ['h', 'm']) {
    const count = ns / (NS_PER_LONG_UNIT[unit] ?? Number.NaN);
    if (Number.isInteger(count)) return `${count}${unit}`;
  }
  const unit = ['s', 'ms', 'us'].find((name) => ns >= 10 ** (POWER_OF_UNIT[name] ?? 0)) ?? 'ns';
  return `${formatDecimal(ns, POWER_OF_UNIT[unit] ?? 0)}${unit}`;
}

/** value / 10^power with all its digits and without an exponent: 4100000 by 6 is "4.1". Value above 0. */
export function formatDecimal(value: number, power: number): string {
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const point = 1 + Number(exponent) - power;
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return digits + '0'.repeat(point - digits.length);
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}

const POWER_OF_COUNT: Readonly<Record<string, number>> = { '': 0, k: 3, M: 6, G: 9 };

/** "64" → 64, "5k" → 5000. `what` it is, for the message. @throws ValueError */
export function parseWhole(what: string, text: string, minimum: number, maximum: number): number {
  const value = readQuantity(text);
  const number = value?.times10(POWER_OF_COUNT[value.unit] ?? Number.NaN) ?? Number.NaN;
  if (Number.isInteger(number) && number >= minimum && number <= maximum) return number;
  throw new ValueError(`${text}: expected ${what}, a whole number from ${minimum} to ${maximum}`);
}
