import type { Timing } from '../model/timing.js';
import type { Stream, TrafficModel } from '../model/traffic.js';
import { shapeEnds } from '../rate/segments.js';
import { didYouMean } from '../suggest.js';
import { formatCount } from '../units.js';

/** Something wrong with what a stream says about its own time. */
export interface TimingProblem {
  /** Number of the stream. */
  readonly stream: number;
  readonly key: keyof Timing;
  readonly message: string;
}

type Timed = Pick<Stream, 'name' | 'count' | 'capture' | 'timing'>;

/**
 * Numbers of the streams that have a lane of their own, ascending: those with a rate, a start or a duration of their
 * own, and those that start another or are started by one, since a lane begins and ends as a whole. A capture that is all
 * there is, and keeps its own times, is the mix: the run's shape says the same.
 */
export function streamsAlone(streams: readonly Timed[]): Uint32Array {
  const started = new Set(streams.flatMap(({ timing }) => timing?.then ?? []));
  const numbers = [...streams.keys()].filter((i) => {
    const stream = streams[i];
    if (!stream) return false;
    const { shape, startNs = 0, durationNs, then } = stream.timing ?? {};
    const hasRate = shape !== undefined && !(streams.length === 1 && isRecordedCapture(stream));
    return (
      hasRate || startNs > 0 || durationNs !== undefined || then !== undefined || started.has(stream.name)
    );
  });
  return Uint32Array.from(numbers);
}

function isRecordedCapture({ capture, timing }: Timed): boolean {
  const { shape, startNs = 0, durationNs } = timing ?? {};
  return capture !== undefined && shape?.kind === 'recorded' && startNs === 0 && durationNs === undefined;
}

/** What streams say about each other's time, and about times that they do not have. */
export function timingProblems(streams: readonly Timed[]): TimingProblem[] {
  const numbers = new Map(streams.map(({ name }, i) => [name, i]));
  const follower = streams.map(({ timing }) =>
    timing?.then === undefined ? undefined : numbers.get(timing.then),
  );
  const found = [
    ...streams.flatMap((stream, i) => ownProblems(stream, i, numbers)),
    ...startedTwice(streams, follower),
    ...circles(streams, follower),
  ];
  return found.length > 0 ? found : tooMany(streams);
}

/** What the addon takes; each of them is looked at for every frame. */
const MOST_ALONE = 1024;

function tooMany(streams: readonly Timed[]): TimingProblem[] {
  const alone = streamsAlone(streams);
  const first = alone[MOST_ALONE];
  if (first === undefined) return [];
  const { shape, startNs = 0, durationNs } = streams[first]?.timing ?? {};
  const own = (startNs > 0 && 'startNs') || (durationNs !== undefined && 'durationNs') || 'then';
  const message = `${formatCount(alone.length)} streams have a rate, a start, a duration or a then of their own; expected at most ${formatCount(MOST_ALONE)}`;
  return [{ stream: first, key: shape === undefined ? own : 'shape', message }];
}

function ownProblems(stream: Timed, i: number, numbers: ReadonlyMap<string, number>): TimingProblem[] {
  const { shape, then } = stream.timing ?? {};
  const found: TimingProblem[] = [];
  if (shape?.kind === 'recorded' && !stream.capture) {
    const message = 'recorded: only a capture has times of its own; expected a rate such as 10kpps';
    found.push({ stream: i, key: 'shape', message });
  }
  if (then === undefined) return found;
  if (!numbers.has(then)) {
    const others = [...numbers.keys()].filter((name) => name !== stream.name);
    const near = others.length === 0 ? 'there is no other' : didYouMean(then.slice(0, LONGEST_WORD), others);
    found.push({ stream: i, key: 'then', message: `no stream '${then}'; ${near}` });
  }
  if (!ends(stream)) {
    const message = `${stream.name} never ends, so that ${then} would never start; expected a count, bytes, a duration or a rate that ends`;
    found.push({ stream: i, key: 'then', message });
  }
  return found;
}

/** Longer words are no misspelt ones, and take long to compare. */
const LONGEST_WORD = 64;

/** Every stream of it ends, some time. At top speed streams have no times. */
export function endsByItself({ streams }: TrafficModel, isTopSpeed = false): boolean {
  return isTopSpeed
    ? streams.every(({ count, timing }) => count !== null || timing?.bytes !== undefined)
    : streams.every(ends);
}

function ends({ count, timing = {} }: Timed): boolean {
  const { shape, durationNs, bytes } = timing;
  return (
    count !== null ||
    durationNs !== undefined ||
    bytes !== undefined ||
    (shape !== undefined && shapeEnds(shape))
  );
}

function startedTwice(streams: readonly Timed[], follower: readonly (number | undefined)[]): TimingProblem[] {
  const starter = new Map<number, string>();
  return follower.flatMap((next, i) => {
    const first = next === undefined ? undefined : starter.get(next);
    const name = streams[i]?.name ?? '';
    if (next !== undefined && first === undefined) starter.set(next, name);
    if (next === undefined || first === undefined) return [];
    const message = `${first} starts ${streams[next]?.name} already: a stream starts once`;
    return [{ stream: i, key: 'then' as const, message }];
  });
}

/** Each one once, at the stream of it that comes first. */
function circles(streams: readonly Timed[], follower: readonly (number | undefined)[]): TimingProblem[] {
  /** In which walk a stream was met. */
  const met = new Map<number, number>();
  const found: TimingProblem[] = [];
  for (const start of streams.keys()) {
    let at: number | undefined = start;
    while (at !== undefined && !met.has(at)) {
      met.set(at, start);
      at = follower[at];
    }
    if (at === undefined || met.get(at) !== start) continue;
    const circle = [at];
    for (let next = follower[at]; next !== undefined && next !== at; next = follower[next]) circle.push(next);
    const lowest = circle.indexOf(Math.min(...circle));
    const turned = [...circle.slice(lowest), ...circle.slice(0, lowest + 1)];
    const names = turned.map((i) => streams[i]?.name ?? '');
    const message = `${describeCircle(names)} is a circle: a stream starts once`;
    found.push({ stream: turned[0] ?? start, key: 'then', message });
  }
  return found;
}

/** A message with thousands of names helps nobody. */
const MOST_NAMED = 8;

function describeCircle(names: readonly string[]): string {
  const shown = names.length > MOST_NAMED ? [...names.slice(0, MOST_NAMED - 1), '…', names.at(-1)] : names;
  return shown.join(' → ');
}
