import * as z from 'zod';
import { didYouMean } from '../suggest.js';
import { show } from './problem.js';

/** Longer words are no misspelt ones, and take long to compare. */
const LONGEST_WORD = 64;

/** An error text for whatever is not as `what` says. */
export function expected(what: string): { error: (issue: { input?: unknown }) => string } {
  return { error: ({ input }) => `expected ${what}, not ${show(input)}` };
}

/** A mapping with exactly these keys. One line of its message belongs to each unknown key. */
export function strict<S extends z.ZodRawShape>(
  kind: string,
  shape: S,
  what = 'a mapping',
): z.ZodObject<S, z.core.$strict> {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return `expected ${what}, not ${show(issue.input)}`;
      return issue.keys.map((key) => `no such ${kind}; ${suggestion(key, known)}`).join('\n');
    },
  });
}

/** One of these words. */
export function word<const W extends readonly string[]>(kind: string, words: W) {
  return z.enum(words, {
    error: ({ input }) => {
      if (typeof input !== 'string') return `expected a word, ${words.join(', ')}, not ${show(input)}`;
      return `no ${kind} '${show(input)}'; ${suggestion(input, words)}`;
    },
  });
}

function suggestion(word: string, known: readonly string[]): string {
  return didYouMean(word.slice(0, LONGEST_WORD), known);
}

/** A whole number, 31 or 0x1F. */
export function whole(minimum: number, maximum: number = Number.MAX_SAFE_INTEGER) {
  const range = maximum === Number.MAX_SAFE_INTEGER ? `from ${minimum}` : `from ${minimum} to ${maximum}`;
  const text = expected(`a whole number ${range}`);
  const hex = z.string().regex(/^0x[0-9a-fA-F]{1,14}$/, { ...text, abort: true });
  const inRange = (value: unknown) => Number(value) >= minimum && Number(value) <= maximum;
  return z.union([z.int(text).min(minimum, text).max(maximum, text), hex.refine(inRange, text)], text);
}

/** Frames: 1000, "5k" or "1M". */
export function frames() {
  const what = expected('a whole number of frames from 1, such as 1000, 5k or 1M');
  const text = z.string().regex(/^(?:\d+(?:\.\d+)?[kMG]?|0x[0-9a-fA-F]{1,14})$/, what);
  return z.union([z.int(what).min(1, what), text], what);
}

/** Frame sizes added up: 1500, "10k" or "5M". */
export function bytes() {
  const what = expected('a whole number of bytes from 1, such as 1500, 10k or 5M');
  const text = z.string().regex(/^(?:\d+(?:\.\d+)?[kMG]?|0x[0-9a-fA-F]{1,14})$/, what);
  return z.union([z.int(what).min(1, what), text], what);
}

/** Room for some forty steps of a rate. */
const LONGEST_RATE = 1000;

/** When frames leave. Numbers pass: what reads them knows which units they lack. */
export function rate() {
  const what = expected('a rate such as 10kpps, poisson 40% or burst 64 every 1ms');
  const text = z.string().max(LONGEST_RATE, `a rate has at most ${LONGEST_RATE} letters`);
  return z.union([text, z.number()], what);
}

/** Text; numbers are as good, nobody should need quotes for `name: 5`. */
export function textual(what: string) {
  return z.union([z.string(), z.number()], expected(what));
}

/** Exactly one of these keys. */
export function only(keys: readonly string[]) {
  return (value: Record<string, unknown>) => keys.filter((key) => value[key] !== undefined).length === 1;
}
