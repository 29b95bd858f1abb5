import { LONGEST_PERIOD } from '../compile/mix.js';
import { readDecimal } from './decimal.js';

/** An exact fraction: positive, not necessarily reduced. */
export interface Ratio {
  readonly over: bigint;
  readonly under: bigint;
}

export interface Weights {
  readonly weights: readonly number[];
  /** False where the period would be longer than LONGEST_PERIOD, and the nearest weights within it were taken. */
  readonly exact: boolean;
}

/** 7, "7", "0.5" or "60 %" → an exact fraction; undefined for anything else, and for what is not above 0. */
export function readShare(value: unknown): Ratio | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return undefined;
  return readDecimal(text.replace(/\s*%$/, ''));
}

/** Thousands of mean sizes without a common factor: exact weights are out of reach, and looking for them takes minutes. */
const LARGEST_REDUCED = 1n << 512n;

/** The smallest whole numbers in the same proportions. */
export function wholeWeights(shares: readonly Ratio[]): Weights {
  const common = shares.reduce((product, { under }) => leastCommonMultiple(product, under), 1n);
  const scaled = shares.map(({ over, under }) => over * (common / under));
  const divisor = common < LARGEST_REDUCED ? scaled.reduce(greatestCommonDivisor, 0n) : 1n;
  const reduced = scaled.map((weight) => weight / divisor);
  const sum = reduced.reduce((total, weight) => total + weight, 0n);
  if (sum <= BigInt(LONGEST_PERIOD)) return { weights: reduced.map(Number), exact: true };
  return { weights: nearestWeights(reduced), exact: false };
}

/** LONGEST_PERIOD frames: one for each share that is worth less, the others by the largest remainders. */
function nearestWeights(exact: readonly bigint[]): number[] {
  const { large, period, sum } = withoutTiny(exact);
  const weights = exact.map((weight, i) => (large.has(i) ? Number((weight * period) / sum) : 1));
  const left = LONGEST_PERIOD - weights.reduce((total, weight) => total + weight, 0);
  const remainder = (i: number) => ((exact[i] ?? 0n) * period) % sum;
  const byRemainder = [...large].map((i) => ({ i, rest: remainder(i) }));
  byRemainder.sort((a, b) => (a.rest === b.rest ? a.i - b.i : a.rest < b.rest ? 1 : -1));
  for (const { i } of byRemainder.slice(0, left)) weights[i] = (weights[i] ?? 0) + 1;
  return weights;
}

/** Those that are worth a frame of what the others leave them. */
function withoutTiny(exact: readonly bigint[]): { large: Set<number>; period: bigint; sum: bigint } {
  const large = new Set(exact.keys());
  for (;;) {
    const period = BigInt(LONGEST_PERIOD - (exact.length - large.size));
    const sum = [...large].reduce((total, i) => total + (exact[i] ?? 0n), 0n);
    const tiny = [...large].filter((i) => (exact[i] ?? 0n) * period < sum);
    if (tiny.length === 0) return { large, period, sum };
    for (const i of tiny) large.delete(i);
  }
}

export function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [greater, smaller] = [a, b];
  while (smaller > 0n) [greater, smaller] = [smaller, greater % smaller];
  return greater;
}

function leastCommonMultiple(a: bigint, b: bigint): bigint {
  return (a / greatestCommonDivisor(a, b)) * b;
}
