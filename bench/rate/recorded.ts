// Times of a capture, and how well a replay kept them. Pure: no clock, no file.
import { gapsOf, percentile } from './gaps.js';

/** Numerical Recipes' "quick and dirty" generator: the same capture for everybody. */
const MULTIPLIER = 1664525;
const INCREMENT = 1013904223;
const MODULUS = 2 ** 32;

/** Times from 0 on until `lengthNs` is reached; gaps spread evenly over the orders of magnitude between the two. */
export function spreadTimes(lengthNs: number, shortestNs: number, longestNs: number): Float64Array {
  const times: number[] = [0];
  let state = 1;
  for (let at = 0; at < lengthNs; times.push(at)) {
    state = (state * MULTIPLIER + INCREMENT) % MODULUS;
    at += Math.round(shortestNs * (longestNs / shortestNs) ** (state / MODULUS));
  }
  return Float64Array.from(times);
}

/** `speed` times as fast, `loops` times, with `jointNs` between the last frame of a lap and the first of the next. */
export function lapsOf(timesNs: Float64Array, loops: number, speed: number, jointNs: number): Float64Array {
  const lapNs = (timesNs.at(-1) ?? 0) / speed + jointNs;
  const laps = Array.from({ length: loops }, (_, lap) => timesNs.map((time) => time / speed + lap * lapNs));
  return Float64Array.from(laps.flatMap((lap) => [...lap]));
}

export interface ReplayFigures {
  /** How far gaps are from what they should be, in ns, whichever way. */
  readonly p50Ns: number;
  readonly p99Ns: number;
  /** How much longer than it should be the time from the first frame to the last is, over that time. */
  readonly durationError: number;
  /** How far the gap between two laps is from what it should be, whichever way; of several, the farthest. NaN for one lap. */
  readonly jointNs: number;
}

/** @throws Error: there are not as many arrivals as frames to be sent. */
export function replayFigures(
  arrivedNs: Float64Array,
  expectedNs: Float64Array,
  framesPerLap: number,
): ReplayFigures {
  if (arrivedNs.length !== expectedNs.length)
    throw new Error(`${arrivedNs.length} frames arrived, not ${expectedNs.length}`);
  const expected = gapsOf(expectedNs);
  const errors = gapsOf(arrivedNs).map((gap, i) => Math.abs(gap - (expected[i] ?? 0)));
  const isJoint = (i: number) => (i + 1) % framesPerLap === 0;
  const within = errors.filter((_, i) => !isJoint(i)).sort();
  const joints = errors.filter((_, i) => isJoint(i));
  const spanOf = (times: Float64Array) => (times.at(-1) ?? 0) - (times[0] ?? 0);
  return {
    p50Ns: percentile(within, 0.5),
    p99Ns: percentile(within, 0.99),
    durationError: (spanOf(arrivedNs) - spanOf(expectedNs)) / spanOf(expectedNs),
    jointNs: joints.length > 0 ? Math.max(...joints) : Number.NaN,
  };
}
