import { ValueError } from '../compile/problems.js';
import type { Shape } from '../model/timing.js';
import type { Stream } from '../model/traffic.js';
import type { LatePolicy, Pacing } from '../native/index.js';
import { parseLineRateBps } from '../rate/parse.js';
import { parseDurationNs } from '../units.js';
import type { Part } from './compose.js';
import { countMessage, frameCount } from './convert.js';
import { wholeNumber } from './decimal.js';
import type { RunInput } from './input.js';
import { type ProfileProblem, show } from './problem.js';
import type { Source } from './source.js';
import { readBytes, readShape } from './timing.js';

/** How a profile would like to be run; flags have the last word. */
export interface RunHints {
  readonly durationNs?: number;
  readonly countPackets?: number;
  readonly bytes?: number;
  readonly shape?: Shape;
  readonly warmupNs?: number;
  readonly startNs?: number;
  readonly pacing?: Pacing;
  readonly late?: LatePolicy;
  readonly lineRateBps?: number;
  readonly engine?: string;
  readonly batch?: number;
  readonly engineOptions?: Readonly<Record<string, string | number | boolean>>;
}

export function runHints(
  parts: readonly Part[],
  streams: readonly Stream[],
  problems: ProfileProblem[],
): RunHints {
  for (const { source, input } of parts) problems.push(...recordedProblems(source, input.run ?? {}, streams));
  const hints = parts.flatMap(({ source, input }) =>
    input.run ? [hintsOf(source, input.run, problems)] : [],
  );
  const engineOptions = Object.assign({}, ...hints.map((hint) => hint.engineOptions));
  return Object.assign({}, ...hints, Object.keys(engineOptions).length > 0 ? { engineOptions } : {});
}

/** `rate: recorded` is for a run of one capture. */
function recordedProblems(source: Source, { rate }: RunInput, streams: readonly Stream[]): ProfileProblem[] {
  const isRecorded = /^\s*recorded\b/i.test(String(rate ?? ''));
  if (!isRecorded || (streams.length === 1 && streams[0]?.capture)) return [];
  const message =
    'recorded: a run has the times of a capture where that is its only stream; elsewhere give the rate to the stream';
  return [source.problemAt(['run', 'rate'], message)];
}

function hintsOf(source: Source, run: RunInput, problems: ProfileProblem[]): RunHints {
  const attempt = <T>(key: keyof RunInput, read: (text: string) => T): T | undefined => {
    const value = run[key];
    if (value === undefined) return undefined;
    try {
      return read(String(value));
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      problems.push(source.problemAt(['run', key], error.message));
      return undefined;
    }
  };
  const hints = {
    durationNs: attempt('duration', readDuration),
    countPackets: attempt('count', readCount),
    bytes: attempt('bytes', readBytes),
    shape: attempt('rate', readShape),
    warmupNs: attempt('warmup', readDuration),
    startNs: attempt('start', readDuration),
    pacing: run.pacing,
    late: run.late,
    lineRateBps: attempt('lineRate', parseLineRateBps),
    engine: run.engine === undefined ? undefined : String(run.engine),
    batch: run.batch === undefined ? undefined : wholeNumber(run.batch),
    engineOptions: run.options,
  };
  return Object.fromEntries(Object.entries(hints).filter(([, value]) => value !== undefined));
}

function readCount(text: string): number {
  const count = frameCount(text);
  if (count === undefined) throw new ValueError(countMessage(text));
  return count;
}

function readDuration(text: string): number {
  try {
    return parseDurationNs('duration', text);
  } catch {
    throw new ValueError(
      `expected a time with its unit (us, ms, s, m, h), up to a week, such as 10s, not ${show(text)}`,
    );
  }
}
