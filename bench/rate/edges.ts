// When exactly a counter moved, from many looks at it. Pure: no clock, no file.
import { medianOf } from '../report.js';

export interface Look {
  readonly ns: number;
  readonly packets: number;
}

/** Two looks that are farther apart say too little about when the counter moved between them. */
const SHARP_NS = 200_000;

/** The last look that found the counter moved since the look just before; undefined when none did. */
export function lastEdge(looks: readonly Look[]): Look | undefined {
  return looks.findLast((look, i) => {
    const before = looks[i - 1];
    return before !== undefined && look.packets > before.packets && look.ns - before.ns <= SHARP_NS;
  });
}

/**
 * Frames per second: the median of the rates between edges that lie half of all of them apart. Each is a mean over half of
 * the time; one that begins or ends while the sender was held up for a moment does not decide. NaN of fewer than two edges.
 */
export function ppsOf(edges: readonly Look[]): number {
  const half = Math.floor(edges.length / 2);
  const rates = edges.slice(half).map((last, i) => ppsBetween(edges[i] as Look, last));
  return half === 0 ? Number.NaN : medianOf(rates.sort((a, b) => a - b));
}

function ppsBetween(first: Look, last: Look): number {
  return ((last.packets - first.packets) / (last.ns - first.ns)) * 1e9;
}
