import type { Shape } from '../model/timing.js';
import type { NativeLane, NativeSegment } from '../native/index.js';
import type { ResolvedShape } from './resolve.js';

/** What a shape says of a lane: when its frames leave, from its start on. */
export type LaneTimes = Pick<
  NativeLane,
  'segments' | 'repeatFrom' | 'repeats' | 'poissonSeed' | 'times' | 'lapNs'
>;

export type Computed = Exclude<ResolvedShape, { kind: 'recorded' }>;

/** Nothing is sent any more, some time. Recorded times begin again. */
export function shapeEnds(shape: Shape | ResolvedShape): boolean {
  if (shape.kind === 'bursts') return shape.times !== null;
  return shape.kind === 'steps' && shape.steps.every(({ timeNs }) => timeNs !== null);
}

/** Of any shape but recorded times. `seed`: of Poisson's gaps. */
export function laneTimes(shape: Computed, seed: bigint): LaneTimes {
  switch (shape.kind) {
    case 'constant':
      return once([forEver(shape.rate)]);
    case 'poisson':
      return { ...once([forEver(shape.rate)]), poissonSeed: seed };
    case 'bursts':
      return again(burst(shape), shape.times ?? Number.POSITIVE_INFINITY);
    case 'on-off':
      return again([lasting(shape.onNs, shape.rate), silence(shape.offNs)], Number.POSITIVE_INFINITY);
    case 'ramp':
      return once([...ramp(shape), forEver(shape.to)]);
    case 'steps':
      return once(
        shape.steps.map(({ rate, timeNs }) => (timeNs === null ? forEver(rate) : lasting(timeNs, rate))),
      );
  }
}

function once(segments: NativeSegment[]): LaneTimes {
  return { segments, repeatFrom: segments.length, repeats: 1, poissonSeed: null, times: null, lapNs: 0 };
}

function again(segments: NativeSegment[], repeats: number): LaneTimes {
  return { segments, repeatFrom: 0, repeats, poissonSeed: null, times: null, lapNs: 0 };
}

function forEver(pps: number): NativeSegment {
  return {
    durationNs: Number.POSITIVE_INFINITY,
    packets: Number.POSITIVE_INFINITY,
    fromPps: pps,
    toPps: pps,
  };
}

function lasting(durationNs: number, fromPps: number, toPps = fromPps): NativeSegment {
  return { durationNs, packets: ((fromPps + toPps) / 2) * (durationNs / 1e9), fromPps, toPps };
}

function silence(durationNs: number): NativeSegment {
  return { durationNs, packets: 0, fromPps: 0, toPps: 0 };
}

/** Its period is whole, also that of the last one. */
function burst({ packets, everyNs, at }: Extract<ResolvedShape, { kind: 'bursts' }>): NativeSegment[] {
  const durationNs = at === null ? 0 : Math.min(everyNs, (packets / at) * 1e9);
  const frames = { durationNs, packets, fromPps: at ?? 0, toPps: at ?? 0 };
  return durationNs < everyNs ? [frames, silence(everyNs - durationNs)] : [frames];
}

/** In steps, the first of them is `from` and the last one `to`. */
function ramp({ from, to, timeNs, steps }: Extract<ResolvedShape, { kind: 'ramp' }>): NativeSegment[] {
  if (steps === null) return [lasting(timeNs, from, to)];
  const rateOf = (step: number) => from + ((to - from) * step) / (steps - 1);
  return Array.from({ length: steps }, (_, step) => lasting(timeNs / steps, rateOf(step)));
}
