import type { Field } from '../protocols/protocol.js';
import { type ModelPath, type Problems, ValueError } from './problems.js';
import type { FieldOperation, IndexProgram } from './program.js';
import { seedOf } from './random.js';
import { MOST_VALUES, type Varied } from './variation.js';

/** A varied field in its place in the frame. */
export interface VariedField {
  readonly offsetBits: number;
  readonly bits: number;
  readonly varied: Varied;
  readonly path: ModelPath;
}

/** A field operation that does not know yet which checksums it changes. */
export type BareOperation = Omit<FieldOperation, 'adds'>;

/** addon/program.h: kMaximumIndexes. */
const MOST_INDEXES = 256;
const WORD = 64;
const WORD_VALUES = 1n << 64n;

/** Collects the positions and the field operations of one stream. */
export class Operations {
  readonly indexes: IndexProgram[] = [];
  readonly fields: BareOperation[] = [];
  private readonly groups = new Map<string, Group>();

  /** `seed` and `number` of the stream: what is random in it follows from them. */
  constructor(
    private readonly seed: bigint,
    private readonly number: number,
    private readonly problems: Problems,
  ) {}

  add(field: VariedField): void {
    this.problems.guard(field.path, () => {
      for (const part of partsOf(field)) this.addPart(part);
    });
  }

  /** Throws ValueError. */
  addIndex(index: Omit<IndexProgram, 'seed'>): number {
    if (this.indexes.length === MOST_INDEXES) {
      throw new ValueError(`more than ${MOST_INDEXES} things vary in this stream: let some move together`);
    }
    this.indexes.push({ ...index, seed: seedOf(this.seed, this.number, this.indexes.length) });
    return this.indexes.length - 1;
  }

  /** An operation on a position that exists. */
  addField(
    window: Window,
    operation: Pick<BareOperation, 'index' | 'first' | 'step' | 'take' | 'values'>,
  ): void {
    this.fields.push({ ...containerOf(window), bits: window.bits, ...operation });
  }

  private addPart({ offsetBits, bits, varied, path }: VariedField): void {
    const { values, mask, first, step } = varied;
    const index = this.indexOf(varied, path);
    const asWord = (value: bigint) => BigInt.asUintN(WORD, value);
    for (const run of runsOf(bits, mask)) {
      const window = { offsetBits: offsetBits + bits - run.low - run.bits, bits: run.bits };
      const table = values && BigUint64Array.from(values, asWord);
      this.addField(window, {
        index,
        first: asWord(first),
        step: asWord(step),
        take: run.take,
        values: table,
      });
    }
  }

  private indexOf({ random, count, period, together }: Varied, path: ModelPath): number {
    const group = together === null ? undefined : this.groups.get(together);
    if (group && (group.count !== count || group.period !== period || group.random !== random)) {
      const here = movement({ count, period, random });
      throw new ValueError(
        `together ${together}: it moves as ${here}, and ${group.path.at(-1)} as ${movement(group)}; fields that move together move alike`,
      );
    }
    if (group) return group.index;
    const index = this.addIndex({ random, count: count === WORD_VALUES ? 0n : count, period });
    if (together !== null) this.groups.set(together, { index, count, period, random, path });
    return index;
  }
}

type Movement = Pick<Varied, 'count' | 'period' | 'random'>;

/** Fields that move together. */
interface Group extends Movement {
  readonly index: number;
  readonly path: ModelPath;
}

/** "100 values in turn, each for 2 frames". */
function movement({ count, period, random }: Movement): string {
  return `${count} values ${random ? 'at random' : 'in turn'}${period > 1 ? `, each for ${period} frames` : ''}`;
}

/** Bits of the frame, 64 at most. */
export interface Window {
  readonly offsetBits: number;
  readonly bits: number;
}

/** The smallest container that holds the window; within the frame, because no header is shorter than its fields. */
function containerOf({
  offsetBits,
  bits,
}: Window): Pick<BareOperation, 'offsetBytes' | 'containerBytes' | 'shift'> {
  const offsetBytes = Math.floor(offsetBits / 8);
  const needed = Math.ceil((offsetBits + bits) / 8) - offsetBytes;
  const containerBytes = [1, 2, 4, 8].find((size) => size >= needed);
  if (containerBytes === undefined) throw new ValueError('it varies over more than 8 bytes: vary fewer bits');
  // A container of 3, 5, 6 or 7 needed bytes begins earlier, so that it never ends behind the frame.
  const begin = Math.max(0, offsetBytes - (containerBytes - needed));
  return { offsetBytes: begin, containerBytes, shift: (begin + containerBytes) * 8 - offsetBits - bits };
}

