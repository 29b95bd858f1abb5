import { describeFrame } from '../compile/describe.js';
import type { FrameProgram } from '../compile/program.js';
import type { Order, TrafficModel } from '../model/traffic.js';
import { type NativeFrame, native } from '../native/index.js';
import { describeTiming } from '../rate/format-timing.js';
import { isOfLine, type RateFigures } from '../rate/resolve.js';
import { LAB } from '../system/lab.js';
import {
  inTurn,
  laneMeanBytes,
  programOf,
  sizesOf,
  streamMeanBytes,
  streamSizes,
  type TrafficSizes,
} from './program.js';
import { resolveSchedule, type ScheduleOptions, type SchedulePlan } from './schedule.js';
import { resolveTraffic, type TrafficOptions } from './traffic.js';

/** What would be sent, worked out without an interface. */
export interface Preview {
  readonly sizes: TrafficSizes;
  /** false: how often each size comes depends on rates that depend on the host, and the mean counts all streams alike. */
  readonly isMeanKnown: boolean;
  /** The most that leaves at a time; null where that is as much as possible, or depends on the host. */
  readonly rate: RateFigures | null;
  /** Frames until the streams of the mix take their turns in the same order again; 0 where there is no mix. */
  readonly periodFrames: number;
  /** Of the streams of the mix. */
  readonly order: Order;
  readonly streams: readonly PreviewStream[];
  readonly frames: readonly PreviewFrame[];
}

export interface PreviewStream {
  readonly name: string;
  /** Of the mix, 0 to 1; null for a stream with a time of its own, which has no part in it. */
  readonly packetShare: number | null;
  readonly byteShare: number | null;
  /** What it says about its own time: "gap 20ms, from 2s on, then bye"; empty for nothing. */
  readonly timing: string;
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
export async function previewTraffic(
  options: TrafficOptions & ScheduleOptions,
  frames: number,
): Promise<Preview> {
  const traffic = resolveTraffic(options, { mac: LAB.nearMac, ipv4: '' });
  const program = await programOf(traffic);
  const counts = new Array<number>(traffic.streams.length).fill(0);
  for (const stream of program.schedule) counts[stream] = (counts[stream] ?? 0) + 1;
  const schedule = scheduleOf(options, traffic, program);
  const lanesPps = schedule?.lanes.map(({ rate }) => rate?.pps ?? null) ?? [];
  const isMeanKnown = !program.alone?.length || (schedule !== null && schedule.rate !== null);
  const sizes = sizesOf(program, program.alone?.length ? lanesPps : []);
  const periodFrames = program.schedule.length;
  const alone = new Set(program.alone);
  const [mixBytes] = laneMeanBytes(program);
  const starter = new Map(traffic.streams.map((stream) => [stream.timing?.then, stream.name]));
  // A capture whose addresses move is alone, and has several streams in the program.
  const modelOf = (stream: number) => traffic.streams[stream] ?? traffic.streams[0];
  const name = (stream: number) => modelOf(stream)?.name ?? '';
  return {
    sizes,
    isMeanKnown,
    rate: schedule?.rate ?? null,
    periodFrames,
    order: traffic.order,
    streams: program.streams.map((stream, i) => {
      const meanSizeBytes = streamMeanBytes(stream);
      const packetShare = alone.has(i) ? null : (counts[i] ?? 0) / periodFrames;
      return {
        name: name(i),
        packetShare,
        meanSizeBytes,
        byteShare: packetShare === null ? null : (packetShare * meanSizeBytes) / (mixBytes ?? 0),
        timing: describeTiming(modelOf(i)?.timing, starter.get(name(i))),
        sizes: streamSizes(stream),
      };
    }),
    frames: await Promise.all(native().renderFrames(inTurn(program), 0, 1, frames).map(describe)),
  };

  async function describe({ stream, frame }: NativeFrame): Promise<PreviewFrame> {
    const made = modelOf(stream);
    const lines = made ? await describeFrame(traffic, made, frame) : [];
    return { stream: name(stream), bytes: frame, lines };
  }
}

/** null where rates are per cent of a line that only a host knows. @throws UsageError for impossible rates */
function scheduleOf(
  options: ScheduleOptions,
  traffic: TrafficModel,
  program: FrameProgram,
): SchedulePlan | null {
  const shapes = [options.shape, ...traffic.streams.map(({ timing }) => timing?.shape)];
  const needsLine = shapes.some((shape) => shape && isOfLine(shape));
  if (needsLine && options.lineRateBps === undefined) return null;
  return resolveSchedule(options, traffic, program, null);
}
