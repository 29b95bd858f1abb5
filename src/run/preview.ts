import { describeFrame } from '../compile/describe.js';
import { type NativeFrame, native } from '../native/index.js';
import { LAB } from '../system/lab.js';
import { programOf, sizesOf, streamMeanBytes, streamSizes, type TrafficSizes } from './program.js';
import { resolveTraffic, type TrafficOptions } from './traffic.js';

/** What would be sent, worked out without an interface. */
export interface Preview {
  readonly sizes: TrafficSizes;
  /** Frames until the streams take their turns in the same order again. */
  readonly periodFrames: number;
  readonly streams: readonly PreviewStream[];
  readonly frames: readonly PreviewFrame[];
}

export interface PreviewStream {
  readonly name: string;
  /** 0 to 1. */
  readonly packetShare: number;
  readonly byteShare: number;
  readonly meanSizeBytes: number;
  /** How often each frame size comes in a period of them. */
  readonly sizes: readonly { readonly sizeBytes: number; readonly weight: number }[];
}

export interface PreviewFrame {
  readonly stream: string;
  /** Without FCS. */
  readonly bytes: Uint8Array;
  /** One line per header. */
  readonly lines: readonly string[];
}

/** The mix and its first frames, as one worker would send them. @throws TrafficError */
export async function previewTraffic(options: TrafficOptions, frames: number): Promise<Preview> {
  const traffic = resolveTraffic(options, { mac: LAB.nearMac, ipv4: '' });
  const program = await programOf(traffic);
  const counts = new Array<number>(traffic.streams.length).fill(0);
  for (const stream of program.schedule) counts[stream] = (counts[stream] ?? 0) + 1;
  const sizes = sizesOf(program);
  const periodFrames = program.schedule.length;
  // A capture whose addresses move is alone, and has several streams in the program.
  const modelOf = (stream: number) => traffic.streams[stream] ?? traffic.streams[0];
  const name = (stream: number) => modelOf(stream)?.name ?? '';
  return {
    sizes,
    periodFrames,
    streams: program.streams.map((stream, i) => {
      const meanSizeBytes = streamMeanBytes(stream);
      const packetShare = (counts[i] ?? 0) / periodFrames;
      return {
        name: name(i),
        packetShare,
        meanSizeBytes,
        byteShare: (packetShare * meanSizeBytes) / sizes.meanBytes,
        sizes: streamSizes(stream),
      };
    }),
    frames: await Promise.all(native().renderFrames(program, 0, 1, frames).map(describe)),
  };

  async function describe({ stream, frame }: NativeFrame): Promise<PreviewFrame> {
    const made = modelOf(stream);
    const lines = made ? await describeFrame(traffic, made, frame) : [];
    return { stream: name(stream), bytes: frame, lines };
  }
}