/** A field of more than 64 bits varies in its lower 64, in its upper 64, or at random in both. */
function partsOf(field: VariedField): VariedField[] {
  const { offsetBits, bits, varied } = field;
  if (bits <= WORD) return [field];
  const low = { ...field, offsetBits: offsetBits + bits - WORD, bits: WORD };
  const high = { ...field, bits: bits - WORD };
  if (varied.mask !== null) return halvesOfMasked(field, low, high);
  if (varied.values) return halvesOfList(varied, varied.values, low, high);
  const { first, step, random } = varied;
  const last = first + (varied.count - 1n) * step;
  const lowFirst = BigInt.asUintN(WORD, first);
  if (first >> 64n === last >> 64n) return [{ ...low, varied: { ...varied, first: lowFirst } }];
  if (random) return randomHalves(varied, first, last, low, high);
  const room = step > 0n ? WORD_VALUES - lowFirst : lowFirst + 1n;
  const count = (room + (step > 0n ? step : -step) - 1n) / (step > 0n ? step : -step);
  if (count < LONGEST_RUN) return halvesOfList(varied, valuesOf(varied), low, high);
  return [
    { ...low, varied: { ...varied, first: lowFirst, count: count < varied.count ? count : varied.count } },
  ];
}

/** Frames that no run sends: 2^48 at 100 million a second take a month. */
const LONGEST_RUN = 1n << 48n;

function valuesOf({ first, step, count }: Varied): bigint[] {
  if (count > MOST_VALUES) {
    throw new ValueError(`over a multiple of 2^64 go at most ${MOST_VALUES} values, and these are ${count}`);
  }
  return Array.from({ length: Number(count) }, (_, n) => first + BigInt(n) * step);
}

function randomHalves(
  varied: Varied,
  first: bigint,
  last: bigint,
  low: VariedField,
  high: VariedField,
): VariedField[] {
  if (
    varied.step !== 1n ||
    BigInt.asUintN(WORD, first) !== 0n ||
    BigInt.asUintN(WORD, last) !== WORD_VALUES - 1n
  ) {
    throw new ValueError('a random value of more than 64 bits needs a whole prefix, and step 1');
  }
  if (varied.together !== null) throw new ValueError('together: not for random values of more than 64 bits');
  const upper = { ...varied, first: first >> 64n, count: (last >> 64n) - (first >> 64n) + 1n };
  return [
    { ...high, varied: upper },
    { ...low, varied: { ...varied, first: 0n, count: WORD_VALUES } },
  ];
}

function halvesOfMasked({ varied }: VariedField, low: VariedField, high: VariedField): VariedField[] {
  const mask = varied.mask ?? 0n;
  const lowMask = BigInt.asUintN(WORD, mask);
  if (mask === lowMask) return [{ ...low, varied: { ...varied, mask: lowMask } }];
  if (lowMask === 0n) return [{ ...high, varied: { ...varied, mask: mask >> 64n } }];
  throw new ValueError('mask: the bits that change have to lie in the lower or in the upper 64 bits');
}

/** Both halves of each value, moving together. */
function halvesOfList(
  varied: Varied,
  values: readonly bigint[],
  low: VariedField,
  high: VariedField,
): VariedField[] {
  // No word of a person contains a NUL, and a field has but one place.
  const together = varied.together ?? `\0${low.offsetBits}`;
  const lows = values.map((value) => BigInt.asUintN(WORD, value));
  return [
    { ...high, varied: { ...varied, together, values: values.map((value) => value >> 64n) } },
    { ...low, varied: { ...varied, together, values: lows } },
  ];
}

/** Neighbouring bits that change, and how many bits of the counter go to lower ones. */
function runsOf(bits: number, mask: bigint | null): { low: number; bits: number; take: number }[] {
  if (mask === null) return [{ low: 0, bits, take: 0 }];
  const runs: { low: number; bits: number; take: number }[] = [];
  let taken = 0;
  for (let low = 0; low < bits; low++) {
    if (((mask >> BigInt(low)) & 1n) === 0n) continue;
    const last = runs.at(-1);
    if (last && last.low + last.bits === low) last.bits++;
    else runs.push({ low, bits: 1, take: taken });
    taken++;
  }
  return runs;
}

/**
 * The same operations without the bits that a later one writes again, and without those at `places`: what is left is
 * what the frame will show, and what its checksums have to count.
 */
export function visible(fields: readonly BareOperation[], places: readonly Window[]): BareOperation[] {
  return fields.flatMap((field, i) => {
    const later = [...fields.slice(i + 1).map(windowOf), ...places];
    const whole = windowOf(field);
    const parts = later.reduce((left, cover) => left.flatMap((part) => without(part, cover)), [whole]);
    if (parts.length === 1 && parts[0]?.bits === whole.bits) return [field];
    return parts.map((part) => {
      const below = whole.offsetBits + whole.bits - part.offsetBits - part.bits;
      return { ...field, ...containerOf(part), bits: part.bits, take: field.take + below };
    });
  });
}

function windowOf({ offsetBytes, containerBytes, shift, bits }: BareOperation): Window {
  return { offsetBits: (offsetBytes + containerBytes) * 8 - shift - bits, bits };
}

function without(part: Window, cover: Window): Window[] {
  const [from, to] = [part.offsetBits, part.offsetBits + part.bits];
  const [first, end] = [cover.offsetBits, cover.offsetBits + cover.bits];
  if (end <= from || first >= to) return [part];
  return [
    { offsetBits: from, bits: Math.max(0, first - from) },
    { offsetBits: end, bits: Math.max(0, to - end) },
  ].filter(({ bits }) => bits > 0);
}

/** For errors and seeds that name a field by number: a patch has no protocol. */
export function patchField(bits: number): Field {
  return { name: 'value', bits, kind: 'uint', fallback: 0n };
}
