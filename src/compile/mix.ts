import type { Order, TrafficModel } from '../model/traffic.js';
import { ValueError } from './problems.js';

/** Longer periods would not stay in a cache, nor in a reader's head. */
export const LONGEST_PERIOD = 1_048_576;

/** One period of the streams that are not in `alone`, by their numbers; empty where all are. Throws ValueError. */
export function mixOf({ streams, order }: TrafficModel, alone: Uint32Array): Uint32Array {
  const apart = new Set(alone);
  const numbers = [...streams.keys()].filter((i) => !apart.has(i));
  if (numbers.length === 0) return new Uint32Array(0);
  const weights = numbers.map((i) => streams[i]?.weight ?? 1);
  return periodOf(weights, order).map((position) => numbers[position] ?? 0);
}

/**
 * One period of a mix: each number i comes weights[i] times. Smooth: spread as evenly as whole frames allow, by sorting
 * the moments (k + ½) / weight; 7:4:1 never sends more than two of the first in a row. Random draws come from the same
 * period. Throws ValueError when it would be too long.
 */
export function periodOf(weights: readonly number[], order: Order): Uint32Array {
  const divisor = weights.reduce(greatestCommonDivisor, 0);
  const counts = weights.map((weight) => weight / divisor);
  const length = counts.reduce((sum, count) => sum + count, 0);
  if (length > LONGEST_PERIOD) {
    throw new ValueError(
      `shares that only come out even after ${length} frames; the most is ${LONGEST_PERIOD}: choose rounder ones`,
    );
  }
  const numbers = Uint32Array.from(counts.flatMap((count, i) => Array<number>(count).fill(i)));
  if (order !== 'smooth' || counts.every((count) => count === 1)) return numbers;
  const moments = Float64Array.from(
    counts.flatMap((count) => Array.from({ length: count }, (_, k) => (k + 0.5) / count)),
  );
  const positions = Uint32Array.from(numbers.keys()).sort(
    (a, b) => (moments[a] ?? 0) - (moments[b] ?? 0) || a - b,
  );
  return positions.map((position) => numbers[position] ?? 0);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
