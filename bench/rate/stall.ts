// What left after a sender was held up, by times of arrival. Pure: no clock, no file.

/** As long as the times in which what left is counted. */
const BUCKET_NS = 1e7;
/** Who is no later than this is back on schedule: what pktgen calls late, too. */
const ON_TIME_NS = 1e6;

export interface StallFigures {
  /** The longest time without a frame. */
  readonly stallNs: number;
  /** Frames in the first 10 ms after it, over what was asked of 10 ms. */
  readonly first: number;
  /** The same, of whichever 10 ms after it had most frames. */
  readonly most: number;
  /** From its end until a frame is at most 1 ms later than the schedule of the first frame has it; NaN for never. */
  readonly backNs: number;
  /** How late the last frame is by that schedule. */
  readonly lastLateNs: number;
}

/** `timesNs` ascending, of frames that were to leave `gapNs` after one another, with one stall among them. */
export function stallFigures(timesNs: Float64Array, gapNs: number): StallFigures {
  const resumed = firstAfterLongestGap(timesNs);
  const startNs = timesNs[resumed] ?? Number.NaN;
  const lateNs = (i: number) => (timesNs[i] ?? Number.NaN) - (timesNs[0] ?? 0) - i * gapNs;
  const after = timesNs.subarray(resumed);
  const back = after.findIndex((_, i) => lateNs(resumed + i) <= ON_TIME_NS);
  const perBucket = BUCKET_NS / gapNs;
  return {
    stallNs: startNs - (timesNs[resumed - 1] ?? Number.NaN),
    first: countFrom(after, 0) / perBucket,
    most: mostInBucket(after) / perBucket,
    backNs: back < 0 ? Number.NaN : (after[back] ?? Number.NaN) - startNs,
    lastLateNs: lateNs(timesNs.length - 1),
  };
}

function firstAfterLongestGap(timesNs: Float64Array): number {
  let longest = 1;
  const gapBefore = (i: number) => (timesNs[i] ?? 0) - (timesNs[i - 1] ?? 0);
  for (let i = 1; i < timesNs.length; i++) if (gapBefore(i) > gapBefore(longest)) longest = i;
  return longest;
}

/** Of all spans that begin with a frame. */
function mostInBucket(timesNs: Float64Array): number {
  let most = 0;
  for (let first = 0, end = 0; first < timesNs.length; first++) {
    end = endOfBucket(timesNs, first, end);
    most = Math.max(most, end - first);
  }
  return most;
}

function countFrom(timesNs: Float64Array, first: number): number {
  return endOfBucket(timesNs, first, first) - first;
}

/** The first frame that is not in the bucket that begins with frame `first`; it is not before `from`. */
function endOfBucket(timesNs: Float64Array, first: number, from: number): number {
  const limitNs = (timesNs[first] ?? 0) + BUCKET_NS;
  let end = from;
  while (end < timesNs.length && (timesNs[end] ?? 0) < limitNs) end++;
  return end;
}
