import type { FrameProgram } from '#src/compile/program.js';
import type { Random } from '../unit/support/random.js';

/** Where something stands in a program: ['streams', 0, 'count']. */
export type Place = readonly (string | number)[];

const HEAD_BYTES = 42;
const SIZES = [60, 200];

/** Two streams; the first has all that a program can have: two sizes, a counter, a table, a fill and a checksum. */
export function goodProgram(): FrameProgram {
  const adds = () => [{ checksum: 0, rotate: 8 }];
  const sizes = () => Uint32Array.from(SIZES);
  const plain = { variants: variants([60]), variantIndex: -1, variantTable: Uint32Array.of(0) };
  return {
    order: 'sequence',
    seed: 1n,
    schedule: Uint32Array.of(0, 1, 0),
    streams: [
      {
        count: 1000n,
        variants: variants(SIZES),
        variantIndex: 1,
        variantTable: Uint32Array.of(0, 1),
        indexes: [
          { random: false, count: 3n, period: 2, seed: 2n },
          { random: true, count: 2n, period: 1, seed: 3n },
        ],
        fields: [
          { ...field(34), adds: adds(), values: BigUint64Array.of(1n, 2n, 3n) },
          { ...field(36), adds: adds(), values: null },
        ],
        fills: [{ from: HEAD_BYTES, to: 0, seed: 4n, adds: adds() }],
        checksums: [
          {
            algorithm: 'internet',
            offsetBytes: 40,
            zeroIsOnes: true,
            bad: false,
            sums: Uint32Array.of(5, 6),
            from: 34,
            ends: sizes(),
            adds: [],
          },
        ],
      },
      { count: null, ...plain, indexes: [], fields: [], fills: [], checksums: [] },
    ],
  };
}

function variants(sizes: readonly number[]): FrameProgram['streams'][number]['variants'] {
  return {
    frameBytes: Uint32Array.from(sizes),
    headOffset: Uint32Array.from(sizes, (_, i) => i * HEAD_BYTES),
    headBytes: Uint32Array.from(sizes, () => HEAD_BYTES),
    bytes: new Uint8Array(HEAD_BYTES * sizes.length).fill(7),
    body: new Uint8Array(Math.max(...sizes)).fill(8),
  };
}

function field(offsetBytes: number) {
  return { offsetBytes, containerBytes: 2, shift: 0, bits: 16, index: 0, first: 9n, step: 1n, take: 0 };
}

/** Puts something else into a program, in place. */
export function setAt(program: FrameProgram, place: Place, value: unknown): void {
  const parent = place.slice(0, -1).reduce<unknown>((at, part) => (at as never)[part], program);
  (parent as Record<string | number, unknown>)[place.at(-1) ?? ''] = value;
}

function valueAt(program: FrameProgram, place: Place): unknown {
  return place.reduce<unknown>((at, part) => (at as never)[part], program);
}

/** Everything in a program that has a name or a number of its own. */
export function placesOf(value: unknown, place: Place = []): Place[] {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return [];
  const parts = Array.isArray(value) ? value.keys() : Object.keys(value);
  return [...parts].flatMap((part) => {
    const here = [...place, part];
    return [here, ...placesOf((value as never)[part], here)];
  });
}

const NUMBERS = [0, 1, 2, 3, 4, 7, 8, 13, 14, 15, 16, 31, 32, 59, 60, 61, 63, 64, 199, 200, 201, 9018, 9019];
const ODD = [
  -1,
  -0.5,
  0.5,
  1e9,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 53,
  Number.NaN,
  Number.POSITIVE_INFINITY,
];

/** Changes something at random: a number, a length, a kind, or puts one part in the place of another. */
export function mutate(random: Random, program: FrameProgram): void {
  const place = pick(random, placesOf(program));
  // From another one: nothing then contains itself.
  const other = goodProgram();
  const value = valueAt(program, place);
  setAt(
    program,
    place,
    mutated(random, value, () => valueAt(other, pick(random, placesOf(other)))),
  );
}

function mutated(random: Random, value: unknown, other: () => unknown): unknown {
  if (random.whole(0, 9) === 0)
    return pick<unknown>(random, [null, undefined, '', 'x', {}, [], true, other()]);
  if (typeof value === 'number') return pick(random, random.whole(0, 3) === 0 ? ODD : NUMBERS);
  if (typeof value === 'bigint') return random.bits(random.whole(1, 66));
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string') return pick(random, ['random', 'sequence', 'crc32c', 'internet']);
  if (value instanceof Uint32Array)
    return changed(random, value, () => Number(random.bits(random.whole(1, 32))));
  if (value instanceof Uint8Array) return value.slice(0, random.whole(0, value.length));
  if (value instanceof BigUint64Array) return value.slice(0, random.whole(0, value.length));
  if (Array.isArray(value)) return [...value, ...value].slice(0, random.whole(0, 2 * value.length));
  return other();
}

function changed(random: Random, numbers: Uint32Array, number: () => number): Uint32Array {
  const copy = Uint32Array.from([...numbers, ...numbers].slice(0, random.whole(0, numbers.length + 1)));
  const at = random.whole(0, copy.length);
  if (at < copy.length) copy[at] = random.whole(0, 1) === 0 ? number() : pick(random, NUMBERS);
  return copy;
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random.whole(0, from.length - 1)] as T;
}
