import { ValueError } from '../compile/problems.js';
import type { Shape, Timing } from '../model/timing.js';
import { parseTimeNs } from '../rate/decimal.js';
import { parseShape } from '../rate/parse.js';
import { parseCount } from '../units.js';
import { wholeNumber } from './decimal.js';
import type { StreamInput } from './input.js';
import { show } from './problem.js';

/** Keys of a stream that say when its frames leave, by what the model calls them. */
export const TIMING_KEYS = {
  shape: 'rate',
  startNs: 'start',
  durationNs: 'duration',
  bytes: 'bytes',
  then: 'then',
} as const satisfies Record<keyof Timing, string>;

type TimingKey = (typeof TIMING_KEYS)[keyof Timing];

/** What a stream says about its own time, as far as it can be read; undefined where it says nothing. */
export function readTiming(
  input: Pick<StreamInput, TimingKey>,
  refuse: (key: TimingKey, message: string) => void,
): Timing | undefined {
  const attempt = <T>(key: TimingKey, read: (text: string) => T): T | undefined => {
    const value = input[key];
    if (value === undefined) return undefined;
    try {
      return read(String(value));
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      refuse(key, error.message);
      return undefined;
    }
  };
  const timing = {
    shape: attempt('rate', readShape),
    startNs: attempt('start', readStartNs) || undefined,
    durationNs: attempt('duration', readTimeNs),
    bytes: attempt('bytes', readBytes),
    then: attempt('then', (name) => name),
  };
  const given = Object.entries(timing).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

/** A rate as a profile writes it. @throws ValueError */
export function readShape(text: string): Shape {
  // Messages repeat the text, and patterns with gaps of any width take long on a page of spaces.
  return parseShape(text.trim().replace(/\s+/g, ' '));
}

const NO_TIME = /^0+(?:\.0*)?\s*(?:ns|us|µs|ms|s|m|h)$/;

/** A time from 0 on. @throws ValueError */
export function readStartNs(text: string): number {
  if (NO_TIME.test(text)) return 0;
  if (text.startsWith('-')) throw new ValueError(`${show(text)}: a start is from 0s to a week`);
  return readTimeNs(text);
}

const LONGEST_TIME = 40;

function readTimeNs(text: string): number {
  return parseTimeNs(text.length > LONGEST_TIME ? show(text) : text);
}

/** 1500, "10k" or "5M". @throws ValueError */
export function readBytes(value: number | string): number {
  const text = /^0x/i.test(String(value)) ? String(wholeNumber(value)) : String(value);
  try {
    return parseCount('bytes', text, 1, Number.MAX_SAFE_INTEGER);
  } catch {
    throw new ValueError(
      `expected a whole number of bytes from 1, such as 1500, 10k or 5M, not ${show(value)}`,
    );
  }
}
