import type { Variation } from '../model/traffic.js';
import type { Field } from '../protocols/protocol.js';
import { didYouMean } from '../suggest.js';
import { describe, parseField } from './fields.js';
import { ValueError } from './problems.js';

/** A field that changes from frame to frame: its n-th distinct value is first + n × step, or values[n]. */
export interface Varied {
  /** How the position n moves on: one by one, or at random. */
  readonly random: boolean;
  readonly first: bigint;
  /** Negative for a decrement. */
  readonly step: bigint;
  /** Distinct values, from 1. */
  readonly count: bigint;
  readonly values: readonly bigint[] | null;
  /** The bits that change; null for all. Then `first` and `step` count in these bits alone, closed up. */
  readonly mask: bigint | null;
  /** The value of the bits that do not change. */
  readonly fixed: bigint;
  /** Frames that one value lasts. */
  readonly period: number;
  readonly together: string | null;
}

export type Setting =
  | { readonly kind: 'constant'; readonly value: bigint }
  | { readonly kind: 'varied'; readonly varied: Varied };

export const MOST_VALUES = 1_048_576;
/** addon/decode_program.cc takes no longer one. */
const LONGEST_PERIOD = 2 ** 31 - 1;
const WAYS = ['increment', 'decrement', 'random', 'list'] as const;
const KEYS = ['vary', 'from', 'to', 'prefix', 'values', 'count', 'step', 'mask', 'period', 'together'];

/** What a person wrote for a field of fixed length. Throws ValueError. */
export function parseSetting(field: Field, value: unknown): Setting {
  if (Array.isArray(value)) return varied(parseVariation(field, { vary: 'list', values: value }));
  if (typeof value === 'object' && value !== null) return varied(parseVariation(field, value));
  const several = typeof value === 'string' ? parseText(field, value.trim()) : undefined;
  return several
    ? varied(parseVariation(field, several))
    : { kind: 'constant', value: parseField(field, value) };
}

function varied(result: Varied): Setting {
  return { kind: 'varied', varied: result };
}

/** The text forms of a variation: "a-b", "198.19.0.0/24", "53,80", each behind "random:" and the like; "random" alone. */
function parseText(field: Field, text: string): Variation | undefined {
  const [, way, rest = text] = /^(increment|decrement|random)(?::(.+))?$/.exec(text) ?? [];
  const vary = (way ?? 'increment') as Variation['vary'];
  if (way !== undefined && rest === text) return { vary };
  if (rest.includes(',')) return { vary: way === undefined ? 'list' : vary, values: rest.split(',') };
  if (/^[^/]+\/\d+$/.test(rest)) return { vary, prefix: rest };
  const range =
    field.kind === 'mac' ? /^([0-9a-f:]{17})-([0-9a-f:]{17})$/i.exec(rest) : /^([^-]+)-([^-]+)$/.exec(rest);
  if (range) return { vary, from: range[1] ?? '', to: range[2] ?? '' };
  return way === undefined ? undefined : { vary, from: rest };
}

/** @throws ValueError */
export function parseVariation(field: Field, given: object): Varied {
  const variation = requireShape(given);
  const period = wholeOf('period', variation.period ?? 1, 1, LONGEST_PERIOD);
  const common = { period, together: variation.together ?? null, fixed: 0n, mask: null };
  if (variation.vary === 'list' || variation.values) return { ...common, ...parseList(field, variation) };
  if (variation.mask !== undefined) return { ...common, ...parseMasked(field, variation) };
  return { ...common, ...span(variation, boundsOf(field, variation)), values: null };
}

function requireShape(given: object): Variation {
  const unknown = Object.keys(given).find((key) => !KEYS.includes(key));
  if (unknown !== undefined)
    throw new ValueError(`${unknown}: no such word in a variation; ${didYouMean(unknown, KEYS)}`);
  const variation = { vary: 'values' in given ? 'list' : 'increment', ...given } as Variation;
  if (!WAYS.includes(variation.vary)) {
    throw new ValueError(`vary ${describe(variation.vary)}: expected one of ${WAYS.join(', ')}`);
  }
  return variation;
}

/** Words that mean nothing beside a list. */
const NOT_WITH_VALUES = ['from', 'to', 'prefix', 'count', 'step', 'mask'] as const;

function parseList(
  field: Field,
  variation: Variation,
): Pick<Varied, 'random' | 'first' | 'step' | 'count' | 'values'> {
  const { values, vary } = variation;
  const idle = NOT_WITH_VALUES.find((word) => variation[word] !== undefined);
  if (idle !== undefined)
    throw new ValueError(`${idle}: it means nothing beside a list of values; leave it out`);
  if (!Array.isArray(values) || values.length === 0 || values.length > MOST_VALUES) {
    throw new ValueError(`expected a list of 1 to ${MOST_VALUES} values`);
  }
  const parsed = values.map((value) => parseField(field, value));
  if (vary === 'decrement') parsed.reverse();
  return { random: vary === 'random', first: 0n, step: 1n, count: BigInt(parsed.length), values: parsed };
}

