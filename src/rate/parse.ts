import { ValueError } from '../compile/problems.js';
import { UsageError } from '../errors.js';
import type { Rate, Shape } from '../model/timing.js';
import { nearest } from '../suggest.js';
import { formatTimeNs, parseTimeNs, parseWhole, readQuantity } from './decimal.js';
import { parseRate, RATE_EXAMPLES } from './parse-rate.js';

export { parseLineRateBps, parseRate } from './parse-rate.js';

const MOST_PACKETS = 1e9;
const MOST_TIMES = 1e9;
const MOST_STEPS = 1000;
/** How many times as fast as recorded. Slower, and an hour takes six weeks; faster, and no machine keeps the gaps. */
export const SPEED = { least: 0.001, most: 1000 } as const;

interface Form {
  /** As a person writes it. */
  readonly form: string;
  readonly pattern: RegExp;
  readonly read: (parts: readonly (string | undefined)[]) => Shape;
}

const FORMS: Readonly<Record<string, Form>> = {
  poisson: {
    form: 'poisson RATE',
    pattern: /^poisson\s+(.+)$/i,
    read: ([rate]) => ({ kind: 'poisson', rate: parseRate(rate ?? '') }),
  },
  burst: {
    form: 'burst N every TIME [at RATE] [times N]',
    pattern: /^burst\s+(\S+)\s+every\s+(.+?)(?:\s+at\s+(.+?))?(?:\s+times\s+(.+))?$/i,
    read: readBurst,
  },
  on: {
    form: 'on TIME off TIME RATE',
    pattern: /^on\s+(.+?)\s+off\s+(\S+(?:\s+(?:ns|us|µs|ms|s|m|h)(?=\s))?)\s+(.+)$/i,
    read: ([on, off, rate]) => ({
      kind: 'on-off',
      onNs: parseTimeNs(on ?? ''),
      offNs: parseTimeNs(off ?? ''),
      rate: parseRate(rate ?? ''),
    }),
  },
  ramp: {
    form: 'ramp RATE to RATE in TIME [steps N]',
    pattern: /^ramp\s+(.+?)\s+to\s+(.+?)\s+in\s+(.+?)(?:\s+steps\s+(.+))?$/i,
    read: ([from, to, time, steps]) => ({
      kind: 'ramp',
      from: parseRate(from ?? ''),
      to: parseRate(to ?? ''),
      timeNs: parseTimeNs(time ?? ''),
      steps: steps === undefined ? null : parseWhole('steps', steps, 2, MOST_STEPS),
    }),
  },
  steps: {
    form: 'steps RATE for TIME, RATE for TIME, RATE',
    pattern: /^steps\s+(.+)$/i,
    read: ([list]) => ({ kind: 'steps', steps: readSteps(list ?? '') }),
  },
  recorded: {
    form: 'recorded [2x]',
    pattern: /^recorded(?:\s+(.+))?$/i,
    read: ([speed]) => ({ kind: 'recorded', speed: speed === undefined ? 1 : parseSpeed(speed) }),
  },
};

/** How frames are spread over time, in words. @throws ValueError that begins with the text. */
export function parseShape(text: string): Shape {
  const trimmed = text.trim();
  const [word = ''] = /^[a-z]+/i.exec(trimmed) ?? [];
  if (word === '' || word.toLowerCase() === 'gap') return { kind: 'constant', rate: parseRate(trimmed) };
  const known = FORMS[word.toLowerCase()];
  if (!known) throw new ValueError(`${trimmed}: ${unknownWord(word)}`);
  const parts = known.pattern.exec(trimmed);
  if (!parts) throw new ValueError(`${trimmed}: expected ${known.form}`);
  try {
    return known.read(parts.slice(1));
  } catch (error) {
    throw error instanceof ValueError ? new ValueError(`${trimmed}: ${error.message}`) : error;
  }
}

function unknownWord(word: string): string {
  const near = nearest(word, [...Object.keys(FORMS), 'gap']);
  if (near !== undefined) return `did you mean ${FORMS[near]?.form ?? 'gap TIME'}?`;
  const words = Object.keys(FORMS).join(', ');
  return `expected a rate, such as ${RATE_EXAMPLES}, or a shape that begins with ${words}`;
}

function readBurst([packets, every, at, times]: readonly (string | undefined)[]): Shape {
  const shape = {
    kind: 'bursts',
    packets: parseWhole('frames', packets ?? '', 1, MOST_PACKETS),
    everyNs: parseTimeNs(every ?? ''),
    at: at === undefined ? null : parseRate(at),
    times: times === undefined ? null : parseWhole('a number of bursts', times, 1, MOST_TIMES),
  } as const;
  const tookNs = shape.at && burstNs(shape.packets, shape.at);
  if (tookNs !== null && tookNs > shape.everyNs) {
    throw new ValueError(burstTooLong(shape.packets, at ?? '', tookNs, shape.everyNs));
  }
  return shape;
}

/** How long so many frames take; null where that depends on their size or the link. */
function burstNs(packets: number, rate: Rate): number | null {
  if (rate.unit === 'pps') return (packets / rate.value) * 1e9;
  return rate.unit === 'gap' ? packets * rate.gapNs : null;
}

export function burstTooLong(packets: number, at: string, tookNs: number, everyNs: number): string {
  const rounded = Number(tookNs.toPrecision(4));
  return `a burst of ${packets} frames at ${at} takes ${formatTimeNs(rounded)}, longer than its period of ${formatTimeNs(everyNs)}`;
}

function readSteps(list: string) {
  const parts = list.split(',').map((part) => part.trim());
  return parts.map((part, i) => {
    const [, rate, time] = /^(.+?)(?:\s+for\s+(.+))?$/i.exec(part) ?? [];
    if (rate === undefined) throw new ValueError('a step is missing between two commas, or at the end');
    if (time === undefined && i < parts.length - 1) {
      throw new ValueError(`${part}: all steps but the last need a time, such as ${part} for 10s`);
    }
    return { rate: parseRate(rate), timeNs: time === undefined ? null : parseTimeNs(time) };
  });
}

/** "2x" → 2: so many times as fast as recorded. @throws ValueError that begins with the text. */
export function parseSpeed(text: string): number {
  const quantity = readQuantity(text.trim());
  const speed = quantity && /^[x×]$/i.test(quantity.unit) ? quantity.times10(0) : Number.NaN;
  if (speed >= SPEED.least && speed <= SPEED.most) return speed;
  throw new ValueError(`${text}: expected a speed from ${SPEED.least}x to ${SPEED.most}x, such as 2x`);
}

/** The same for a flag: its name comes first in the message. @throws UsageError */
export function forFlag<T>(parse: (text: string) => T): (flag: string, text: string) => T {
  return (flag, text) => {
    try {
      return parse(text);
    } catch (error) {
      throw error instanceof ValueError ? new UsageError(`${flag} ${error.message}`) : error;
    }
  };
}
