import type { IndexProgram, StreamProgram } from '../compile/program.js';
import type { CapturedFrames } from './read.js';

type Frames = Pick<CapturedFrames, 'bytes' | 'offsets' | 'lengths'>;

/** The captured frames in their order, over and over. */
export function frameStream(frames: Frames, count: number | null): StreamProgram {
  const { bytes, offsets, lengths } = frames;
  return {
    count: count === null ? null : BigInt(count),
    variants: {
      frameBytes: lengths,
      headOffset: offsets,
      headBytes: lengths,
      bytes,
      body: new Uint8Array(0),
    },
    ...eachInTurn(lengths.length),
    fields: [],
    fills: [],
    checksums: [],
  };
}

/** One variant after the other. */
function eachInTurn(variants: number): Pick<StreamProgram, 'variantIndex' | 'variantTable' | 'indexes'> {
  const variantTable = Uint32Array.from({ length: variants }, (_, i) => i);
  if (variants === 1) return { variantIndex: -1, variantTable, indexes: [] };
  return { variantIndex: 0, variantTable, indexes: [countingIndex(variants, 1)] };
}

export function countingIndex(count: number, period: number): IndexProgram {
  return { random: false, count: BigInt(count), period, seed: 0n };
}

/** Some of the frames, by their positions, with bytes of their own. */
export function pickFrames(frames: Frames, positions: readonly number[]): Frames {
  const lengths = Uint32Array.from(positions, (i) => frames.lengths[i] ?? 0);
  const offsets = new Uint32Array(positions.length);
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let end = 0;
  positions.forEach((position, i) => {
    const from = frames.offsets[position] ?? 0;
    const length = lengths[i] ?? 0;
    bytes.set(frames.bytes.subarray(from, from + length), end);
    offsets[i] = end;
    end += length;
  });
  return { bytes, offsets, lengths };
}
