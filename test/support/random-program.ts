import type { FrameProgram, StreamProgram } from '#src/compile/program.js';
import type { Random } from '../unit/support/random.js';

const SHORTEST_BYTES = 60;
const LONGEST_BYTES = 460;
/** Fields have 8 bytes each of their own, then come the checksums: what overlaps has no meaning. */
const MOST_FIELDS = 4;
const FIELDS_AT = 14;
const CHECKSUMS_AT = FIELDS_AT + MOST_FIELDS * 8;
const PLACES_END = CHECKSUMS_AT + 12;
const ALL_64 = (1n << 64n) - 1n;
/** Where counting goes wrong: around powers of two, of 32 bits and of 64. */
const COUNTS = [0n, 1n, 2n, 3n, 7n, 64n, 1000n, 1n << 32n, (1n << 32n) + 1n, 1n << 40n, ALL_64];

/** A valid program of nothing in particular: streams, sizes, positions, fields and checksums drawn at random. */
export function randomProgram(random: Random): FrameProgram {
  const streams = times(random.whole(1, 4), () => randomStream(random));
  const schedule = times(random.whole(1, 9), () => random.whole(0, streams.length - 1));
  return {
    order: random.whole(0, 2) === 0 ? 'random' : 'sequence',
    seed: random.bits(64),
    schedule: Uint32Array.from([...schedule, ...streams.keys()]),
    streams,
  };
}

function randomStream(random: Random): StreamProgram {
  const sizes = random.whole(0, 2) === 0 ? random.whole(2, 40) : 1;
  const frameBytes = times(sizes, () => random.whole(SHORTEST_BYTES, LONGEST_BYTES));
  const isWhole = random.whole(0, 1) === 0;
  const headBytes = frameBytes.map((bytes) => (isWhole ? bytes : PLACES_END));
  const headOffset = headBytes.map((_, i) => headBytes.slice(0, i).reduce((sum, bytes) => sum + bytes, 0));
  const variants = {
    frameBytes: Uint32Array.from(frameBytes),
    headOffset: Uint32Array.from(headOffset),
    headBytes: Uint32Array.from(headBytes),
    bytes: withType(random.bytes(headBytes.reduce((sum, bytes) => sum + bytes, 0)), headOffset),
    body: isWhole ? new Uint8Array(0) : random.bytes(Math.max(...frameBytes)),
  };
  const indexes = times(random.whole(1, 4), () => randomIndex(random));
  const variantTable = times(random.whole(1, 12), () => random.whole(0, sizes - 1));
  if (sizes > 1) indexes[0] = { ...randomIndex(random), count: BigInt(variantTable.length) };
  const checksums = random.whole(0, 3);
  const isUnending = random.whole(0, 3) > 0;
  return {
    count: isUnending ? null : BigInt(random.whole(0, 60)),
    variants,
    variantIndex: sizes > 1 ? 0 : -1,
    variantTable: Uint32Array.from(sizes > 1 ? variantTable : [0]),
    indexes,
    fields: times(random.whole(0, MOST_FIELDS), (f) =>
      randomField(random, FIELDS_AT + f * 8, indexes, checksums),
    ),
    fills: times(random.whole(0, 1), () => ({
      from: random.whole(PLACES_END, SHORTEST_BYTES),
      to: random.whole(0, 1) === 0 ? 0 : random.whole(PLACES_END, SHORTEST_BYTES),
      seed: random.bits(64),
      adds: randomAdds(random, 0, checksums),
    })),
    checksums: times(checksums, (c) => ({
      // What a CRC covers has to be complete before.
      algorithm:
        sizes <= 16 && c === checksums - 1 && random.whole(0, 1) === 0
          ? ('crc32c' as const)
          : ('internet' as const),
      offsetBytes: CHECKSUMS_AT + 4 * c,
      zeroIsOnes: random.whole(0, 1) === 0,
      bad: random.whole(0, 3) === 0,
      sums: Uint32Array.from(frameBytes, () => random.whole(0, 0xffff)),
      from: random.whole(0, 50),
      ends: Uint32Array.from(frameBytes, (bytes) => random.whole(PLACES_END, bytes)),
      adds: randomAdds(random, c + 1, checksums),
    })),
  };
}

/** A type for experiments: a receiver may change the order of frames whose type is a length. */
function withType(bytes: Uint8Array, frames: readonly number[]): Uint8Array {
  for (const at of frames) bytes.set([0x88, 0xb5], at + 12);
  return bytes;
}

function randomIndex(random: Random): StreamProgram['indexes'][number] {
  return {
    random: random.whole(0, 2) === 0,
    count: COUNTS[random.whole(0, COUNTS.length - 1)] ?? 1n,
    period: random.whole(0, 2) === 0 ? random.whole(2, 9) : 1,
    seed: random.bits(64),
  };
}

function randomField(
  random: Random,
  from: number,
  indexes: StreamProgram['indexes'],
  checksums: number,
): StreamProgram['fields'][number] {
  const containerBytes = [1, 2, 4, 8][random.whole(0, 3)] ?? 1;
  const isWhole = random.whole(0, 1) === 0;
  const shift = isWhole ? 0 : random.whole(0, containerBytes * 8 - 1);
  const index = random.whole(0, indexes.length - 1);
  const count = indexes[index]?.count ?? 0n;
  const hasValues = count > 0n && count <= 1000n && random.whole(0, 1) === 0;
  return {
    offsetBytes: random.whole(from, from + 8 - containerBytes),
    containerBytes,
    shift,
    bits: isWhole ? containerBytes * 8 : random.whole(1, containerBytes * 8 - shift),
    index,
    first: random.bits(64),
    step: random.whole(0, 1) === 0 ? 1n : random.bits(64),
    take: random.whole(0, 1) === 0 ? 0 : random.whole(1, 63),
    values: hasValues ? BigUint64Array.from(times(Number(count), () => random.bits(64))) : null,
    relative: random.whole(0, 3) === 0,
    adds: randomAdds(random, 0, checksums),
  };
}

function randomAdds(random: Random, from: number, checksums: number) {
  if (from >= checksums) return [];
  return times(random.whole(0, 2), () => ({
    checksum: random.whole(from, checksums - 1),
    rotate: random.whole(0, 15),
  }));
}

function times<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i));
}
