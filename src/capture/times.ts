import { formatCount } from '../units.js';
import { nameFrames } from './read.js';

/** When the frames of a capture are due in a lap. */
export interface FrameTimes {
  /** After the first frame; never decreasing. */
  readonly timesNs: Float64Array;
  /** From the first frame of a lap to the first of the next; 0 where the stamps tell nothing. */
  readonly lapNs: number;
  /** Numbers of the frames whose stamp goes back. */
  readonly earlier: readonly number[];
}

/**
 * Stamps since 1970 as times within a lap. A stamp that goes back (the clock was set, or several queues were captured
 * together) is held at the highest so far. A lap has one mean gap more than there is between its first frame and its
 * last: so n laps of m frames take as long as n × m frames of the same mean rate, and laps do not run into each other.
 */
export function frameTimes(stampsNs: BigUint64Array): FrameTimes {
  const first = stampsNs[0] ?? 0n;
  const earlier: number[] = [];
  let highest = first;
  const timesNs = Float64Array.from(stampsNs, (stamp, i) => {
    if (stamp < highest) earlier.push(i);
    else highest = stamp;
    return Number(highest - first);
  });
  const last = timesNs.at(-1) ?? 0;
  return { timesNs, lapNs: last === 0 ? 0 : last + last / (timesNs.length - 1), earlier };
}

/** `positions`: of the frames in their file. */
export function notesOnTimes(
  file: string,
  positions: Uint32Array,
  { lapNs, earlier, timesNs }: FrameTimes,
): string[] {
  const [frames, are] = earlier.length === 1 ? ['frame', 'is'] : ['frames', 'are'];
  const named = nameFrames(earlier.map((i) => positions[i] ?? 0));
  const back = `${formatCount(earlier.length)} ${frames} of ${file} ${are} stamped earlier than the one before`;
  if (lapNs > 0) return earlier.length === 0 ? [] : [`${back}: sent right after it: ${named}`];
  if (earlier.length > 0) {
    return [`${back} (${named}) and none later, so that there are no gaps to keep: sent at top speed`];
  }
  const why = timesNs.length === 1 ? 'a single frame' : 'frames of one and the same time';
  return [`${file} has ${why}, so that there are no gaps to keep: sent at top speed`];
}
