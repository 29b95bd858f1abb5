import { isDeepStrictEqual } from 'node:util';
import type { Rate } from '../model/timing.js';
import type { RunOptions, RunPlan } from './plan.js';
import { speedFor } from './steering.js';

/** A rate that somebody set while runs went on; null for none. */
export type LiveRate = Rate | 'top speed' | null;

/** @throws UsageError where a run of this plan cannot have that rate. */
export function requirePossible(plan: RunPlan, rate: LiveRate): void {
  if (rate !== null && rate !== 'top speed') speedFor(plan, rate);
}

/** A rate that was set in between means the same with both. */
export function hasSameTimes(a: RunOptions, b: RunOptions): boolean {
  const isSameShape = isDeepStrictEqual(a.shape, b.shape) && (a.topSpeed ?? false) === (b.topSpeed ?? false);
  return isSameShape && hasSameStreams(a, b);
}

/** The one has all streams of the other: some may be left out, or come back. */
export function hasSameStreams({ traffic: a }: RunOptions, { traffic: b }: RunOptions): boolean {
  if (!a || !b) return a === b;
  const [few, many] = a.streams.length < b.streams.length ? [a.streams, b.streams] : [b.streams, a.streams];
  const all = new Set(many);
  return few.every((stream) => all.has(stream));
}
