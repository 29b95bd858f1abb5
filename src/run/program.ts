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
  /** Over one period of the mix. */
  readonly meanBytes: number;
  readonly maxBytes: number;
  /** The mean of what takes time on a wire: a device pads what is shorter to 64 bytes. */
  readonly meanWireBytes: number;
}

export function sizesOf(program: FrameProgram): TrafficSizes {
  const overPeriod = (means: readonly number[]) =>
    program.schedule.reduce((sum, stream) => sum + (means[stream] ?? 0), 0) / program.schedule.length;
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
    meanBytes: overPeriod(program.streams.map((stream) => streamMeanBytes(stream))),
    maxBytes,
    meanWireBytes: overPeriod(program.streams.map((stream) => streamMeanBytes(stream, MIN_SIZE_BYTES))),
  };
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

/** The first frame that the first of so many workers sends, in hex. */
export function firstFrame(program: FrameProgram, workers: number): string {
  const [first] = native().renderFrames(program, 0, workers, 1);
  return Buffer.from(first?.frame ?? []).toString('hex');
}
