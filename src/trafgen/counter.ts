import type { Patch, Variation } from '../model/traffic.js';

/** How a value goes on. All walks here add in a finite ring, so that each comes back to its first value. */
interface Walk {
  readonly first: number;
  readonly next: (value: number) => number;
}

/** Longer walks that are no plain count are not listed. */
export const LONGEST_LIST = 65_536;

/** A walk as a patch can have it: one value, a count from one end to the other, or all values in a list. */
function cycle({ first, next }: Walk): Patch['value'] {
  const values = [first];
  for (let value = next(first); value !== first; value = next(value)) values.push(value);
  return asCount(values) ?? { vary: 'list', values };
}

function asCount(values: readonly number[]): number | Variation | undefined {
  const [from = 0, second] = values;
  if (second === undefined) return from;
  const step = second - from;
  const isCount = step > 0 && values.every((value, index) => value === from + index * step);
  return isCount ? increment(from, from + (values.length - 1) * step, step) : undefined;
}

function increment(from: number, to: number, step: number): Variation {
  return step === 1 ? { vary: 'increment', from, to } : { vary: 'increment', from, to, step };
}

/** The byte counters dinc() and ddec(): the first frame is one step further than the value they begin with. */
export function byteWalk(min: number, max: number, step: number): Patch['value'] {
  const range = max - min + 1;
  const next = (value: number) => min + ((((value - min + step) % range) + range) % range);
  return cycle({ first: next(step > 0 ? min : max), next });
}

/**
 * dinc(min, max, step) on a field: beyond the end it goes on with the remainder, and never below the lowest value.
 * Undefined where that leads through more values than are listed.
 */
export function fieldWalk(min: number, max: number, step: number): Patch['value'] | undefined {
  if (step === 0) return min;
  const next = (value: number) => Math.max((value + step) % (max + 1), min);
  const last = max - ((max - min) % step);
  if (next(last) === min) return last === min ? min : increment(min, last, step);
  return max < LONGEST_LIST ? cycle({ first: min, next }) : undefined;
}

/** dinc(step) on a field: from the value that it has, through all that fit. */
export function openWalk(first: number, bits: number, step: number): Patch['value'] {
  const size = 2 ** bits;
  if (first === 0 && Number.isInteger(size / step))
    return size === step ? 0 : increment(0, size - step, step);
  if (size <= LONGEST_LIST) return cycle({ first, next: (value) => (value + step) % size });
  // Nobody sees the difference before the value has gone once through all that it can be.
  return first + step < size ? increment(first, size - 1, step) : first;
}
