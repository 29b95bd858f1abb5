import { LONGEST_PERIOD } from '../compile/mix.js';
import { timingProblems } from '../compile/timing.js';
import type { Order, Stream, TrafficModel } from '../model/traffic.js';
import { formatCount } from '../units.js';
import { wholeNumber } from './decimal.js';
import type { ProfileInput } from './input.js';
import { followers, joinStreams, nameStreams } from './join.js';
import type { ProfileProblem } from './problem.js';
import { type RunHints, runHints } from './run-hints.js';
import { meanSizeBytes } from './sizes.js';
import type { Source } from './source.js';
import type { StreamDraft } from './stream.js';
import { TIMING_KEYS } from './timing.js';
import { type Ratio, wholeWeights } from './weights.js';

/** One source, read. */
export interface Part {
  readonly source: Source;
  readonly input: ProfileInput;
  readonly drafts: readonly StreamDraft[];
}

export interface Composition {
  readonly traffic: TrafficModel;
  readonly run: RunHints;
  readonly description: string;
  readonly notes: readonly string[];
  /** As many as streams, in their order. */
  readonly drafts: readonly StreamDraft[];
}

/** Later parts add streams, replace those of the same name, and have the last word on everything else. */
export function composeParts(parts: readonly Part[], problems: ProfileProblem[]): Composition {
  const drafts = joinStreams(parts);
  const { weights, exact } = weightsOf(drafts, last(parts, 'shares') === 'bytes', problems);
  const names = nameStreams(drafts);
  const next = followers(parts, drafts, names);
  const streams = drafts.map(({ content: { timing, ...content } }, i): Stream => {
    const own = timing && { timing: { ...timing, ...(next[i] !== undefined && { then: next[i] }) } };
    return { name: names[i] ?? '', weight: weights[i] ?? 1, ...content, ...own };
  });
  problems.push(...misplacedTimes(drafts, streams));
  const order: Order = last(parts, 'order') ?? 'smooth';
  return {
    traffic: { seed: wholeNumber(last(parts, 'seed') ?? 1), order, streams },
    run: runHints(parts, streams, problems),
    description: String(last(parts, 'description') ?? ''),
    notes: exact ? [] : [APPROXIMATE],
    drafts,
  };
}

const APPROXIMATE = `the shares have no exact weights within a period of ${formatCount(LONGEST_PERIOD)} frames; the nearest are used`;

function last<K extends keyof ProfileInput>(parts: readonly Part[], key: K): ProfileInput[K] | undefined {
  return parts.findLast(({ input }) => input[key] !== undefined)?.input[key];
}

/** A stream with a rate of its own has no share, and a weight that nobody asks for. */
function weightsOf(
  drafts: readonly StreamDraft[],
  inBytes: boolean,
  problems: ProfileProblem[],
): { weights: readonly number[]; exact: boolean } {
  const sharing = drafts.filter(({ content }) => content.timing?.shape === undefined);
  const shares = sharing.map((draft) => (inBytes ? packetShare(draft, problems) : draft.share));
  const { weights, exact } = wholeWeights(shares);
  const weightOf = new Map(sharing.map((draft, i) => [draft, weights[i] ?? 1]));
  return { weights: drafts.map((draft) => weightOf.get(draft) ?? 1), exact };
}

/** What only all streams together show to be wrong, where it was written. */
function misplacedTimes(drafts: readonly StreamDraft[], streams: readonly Stream[]): ProfileProblem[] {
  return timingProblems(streams).flatMap(({ stream, key, message }) => {
    const draft = drafts[stream];
    return draft ? [draft.source.problemAt(['streams', draft.index, TIMING_KEYS[key]], message)] : [];
  });
}

/** A share of the bytes, as a share of the packets. */
function packetShare(draft: StreamDraft, problems: ProfileProblem[]): Ratio {
  const { sizes } = draft.content;
  if (sizes) {
    const mean = meanSizeBytes(sizes);
    return { over: draft.share.over * mean.under, under: draft.share.under * mean.over };
  }
  const message = draft.content.capture
    ? 'shares of bytes need known sizes, and a capture has its own: use shares: packets'
    : 'shares of bytes need a size here or in defaults';
  problems.push(draft.source.problemAt(['streams', draft.index], message));
  return draft.share;
}