/** The first and the last value; a decrement goes down. */
function boundsOf(field: Field, { vary, from, to, prefix }: Variation): Bounds {
  const highest = (1n << BigInt(field.bits)) - 1n;
  if (prefix !== undefined && (from !== undefined || to !== undefined)) {
    throw new ValueError('prefix stands for from and to: leave them out');
  }
  const [low, high] = prefix === undefined ? [0n, highest] : prefixBounds(field, prefix);
  const down = vary === 'decrement';
  return {
    first: from === undefined ? (down ? high : low) : parseField(field, from),
    last: to === undefined ? (down ? low : high) : parseField(field, to),
  };
}

interface Bounds {
  readonly first: bigint;
  readonly last: bigint;
}

function prefixBounds(field: Field, prefix: string): [bigint, bigint] {
  const [, address = '', length = ''] = /^(.+)\/(\d{1,3})$/.exec(String(prefix)) ?? [];
  if (length === '' || Number(length) > field.bits) {
    throw new ValueError(`${prefix}: expected an address, a slash and a length of up to ${field.bits}`);
  }
  const host = (1n << BigInt(field.bits - Number(length))) - 1n;
  const start = parseField(field, address) & ~host;
  return [start, start | host];
}

type Span = Pick<Varied, 'random' | 'first' | 'step' | 'count'>;

function span({ vary, step, count }: Variation, { first, last }: Bounds): Span {
  const down = vary === 'decrement';
  const distance = BigInt(wholeOf('step', step ?? 1, 1, Number.MAX_SAFE_INTEGER));
  const length = (down ? first - last : last - first) / distance + 1n;
  if (down ? last > first : last < first) {
    throw new ValueError(
      down
        ? 'a decrement goes from a higher value to a lower one'
        : 'the range is empty: its end is below its begin',
    );
  }
  const asked = count === undefined ? length : BigInt(wholeOf('count', count, 1, Number.MAX_SAFE_INTEGER));
  if (asked > length) throw new ValueError(`count ${count}: there is room for ${length} values only`);
  return { random: vary === 'random', first, step: down ? -distance : distance, count: asked };
}

function parseMasked(field: Field, variation: Variation): Omit<Varied, 'period' | 'together'> {
  const { vary, from, to, prefix } = variation;
  const mask = parseField(field, variation.mask);
  if (mask === 0n) throw new ValueError('mask: expected at least one bit that may change');
  if (to !== undefined || prefix !== undefined) {
    throw new ValueError('a mask says which bits change: give from and count, not to or prefix');
  }
  const start = from === undefined ? 0n : parseField(field, from);
  const highest = (1n << BigInt(popcount(mask))) - 1n;
  const low =
    vary === 'decrement'
      ? { first: from === undefined ? highest : extract(start, mask), last: 0n }
      : { first: extract(start, mask), last: highest };
  return { ...span(variation, low), mask, fixed: start & ~mask, values: null };
}

function popcount(value: bigint): number {
  return value.toString(2).replaceAll('0', '').length;
}

/** The bits of `value` under `mask`, closed up. */
function extract(value: bigint, mask: bigint): bigint {
  let result = 0n;
  for (let from = 0n, to = 0n; mask >> from > 0n; from++) {
    if (((mask >> from) & 1n) === 1n) result |= ((value >> from) & 1n) << to++;
  }
  return result;
}

function wholeOf(name: string, value: unknown, minimum: number, maximum: number): number {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= minimum && number <= maximum)
    return number;
  throw new ValueError(`${name} ${describe(value)}: expected a whole number from ${minimum} to ${maximum}`);
}

/** The n-th value, for reading and for the first frame. 0 ≤ n < count. */
export function valueAt({ first, step, values, mask, fixed }: Varied, n: bigint): bigint {
  const plain = values ? (values[Number(n)] ?? 0n) : first + n * step;
  return mask === null ? plain : fixed | deposit(plain, mask);
}

/** The opposite of extract: the lowest bits of `value` go where `mask` has ones. */
export function deposit(value: bigint, mask: bigint): bigint {
  let result = 0n;
  for (let from = 0n, to = 0n; mask >> to > 0n; to++) {
    if (((mask >> to) & 1n) === 1n) result |= ((value >> from++) & 1n) << to;
  }
  return result;
}
