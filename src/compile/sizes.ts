import type { Stream } from '../model/traffic.js';
import { FCS_BYTES, MAX_SIZE_BYTES } from '../units.js';
import { endOf, type Layer } from './layout.js';
import { periodOf } from './mix.js';
import { payloadLength } from './payload.js';
import type { ModelPath, Problems } from './problems.js';

/** The sizes of one stream. */
export interface FrameSizes {
  /** Distinct lengths without FCS. */
  readonly lengths: readonly number[];
  /** One period of positions in `lengths`. */
  readonly table: Uint32Array;
  readonly random: boolean;
}

const MIN_FRAME_BYTES = 60;
/** Only raw bytes can be that short. No device takes less than an Ethernet header, a capture file does. */
const SHORTEST_BYTES = 1;
/** The table of a stream of one size. */
const ONLY = Uint32Array.of(0);
const LONGEST_BYTES = MAX_SIZE_BYTES - FCS_BYTES;

/** Adds a problem for each size that the headers do not fit in, or that no frame can have. */
export function frameSizes(
  stream: Stream,
  layers: readonly Layer[],
  streamPath: ModelPath,
  problems: Problems,
): FrameSizes {
  const path = [...streamPath, 'size'];
  const least = endOf(layers) + payloadLength(stream.payload);
  if (!stream.sizes) {
    const isRaw = layers[0]?.protocol.name === 'raw';
    const frameBytes = isRaw ? least : Math.max(least, MIN_FRAME_BYTES);
    if (!isLength(frameBytes)) problems.add(path, lengthMessage(stream, frameBytes));
    return { lengths: [frameBytes], table: ONLY, random: false };
  }
  const { list, order } = stream.sizes;
  const lengths = [...new Set(list.map(({ sizeBytes }) => sizeBytes - FCS_BYTES))];
  const wrong = lengths.find((frameBytes) => !isLength(frameBytes));
  if (wrong !== undefined) problems.add(path, lengthMessage(stream, wrong));
  const smallest = lengths.reduce((a, b) => Math.min(a, b));
  if (smallest < least) {
    problems.add(
      path,
      `stream ${stream.name}: its headers and payload take ${least} bytes, more than the ${smallest} of a ${smallest + FCS_BYTES}-byte frame without FCS`,
    );
  }
  const weights = list.map(({ weight }) => weight);
  const period = problems.guard(path, () => periodOf(weights, order)) ?? ONLY;
  const numbers = new Map(lengths.map((frameBytes, i) => [frameBytes, i]));
  const numberOf = (position: number) => numbers.get((list[position]?.sizeBytes ?? 0) - FCS_BYTES) ?? 0;
  return { lengths, table: period.map(numberOf), random: order === 'random' };
}

function isLength(frameBytes: number): boolean {
  return frameBytes >= SHORTEST_BYTES && frameBytes <= LONGEST_BYTES;
}

function lengthMessage({ name }: Stream, frameBytes: number): string {
  return `stream ${name}: a frame of ${frameBytes} bytes without FCS; expected ${SHORTEST_BYTES} to ${LONGEST_BYTES}`;
}
