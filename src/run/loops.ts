import type { FrameProgram } from '../compile/program.js';
import { UsageError } from '../errors.js';
import type { TrafficModel } from '../model/traffic.js';
import { formatCount } from '../units.js';

/** A capture is all that is sent. */
export function isReplay({ streams }: TrafficModel): boolean {
  return streams.length === 1 && streams[0]?.capture !== undefined;
}

export interface Loops {
  readonly loops: number | null;
  /** Frames of all loops. */
  readonly countPackets: number | null;
  readonly notes: readonly string[];
}

/** @throws UsageError */
export function resolveLoops(
  { loops, countPackets }: { readonly loops?: number; readonly countPackets?: number },
  traffic: TrafficModel,
  program: FrameProgram,
): Loops {
  if (loops === undefined) return { loops: null, countPackets: null, notes: [] };
  const capture = program.captures?.[0];
  if (!capture || !isReplay(traffic))
    throw new UsageError('--loop: expected traffic of one capture file and nothing else');
  if (countPackets !== undefined)
    throw new UsageError('--loop and --count exclude each other: each says how many frames');
  const most = Math.floor(Number.MAX_SAFE_INTEGER / capture.frames);
  const { uniqueLoops } = capture;
  const note = `only ${formatCount(uniqueLoops ?? 0)} loops differ from each other; then the addresses begin again`;
  return {
    loops,
    countPackets: requireWhole('--loop', loops, 1, most) * capture.frames,
    notes: uniqueLoops !== null && loops > uniqueLoops ? [note] : [],
  };
}

/** Each worker sends its share of the frames in their order, but at its own pace. */
export function noteOrder(traffic: TrafficModel, workers: readonly unknown[]): string[] {
  if (workers.length < 2 || !isReplay(traffic)) return [];
  return [
    `${workers.length} workers share the frames: the order of the file is kept by each, not by all together`,
  ];
}

export function requireWhole(flag: string, value: number, minimum: number, maximum: number): number {
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return value;
  throw new UsageError(`${flag} ${value}: expected a whole number from ${minimum} to ${maximum}`);
}
