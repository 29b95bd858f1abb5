// From times of arrival to what can be said about gaps. Pure: no clock, no file.

/** A gap that is no longer than this was not waited for: a system call that sends one frame takes 2 µs or more. */
const BACK_TO_BACK_NS = 3000;
const NS_PER_SECOND = 1e9;

export interface GapFigures {
  readonly frames: number;
  /** Frames but one, over the time from the first to the last. */
  readonly pps: number;
  /** Shares of all gaps, 0 to 1: so close to the gap that was asked. */
  readonly within1us: number;
  readonly within10us: number;
  readonly within100us: number;
  /** Share of all gaps, 0 to 1; NaN where such a gap was asked. */
  readonly backToBack: number;
  /** How far gaps are from the one that was asked, in ns, whichever way. */
  readonly p50Ns: number;
  readonly p99Ns: number;
  readonly p999Ns: number;
}

/** `timesNs` ascending, of frames that were to leave `askedGapNs` after one another. */
export function gapFigures(timesNs: Float64Array, askedGapNs: number): GapFigures {
  const gaps = gapsOf(timesNs);
  const errors = gaps.map((gap) => Math.abs(gap - askedGapNs)).sort();
  return {
    frames: timesNs.length,
    pps: meanPps(timesNs),
    within1us: shareUpTo(errors, 1e3),
    within10us: shareUpTo(errors, 1e4),
    within100us: shareUpTo(errors, 1e5),
    backToBack: askedGapNs > BACK_TO_BACK_NS ? shareUpTo(gaps.sort(), BACK_TO_BACK_NS) : Number.NaN,
    p50Ns: percentile(errors, 0.5),
    p99Ns: percentile(errors, 0.99),
    p999Ns: percentile(errors, 0.999),
  };
}

/** One less than there are times. */
export function gapsOf(timesNs: Float64Array): Float64Array {
  const gaps = new Float64Array(Math.max(0, timesNs.length - 1));
  for (let i = 0; i < gaps.length; i++) gaps[i] = (timesNs[i + 1] ?? 0) - (timesNs[i] ?? 0);
  return gaps;
}

/** NaN of fewer than two frames. */
export function meanPps(timesNs: Float64Array): number {
  const spanNs = (timesNs.at(-1) ?? Number.NaN) - (timesNs[0] ?? Number.NaN);
  return spanNs > 0 ? ((timesNs.length - 1) / spanNs) * NS_PER_SECOND : Number.NaN;
}

/** The smallest value that at least this share of all does not exceed (nearest rank); NaN of none. */
export function percentile(ascending: Float64Array, share: number): number {
  const rank = Math.ceil(share * ascending.length);
  return ascending[Math.max(0, rank - 1)] ?? Number.NaN;
}

/** Which share of the values is at most `limit`; NaN of none. */
function shareUpTo(ascending: Float64Array, limit: number): number {
  let below = 0;
  let above = ascending.length;
  while (below < above) {
    const middle = (below + above) >> 1;
    if ((ascending[middle] ?? 0) <= limit) below = middle + 1;
    else above = middle;
  }
  return below / ascending.length;
}
