import type { Timing } from '../model/timing.js';
import { formatCount } from '../units.js';
import { formatShape, formatTimeNs } from './format.js';

/**
 * "gap 20ms, from 2s on, for 3m, then bye": what a stream says about its own time; empty where it says nothing.
 * `after`: the stream that starts it.
 */
export function describeTiming(timing: Timing = {}, after?: string): string {
  const { shape, startNs = 0, durationNs, bytes, then } = timing;
  const parts = [
    shape && formatShape(shape),
    startOf(startNs, after),
    durationNs !== undefined && `for ${formatTimeNs(durationNs)}`,
    bytes !== undefined && `at most ${formatCount(bytes)} bytes`,
    then !== undefined && `then ${then}`,
  ];
  return parts.filter((part) => typeof part === 'string').join(', ');
}

function startOf(startNs: number, after: string | undefined): string | undefined {
  if (after === undefined) return startNs > 0 ? `from ${formatTimeNs(startNs)} on` : undefined;
  return startNs > 0 ? `${formatTimeNs(startNs)} after ${after}` : `after ${after}`;
}
