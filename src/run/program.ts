import { compile } from '../compile/compile.js';
import type { FrameProgram, StreamProgram } from '../compile/program.js';
import type { TrafficModel } from '../model/traffic.js';
import { native } from '../native/index.js';
import { FCS_BYTES, MIN_SIZE_BYTES } from '../units.js';

const compiled = new WeakMap<TrafficModel, Promise<FrameProgram>>();

/** The program of a traffic model, compiled once for as long as the model lives. @throws TrafficError */
export function programOf(traffic: TrafficModel): Promise<FrameProgram> {
  const known = compiled.get(traffic) ?? compile(traffic);
  compiled.set(traffic, known);
  return known;
}

/** Frame sizes on the wire, FCS included. */
export interface TrafficSizes {
  readonly minBytes: number;
  /** Over one period of the mix; over all lanes by their rates where streams have some of their own. */
  readonly meanBytes: number;
  readonly maxBytes: number;
  /** The mean of what takes time on a wire: a device pads what is shorter to 64 bytes. */
  readonly meanWireBytes: number;
}

/**
 * `lanesPps`: the mean rates of the mix and of each stream of `program.alone`, where they are known: the means of the
 * whole are weighted by them. Without all of them each stream that is alone counts as much as the mix does.
 */
export function sizesOf(program: FrameProgram, lanesPps: readonly (number | null)[] = []): TrafficSizes {
  let minBytes = Number.POSITIVE_INFINITY;
  let maxBytes = 0;
  for (const { variants } of program.streams) {
    for (const frameBytes of variants.frameBytes) {
      minBytes = Math.min(minBytes, frameBytes + FCS_BYTES);
      maxBytes = Math.max(maxBytes, frameBytes + FCS_BYTES);
    }
  }
  return {
    minBytes,
    meanBytes: meanOverLanes(program, lanesPps),
    maxBytes,
    meanWireBytes: meanOverLanes(program, lanesPps, MIN_SIZE_BYTES),
  };
}

function meanOverLanes(program: FrameProgram, lanesPps: readonly (number | null)[], least = 0): number {
  const means = laneMeanBytes(program, least);
  const isKnown = means.every((mean, lane) => mean === null || (lanesPps[lane] ?? null) !== null);
  let [bytes, frames] = [0, 0];
  for (const [lane, mean] of means.entries()) {
    if (mean === null) continue;
    const weight = isKnown ? (lanesPps[lane] ?? 0) : 1;
    bytes += weight * mean;
    frames += weight;
  }
  if (frames > 0) return bytes / frames;
  return lanesPps.length > 0 ? meanOverLanes(program, [], least) : 0;
}

/** Of the mix, null where it is empty, and of each stream of `program.alone`: in the order of a run's lanes. */
export function laneMeanBytes(program: FrameProgram, least = 0): (number | null)[] {
  const { schedule, streams, alone = new Uint32Array(0) } = program;
  const means = streams.map((stream) => streamMeanBytes(stream, least));
  const mix = schedule.reduce((sum, stream) => sum + (means[stream] ?? 0), 0) / schedule.length;
  return [schedule.length === 0 ? null : mix, ...Array.from(alone, (stream) => means[stream] ?? 0)];
}

/** Over one period of the stream's sizes, FCS included; what is shorter than `least` counts as that. */
export function streamMeanBytes({ variants, variantTable }: StreamProgram, least = 0): number {
  const sizeOf = (variant: number) => Math.max(least, (variants.frameBytes[variant] ?? 0) + FCS_BYTES);
  return variantTable.reduce((all, variant) => all + sizeOf(variant), 0) / variantTable.length;
}

export function streamSizes({
  variants,
  variantTable,
}: StreamProgram): { sizeBytes: number; weight: number }[] {
  const weights = new Map<number, number>();
  for (const variant of variantTable) {
    const sizeBytes = (variants.frameBytes[variant] ?? 0) + FCS_BYTES;
    weights.set(sizeBytes, (weights.get(sizeBytes) ?? 0) + 1);
  }
  return [...weights].map(([sizeBytes, weight]) => ({ sizeBytes, weight }));
}

/** For a look at the frames: streams with a time of their own take turns with the others, while in a run rates decide. */
export function inTurn({ alone, ...program }: FrameProgram): FrameProgram {
  if (!alone?.length) return program;
  const numbers = new Set([...program.schedule, ...alone]);
  return { ...program, order: 'sequence', schedule: Uint32Array.from(numbers).sort() };
}

/** The first frame that the first of so many workers sends, in hex; of the first stream where rates decide. */
export function firstFrame(program: FrameProgram, workers: number): string {
  const [first] = native().renderFrames(inTurn(program), 0, workers, 1);
  return Buffer.from(first?.frame ?? []).toString('hex');
}
