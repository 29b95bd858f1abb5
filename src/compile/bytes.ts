import { FCS_BYTES, formatCount } from '../units.js';
import { ValueError } from './problems.js';
import type { FrameProgram, StreamProgram } from './program.js';

/**
 * The most frames of a stream whose sizes, FCS included, add up to no more than `bytes`.
 * @throws ValueError where the sizes are drawn at random, or not even the first frame fits.
 */
export function streamFramesWithin(stream: StreamProgram, bytes: number): number {
  const frames = SizeTurn.of(stream).framesWithin(bytes);
  if (frames === 0) throw new ValueError(tooFew(bytes, firstBytes(stream)));
  return frames;
}

/**
 * The same for the frames of the whole program in their order, ended streams left out. Where all streams end before,
 * these are all their frames.
 * @throws ValueError where the order of unequal frames is drawn at random or depends on the time, or none fits.
 */
export function framesWithin(program: FrameProgram, bytes: number): number {
  const only = onlyBytes(program);
  if (only !== undefined) return withinEqual(program, bytes, only);
  if (program.alone?.length)
    throw new ValueError(
      'streams of unequal sizes come in an order that their rates decide; count frames instead',
    );
  if (program.order === 'random' && new Set(program.schedule).size > 1)
    throw new ValueError('streams of unequal sizes take turns at random; count frames instead');
  const frames = new Sequence(program).framesWithin(bytes);
  if (frames > 0) return frames;
  const first = program.schedule.find((s) => program.streams[s]?.count !== 0n) ?? 0;
  throw new ValueError(tooFew(bytes, firstBytes(program.streams[first])));
}

function tooFew(bytes: number, first: number): string {
  return `not even the first frame fits in ${formatCount(bytes)} bytes: it has ${formatCount(first)}, FCS included`;
}

function firstBytes(stream: StreamProgram | undefined): number {
  return (stream?.variants.frameBytes[stream.variantTable[0] ?? 0] ?? 0) + FCS_BYTES;
}

/** The size of all frames; undefined where they differ. */
function onlyBytes({ streams }: FrameProgram): number | undefined {
  const first = streams[0]?.variants.frameBytes[0];
  const isSame = ({ variants }: StreamProgram) => variants.frameBytes.every((length) => length === first);
  return first !== undefined && streams.every(isSame) ? first + FCS_BYTES : undefined;
}

function withinEqual({ streams }: FrameProgram, bytes: number, sizeBytes: number): number {
  const frames = Math.floor(bytes / sizeBytes);
  if (frames === 0) throw new ValueError(tooFew(bytes, sizeBytes));
  return Math.min(
    frames,
    streams.reduce((sum, { count }) => sum + limitOf(count), 0),
  );
}

function limitOf(count: bigint | null): number {
  return count === null ? Number.POSITIVE_INFINITY : Number(count);
}

/** The sizes of a stream, which repeat. */
class SizeTurn {
  private constructor(
    /** Sizes of the first k frames, added up; from k = 0 to all of a turn. */
    private readonly before: Float64Array,
  ) {}

  static of({ variants, variantIndex, variantTable, indexes }: StreamProgram): SizeTurn {
    const sizeOf = (variant: number) => (variants.frameBytes[variant] ?? 0) + FCS_BYTES;
    const table = variantIndex < 0 ? variantTable.subarray(0, 1) : variantTable;
    const isEqual = table.every((variant) => sizeOf(variant) === sizeOf(table[0] ?? 0));
    if (indexes[variantIndex]?.random && !isEqual)
      throw new ValueError('the sizes are drawn at random; count frames instead');
    const before = new Float64Array((isEqual ? 1 : table.length) + 1);
    for (let k = 1; k < before.length; k++) before[k] = (before[k - 1] ?? 0) + sizeOf(table[k - 1] ?? 0);
    return new SizeTurn(before);
  }

  get turn(): number {
    return this.before.length - 1;
  }

  get turnBytes(): number {
    return this.before[this.turn] ?? 0;
  }

  bytesOf(frames: number): number {
    return Math.floor(frames / this.turn) * this.turnBytes + (this.before[frames % this.turn] ?? 0);
  }

  framesWithin(bytes: number): number {
    const turns = Math.floor(bytes / this.turnBytes);
    const left = bytes - turns * this.turnBytes;
    return turns * this.turn + most(this.turn - 1, (k) => (this.before[k] ?? 0) <= left);
  }
}

/** The mix, as the frames of all workers together are: one period of the schedule after the other. */
class Sequence {
  readonly #schedule: Uint32Array;
  readonly #streams: readonly {
    readonly perPeriod: number;
    readonly limit: number;
    readonly sizes: SizeTurn;
  }[];

  constructor({ schedule, streams }: FrameProgram) {
    const perPeriod = new Uint32Array(streams.length);
    for (const s of schedule) perPeriod[s] = (perPeriod[s] ?? 0) + 1;
    this.#schedule = schedule;
    this.#streams = streams.map((stream, s) => ({
      perPeriod: perPeriod[s] ?? 0,
      limit: limitOf(stream.count),
      sizes: SizeTurn.of(stream),
    }));
  }

  framesWithin(bytes: number): number {
    const none = new Uint32Array(this.#streams.length);
    const periods = most(this.#mostPeriods(bytes), (k) => this.#bytesAfter(k, none) <= bytes);
    // What fits of the next one. Turns of streams that have ended take no bytes.
    const partial = most(
      this.#schedule.length - 1,
      (k) => this.#bytesAfter(periods, this.#turnsIn(k)) <= bytes,
    );
    return this.#sum(periods, this.#turnsIn(partial), (_, frames) => frames);
  }

  /** No fewer than fit: so many that the streams without an end exceed `bytes`, or that all the others have ended. */
  #mostPeriods(bytes: number): number {
    const endless = this.#streams.filter(
      ({ limit, perPeriod }) => limit === Number.POSITIVE_INFINITY && perPeriod > 0,
    );
    if (endless.length > 0) return Math.floor(bytes / endless.reduce((sum, one) => sum + one.perPeriod, 0));
    const ends = this.#streams.map(({ limit, perPeriod }) =>
      perPeriod > 0 ? Math.ceil(limit / perPeriod) : 0,
    );
    return ends.reduce((a, b) => Math.max(a, b), 0);
  }

  #turnsIn(positions: number): Uint32Array {
    const turns = new Uint32Array(this.#streams.length);
    for (const s of this.#schedule.subarray(0, positions)) turns[s] = (turns[s] ?? 0) + 1;
    return turns;
  }

  #bytesAfter(periods: number, more: Uint32Array): number {
    return this.#sum(periods, more, ({ sizes }, frames) => sizes.bytesOf(frames));
  }

  #sum(
    periods: number,
    more: Uint32Array,
    worth: (stream: { readonly sizes: SizeTurn }, frames: number) => number,
  ): number {
    return this.#streams.reduce(
      (sum, stream, s) =>
        sum + worth(stream, Math.min(stream.limit, periods * stream.perPeriod + (more[s] ?? 0))),
      0,
    );
  }
}

/** The greatest whole number from 0 to `end` for which `fits` holds, which it does up to some point. */
function most(end: number, fits: (value: number) => boolean): number {
  let [low, high] = [0, end];
  while (low < high) {
    const middle = low + Math.ceil((high - low) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
