import { streamFramesWithin } from '../compile/bytes.js';
import { ValueError } from '../compile/problems.js';
import type { FrameProgram } from '../compile/program.js';
import type { Stream, TrafficModel } from '../model/traffic.js';
import type { Summary } from './summary.js';

type Sent = ReadonlyMap<string, { readonly packets: number; readonly bytes: number }>;

/** Some stream ends after so many frames or bytes of its own. */
export function hasStreamLimits(traffic: TrafficModel | undefined): boolean {
  return traffic?.streams.some(({ count, timing }) => count !== null || timing?.bytes !== undefined) ?? false;
}

/** What was sent of each stream, by its name. */
export function sentOfStreams(runs: readonly Summary[]): Sent {
  const sent = new Map<string, { packets: number; bytes: number }>();
  for (const { name, packets, bytes } of runs.flatMap(({ streams }) => streams)) {
    const before = sent.get(name) ?? { packets: 0, bytes: 0 };
    sent.set(name, { packets: before.packets + packets, bytes: before.bytes + bytes });
  }
  return sent;
}

/**
 * The traffic with what is left of the streams' own counts and bytes; those that have sent it all are gone, and what one of
 * them starts waits for nobody. null when nothing is left. `program`: that of the traffic. Pure.
 */
export function trafficLeft(traffic: TrafficModel, program: FrameProgram, sent: Sent): TrafficModel | null {
  const streams = traffic.streams.flatMap((stream, i) => streamLeft(stream, program.streams[i], sent));
  if (streams.length === 0) return null;
  const names = new Set(streams.map(({ name }) => name));
  return { ...traffic, streams: streams.map((stream) => withoutGone(stream, names)) };
}

function streamLeft(stream: Stream, program: FrameProgram['streams'][number] | undefined, sent: Sent) {
  const { count, timing } = stream;
  const { packets, bytes } = sent.get(stream.name) ?? { packets: 0, bytes: 0 };
  const countLeft = count === null ? null : count - packets;
  if (countLeft !== null && countLeft <= 0) return [];
  if (timing?.bytes === undefined) return [{ ...stream, count: countLeft }];
  const bytesLeft = timing.bytes - bytes;
  if (bytesLeft <= 0 || (program && !fits(program, bytesLeft))) return [];
  return [{ ...stream, count: countLeft, timing: { ...timing, bytes: bytesLeft } }];
}

function fits(program: FrameProgram['streams'][number], bytes: number): boolean {
  try {
    return streamFramesWithin(program, bytes) > 0;
  } catch (error) {
    if (error instanceof ValueError) return false; // not even the first frame
    throw error;
  }
}

/** One that was started has ended only after the one that started it. */
function withoutGone(stream: Stream, names: ReadonlySet<string>): Stream {
  const { then, ...timing } = stream.timing ?? {};
  return then === undefined || names.has(then) ? stream : { ...stream, timing };
}
