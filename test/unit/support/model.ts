import { compile } from '#src/compile/compile.js';
import type { FrameProgram } from '#src/compile/program.js';
import { type Stream, type TrafficModel, ZEROS } from '#src/model/traffic.js';
import { type NativeFrame, native } from '#src/native/index.js';
import { headersOf, type Layers } from '../../support/compiled.js';

export function streamOf(layers: Layers, changes: Partial<Stream> = {}): Stream {
  return {
    name: 'probe',
    weight: 1,
    count: null,
    sizes: null,
    headers: headersOf(layers),
    payload: ZEROS,
    flows: null,
    ...changes,
  };
}

export function modelOf(streams: readonly Stream[], changes: Partial<TrafficModel> = {}): TrafficModel {
  return { seed: 1, order: 'smooth', streams, ...changes };
}

export function sizesOf(...sizes: readonly number[]): NonNullable<Stream['sizes']> {
  return { order: 'smooth', list: sizes.map((sizeBytes) => ({ sizeBytes, weight: 1 })) };
}

/** The first frames of a model, as one worker of one makes them. */
export async function framesOf(model: TrafficModel, frames: number): Promise<NativeFrame[]> {
  return native().renderFrames(await compile(model), 0, 1, frames);
}

/**
 * The first frames of `workers` workers in the order of the whole sequence, up to the first that a worker has not made.
 * Positions go round the workers; behind each lap of the mix lie gaps until laps and workers have no common factor.
 */
export function interleaved(program: FrameProgram, workers: number, each: number): NativeFrame[] {
  const parts = Array.from({ length: workers }, (_, worker) =>
    native().renderFrames(program, worker, workers, each).values(),
  );
  const lap = program.order === 'random' ? 1 : lapFrames(program);
  let positions = lap;
  while (workers > 1 && greatestCommonDivisor(positions, workers) > 1) positions++;
  const frames: NativeFrame[] = [];
  const ended = new Set<number>();
  for (let at = 0; ended.size < workers; at++) {
    if (at % positions >= lap) continue;
    const next = parts[at % workers]?.next();
    if (next?.value) frames.push(next.value);
    else if (program.streams.every(({ count }) => count === null)) break;
    else ended.add(at % workers);
  }
  return frames;
}

/** Frames until streams and sizes take their turns in the same order again. */
function lapFrames({ schedule, streams }: FrameProgram): number {
  let periods = 1;
  const isWhole = (s: number, table: number) =>
    (schedule.filter((one) => one === s).length * periods) % table === 0;
  const counted = streams.flatMap(({ variantIndex, variantTable, indexes }, s) =>
    variantIndex < 0 || indexes[variantIndex]?.random ? [] : [{ s, table: variantTable.length }],
  );
  while (!counted.every(({ s, table }) => isWhole(s, table))) periods++;
  return periods * schedule.length;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** A number of the wire, most significant bit first. */
export function bitsAt(frame: Uint8Array, offsetBits: number, bits: number): bigint {
  const from = offsetBits >> 3;
  const to = (offsetBits + bits + 7) >> 3;
  const whole = BigInt(`0x${Buffer.from(frame.subarray(from, to)).toString('hex')}`);
  return BigInt.asUintN(bits, whole >> BigInt(to * 8 - offsetBits - bits));
}
