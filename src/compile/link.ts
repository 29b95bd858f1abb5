import { type Coverage, fold, sumOf } from './checksum.js';
import type { BareOperation } from './operations.js';
import { ValueError } from './problems.js';
import type { Addition, ChecksumOperation, FieldOperation, FillOperation, StreamProgram } from './program.js';

interface Built {
  readonly frame: Uint8Array;
  readonly coverages: readonly Coverage[];
}

type Linked = Pick<StreamProgram, 'fields' | 'fills' | 'checksums'>;

const CHECKSUM_BITS = 16;
/** addon/program.h: kMaximumChecksums. */
const MOST_CHECKSUMS = 64;

/**
 * Finds out which checksums change with what: those are computed for every frame, from the sum of all that is constant
 * (RFC 1624 with the old value known to be 0) and from the values that were just written. All others stay as they are.
 */
export function linkChecksums(
  fields: readonly BareOperation[],
  fills: readonly Omit<FillOperation, 'adds'>[],
  built: readonly Built[],
): Linked {
  // In the longest frame whatever varies has at least one byte.
  const [first] = built.toSorted((a, b) => b.frame.length - a.frame.length);
  if (!first || (fields.length === 0 && fills.length === 0)) return { fields: [], fills: [], checksums: [] };
  const varied = [...fields.map(windowOf), ...fills.map((fill) => fillWindow(fill, first.frame.length))];
  const live = liveChecksums(first.coverages, varied);
  if (live.length > MOST_CHECKSUMS) throw new ValueError(`more than ${MOST_CHECKSUMS} checksums that change`);
  const numbers = new Map(live.map((position, number) => [position, number]));
  const addsOf = (window: Window, from: number) => additions(window, first.coverages, numbers, from);
  return {
    fields: fields.map((field): FieldOperation => ({ ...field, adds: addsOf(windowOf(field), 0) })),
    fills: fills.map(
      (fill): FillOperation => ({ ...fill, adds: addsOf(fillWindow(fill, first.frame.length), 0) }),
    ),
    checksums: live.map((position) => {
      const coverage = first.coverages[position] as Coverage;
      return {
        ...operationOf(coverage),
        sums: Uint32Array.from(built, (one) => constantSum(one, position, fields, fills, live)),
        ends: Uint32Array.from(built, (one) => one.coverages[position]?.ranges.at(-1)?.[1] ?? 0),
        adds: addsOf(checksumWindow(coverage), position + 1),
      };
    }),
  };
}

function operationOf(coverage: Coverage): Omit<ChecksumOperation, 'sums' | 'ends' | 'adds'> {
  const { algorithm, offsetBytes, zeroIsOnes, bad, ranges } = coverage;
  return { algorithm, offsetBytes, zeroIsOnes, bad, from: ranges[0]?.[0] ?? 0 };
}

/** Bits of the frame that are not the same in every frame. */
interface Window {
  readonly from: number;
  readonly to: number;
  /** Where, modulo 16, the last bit of what is added to a sum stands. */
  readonly ends: number;
}

function windowOf({ offsetBytes, containerBytes, shift, bits }: BareOperation): Window {
  const to = (offsetBytes + containerBytes) * 8 - shift;
  return { from: to - bits, to, ends: to };
}

function fillWindow({ from, to }: Omit<FillOperation, 'adds'>, frameBytes: number): Window {
  // Random bytes are added up as 16-bit words from their first byte on.
  return { from: from * 8, to: (to === 0 ? frameBytes : to) * 8, ends: from * 8 };
}

function checksumWindow({ offsetBytes, algorithm }: Coverage): Window {
  const to = offsetBytes * 8 + (algorithm === 'crc32c' ? 32 : CHECKSUM_BITS);
  return { from: offsetBytes * 8, to, ends: to };
}

function isTouched({ ranges }: Coverage, { from, to }: Window): boolean {
  return ranges.some(([start, end]) => from < end * 8 && to > start * 8);
}

/** Positions of the checksums that have to be computed for every frame. */
function liveChecksums(coverages: readonly Coverage[], varied: readonly Window[]): number[] {
  const windows = [...varied];
  const live: number[] = [];
  coverages.forEach((coverage, position) => {
    if (!windows.some((window) => isTouched(coverage, window))) return;
    live.push(position);
    windows.push(checksumWindow(coverage));
  });
  return live;
}

/** The checksums from position `from` on that a window takes part in. */
function additions(
  window: Window,
  coverages: readonly Coverage[],
  numbers: ReadonlyMap<number, number>,
  from: number,
): Addition[] {
  return [...numbers].flatMap(([position, checksum]) => {
    const coverage = coverages[position];
    if (!coverage || position < from || coverage.algorithm === 'crc32c') return [];
    return rotationsIn(coverage, window).map((rotate) => ({ checksum, rotate }));
  });
}

/** A value that ends at an odd byte of what is summed up counts 256 times as much, and so on: RFC 1071 section 2. */
function rotationsIn({ ranges }: Coverage, { from, to, ends }: Window): number[] {
  let before = 0;
  const found: number[] = [];
  for (const [start, end] of ranges) {
    if (from < end * 8 && to > start * 8) {
      if (from < start * 8 || to > end * 8)
        throw new ValueError('a variation lies across the edge of a checksum');
      const endBits = ends - start * 8 + before * 8;
      found.push((CHECKSUM_BITS - (endBits % CHECKSUM_BITS)) % CHECKSUM_BITS);
    }
    before += end - start;
  }
  return found;
}

/** The folded sum over a frame in which everything that is written for each frame counts as 0. */
function constantSum(
  { frame, coverages }: Built,
  position: number,
  fields: readonly BareOperation[],
  fills: readonly Omit<FillOperation, 'adds'>[],
  live: readonly number[],
): number {
  const coverage = coverages[position] as Coverage;
  const zeroed = Uint8Array.from(frame);
  for (const field of fields) clear(zeroed, windowOf(field));
  for (const fill of fills) clear(zeroed, fillWindow(fill, frame.length));
  for (const other of live) clear(zeroed, checksumWindow(coverages[other] as Coverage));
  return fold(sumOf(zeroed, coverage.ranges, coverage.plus));
}

function clear(frame: Uint8Array, { from, to }: Pick<Window, 'from' | 'to'>): void {
  for (let bit = from; bit < to; bit++) {
    if (bit % 8 === 0 && to - bit >= 8) {
      frame[bit >> 3] = 0;
      bit += 7;
    } else {
      frame[bit >> 3] = (frame[bit >> 3] ?? 0) & ~(0x80 >> (bit & 7));
    }
  }
}
