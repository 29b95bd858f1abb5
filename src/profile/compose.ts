import { LONGEST_PERIOD } from '../compile/mix.js';
import type { Order, Stream, TrafficModel } from '../model/traffic.js';
import { formatCount, parseDurationNs } from '../units.js';
import { countMessage, frameCount } from './convert.js';
import { wholeNumber } from './decimal.js';
import type { ProfileInput, RunInput } from './input.js';
import { type ProfileProblem, show } from './problem.js';
import { meanSizeBytes } from './sizes.js';
import type { Source } from './source.js';
import type { StreamDraft } from './stream.js';
import { type Ratio, wholeWeights } from './weights.js';

/** One source, read. */
export interface Part {
  readonly source: Source;
  readonly input: ProfileInput;
  readonly drafts: readonly StreamDraft[];
}

/** How a profile would like to be run; flags have the last word. */
export interface RunHints {
  readonly durationNs?: number;
  readonly countPackets?: number;
  readonly engine?: string;
  readonly batch?: number;
  readonly engineOptions?: Readonly<Record<string, string | number | boolean>>;
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
  const inBytes = last(parts, 'shares') === 'bytes';
  const shares = drafts.map((draft) => (inBytes ? packetShare(draft, problems) : draft.share));
  const { weights, exact } = wholeWeights(shares);
  const names = nameStreams(drafts);
  const streams = drafts.map(
    ({ content }, i): Stream => ({ name: names[i] ?? '', weight: weights[i] ?? 1, ...content }),
  );
  const order: Order = last(parts, 'order') ?? 'smooth';
  return {
    traffic: { seed: wholeNumber(last(parts, 'seed') ?? 1), order, streams },
    run: runHints(parts, problems),
    description: String(last(parts, 'description') ?? ''),
    notes: exact ? [] : [APPROXIMATE],
    drafts,
  };
}

const APPROXIMATE = `the shares have no exact weights within a period of ${formatCount(LONGEST_PERIOD)} frames; the nearest are used`;

function last<K extends keyof ProfileInput>(parts: readonly Part[], key: K): ProfileInput[K] | undefined {
  return parts.findLast(({ input }) => input[key] !== undefined)?.input[key];
}

function joinStreams(parts: readonly Part[]): StreamDraft[] {
  const joined: StreamDraft[] = [];
  const places = new Map<string, number>();
  for (const draft of parts.flatMap(({ drafts }) => drafts)) {
    const place = draft.name === null ? undefined : places.get(draft.name);
    if (place === undefined) joined.push(draft);
    else joined[place] = draft;
    if (draft.name !== null && place === undefined) places.set(draft.name, joined.length - 1);
  }
  return joined;
}

/** Unnamed streams are called by their position, past the names that are taken. */
function nameStreams(drafts: readonly StreamDraft[]): string[] {
  const taken = new Set(drafts.map(({ name }) => name));
  return drafts.map(({ name }, i) => {
    if (name !== null) return name;
    let number = i + 1;
    while (taken.has(`stream${number}`)) number++;
    taken.add(`stream${number}`);
    return `stream${number}`;
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

function runHints(parts: readonly Part[], problems: ProfileProblem[]): RunHints {
  const hints = parts.flatMap(({ source, input }) =>
    input.run ? [hintsOf(source, input.run, problems)] : [],
  );
  const engineOptions = Object.assign({}, ...hints.map((hint) => hint.engineOptions));
  return Object.assign({}, ...hints, Object.keys(engineOptions).length > 0 ? { engineOptions } : {});
}

function hintsOf(source: Source, run: RunInput, problems: ProfileProblem[]): RunHints {
  const refuse = (key: string, message: string) => problems.push(source.problemAt(['run', key], message));
  const durationNs = run.duration === undefined ? undefined : durationOf(run.duration);
  if (durationNs === null) refuse('duration', durationMessage(run.duration));
  const countPackets = run.count === undefined ? undefined : frameCount(run.count);
  if (run.count !== undefined && countPackets === undefined) refuse('count', countMessage(run.count));
  return {
    ...(durationNs && { durationNs }),
    ...(countPackets && { countPackets }),
    ...(run.engine !== undefined && { engine: String(run.engine) }),
    ...(run.batch !== undefined && { batch: wholeNumber(run.batch) }),
    ...(run.options && { engineOptions: run.options }),
  };
}

function durationOf(text: string): number | null {
  try {
    return parseDurationNs('duration', text);
  } catch {
    return null;
  }
}

function durationMessage(value: unknown): string {
  return `expected a time with its unit (us, ms, s, m, h), up to a week, such as 10s, not ${show(value)}`;
}
