import type { FieldValue, Variation } from '#src/model/traffic.js';
import type { Field } from '#src/protocols/protocol.js';
import type { Random } from './random.js';

/** A variation in a person's words, and what it means, worked out from the same numbers. */
export interface Sample {
  readonly words: FieldValue;
  readonly period: number;
  /** Distinct values. */
  readonly count: bigint;
  /** The value at a position below `count`. */
  readonly at: (position: bigint) => bigint;
  /** Positions are drawn, not counted. */
  readonly random: boolean;
  readonly has: (value: bigint) => boolean;
}

const SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const WORD = 64;

/** What a person would write for a value of that field. */
export function textOf({ kind, bits }: Field, value: bigint): string | number {
  const hex = value.toString(16).padStart(Math.ceil(bits / 4), '0');
  if (kind === 'mac') return (hex.match(/../g) ?? []).join(':');
  if (kind === 'ipv6') return (hex.match(/.{4}/g) ?? []).join(':');
  if (kind === 'ipv4') return (hex.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).join('.');
  return value <= SAFE ? Number(value) : `0x${hex}`;
}

export function sampleOf(random: Random, field: Field, together?: { word: string; count: number }): Sample {
  const period = random.whole(0, 2) === 0 ? random.whole(2, 5) : 1;
  const common = { ...(period > 1 && { period }), ...(together && { together: together.word }) };
  const way = random.whole(0, together ? 1 : 5);
  const make = way <= 1 ? listOf : way === 2 ? maskOf : way === 3 && field.bits >= 8 ? prefixOf : rangeOf;
  const sample = make(random, field, together?.count);
  return { ...sample, words: { ...(sample.words as Variation), ...common }, period };
}

type Bare = Omit<Sample, 'period'>;

function listOf(random: Random, field: Field, length = random.whole(1, 7)): Bare {
  const values = Array.from({ length }, () => random.bits(field.bits));
  const isRandom = random.whole(0, 3) === 0 && length !== 0;
  return {
    words: { vary: isRandom ? 'random' : 'list', values: values.map((value) => textOf(field, value)) },
    count: BigInt(length),
    at: (position) => values[Number(position)] ?? -1n,
    random: isRandom,
    has: (value) => values.includes(value),
  };
}

/** from and to, or from and count, with a step; over 64 bits at most. */
function rangeOf(random: Random, field: Field): Bare {
  const bits = Math.min(field.bits, WORD);
  const upper = field.bits > WORD ? random.bits(field.bits - WORD) << 64n : 0n;
  const highest = (1n << BigInt(bits)) - 1n;
  const most = Math.min(Number(highest) + 1, 100);
  const count = BigInt(random.whole(1, most));
  const widest = count > 1n ? highest / (count - 1n) : highest;
  const step = 1n + (random.bits(bits) % smaller(widest, SAFE));
  const length = (count - 1n) * step;
  const low = random.bits(bits) % (highest - length + 1n);
  const vary = (['increment', 'decrement', 'random'] as const)[random.whole(0, 2)] ?? 'random';
  const down = vary === 'decrement';
  const first = upper + (down ? low + length : low);
  const at = (position: bigint) => (down ? first - position * step : first + position * step);
  const end = random.whole(0, 1) === 0 ? { to: textOf(field, at(count - 1n)) } : { count: Number(count) };
  const has = (value: bigint) => {
    const distance = down ? first - value : value - first;
    return distance >= 0n && distance <= length && distance % step === 0n;
  };
  const words = { vary, from: textOf(field, first), ...end, step: Number(step) };
  return { words, count, at, random: vary === 'random', has };
}

function prefixOf(random: Random, field: Field): Bare {
  const length = random.whole(0, field.bits);
  const hostBits = BigInt(field.bits - length);
  const start = (random.bits(field.bits) >> hostBits) << hostBits;
  const vary = (['increment', 'decrement', 'random'] as const)[random.whole(0, 2)] ?? 'random';
  const last = start + (1n << hostBits) - 1n;
  return {
    words: { vary, prefix: `${textOf(field, start)}/${length}` },
    count: 1n << hostBits,
    at: (position) => (vary === 'decrement' ? last - position : start + position),
    random: vary === 'random',
    has: (value) => value >= start && value <= last,
  };
}

/** Bits of a mask in one half of a wide field. */
function maskOf(random: Random, field: Field): Bare {
  const bits = Math.min(field.bits, WORD);
  const half = field.bits > WORD ? BigInt(random.whole(0, 1) * WORD) : 0n;
  const mask = (random.bits(bits) || 1n) << half;
  const places = [...mask.toString(2)].flatMap((bit, i, { length }) =>
    bit === '1' ? [BigInt(length - 1 - i)] : [],
  );
  const vary = (['increment', 'decrement', 'random'] as const)[random.whole(0, 2)] ?? 'random';
  const from = random.bits(field.bits);
  const given = random.whole(0, 1) === 0;
  const start = places.reduce((value, place) => (value << 1n) | ((from >> place) & 1n), 0n);
  const highest = (1n << BigInt(places.length)) - 1n;
  const down = vary === 'decrement';
  const first = given ? start : down ? highest : 0n;
  const fixed = given ? from & ~mask : 0n;
  const step = BigInt(random.whole(1, 3));
  const count = (down ? first : highest - first) / step + 1n;
  const spread = (value: bigint) =>
    places.reduce((sum, place, i) => sum | (((value >> BigInt(places.length - 1 - i)) & 1n) << place), 0n);
  const has = (value: bigint) => {
    const position = places.reduce((sum, place) => (sum << 1n) | ((value >> place) & 1n), 0n);
    const distance = down ? first - position : position - first;
    return (value & ~mask) === fixed && distance >= 0n && distance % step === 0n && distance / step < count;
  };
  const words = {
    vary,
    mask: textOf(field, mask),
    ...(given && { from: textOf(field, from) }),
    step: Number(step),
  };
  const at = (position: bigint) => fixed | spread(down ? first - position * step : first + position * step);
  return { words, count, at, random: vary === 'random', has };
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
