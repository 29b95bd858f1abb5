import type { Problems } from '../compile/problems.js';
import type { CaptureFacts, RecordedTimes, StreamProgram } from '../compile/program.js';
import { streamsAlone } from '../compile/timing.js';
import type { Assignment, CaptureSource, Stream, TrafficModel } from '../model/traffic.js';
import { FCS_BYTES } from '../units.js';
import { rulesWith } from './overrides.js';
import { frameStream } from './program.js';
import { type CapturedFrames, readCapture } from './read.js';
import { rewriteFrames } from './rewrite.js';
import { type FrameTimes, frameTimes, notesOnTimes } from './times.js';
import { uniqueLoops } from './unique.js';

/** What a capture stream becomes. */
export interface CompiledCapture {
  readonly streams: readonly StreamProgram[];
  /** Of the whole program, with uniquePerLoop; else null: the mix decides. */
  readonly schedule: Uint32Array | null;
  readonly facts: CaptureFacts;
  /** Of the stream by its number; who knows that the mix is nothing else says so. */
  readonly recorded: RecordedTimes;
  readonly notes: readonly string[];
}

/** Reads a stream's capture file and turns it into programs; undefined when there were problems. @throws UsageError, HostError */
export function compileCapture(
  stream: Stream & { readonly capture: CaptureSource },
  number: number,
  { model, applied }: { readonly model: TrafficModel; readonly applied: Set<Assignment> },
  problems: Problems,
): CompiledCapture | undefined {
  const path = ['streams', number, 'capture'];
  const { capture } = stream;
  requirePlain(stream, model, path, problems);
  const rules = problems.guard([...path, 'rewrite'], () =>
    rulesWith(capture.rewrite ?? {}, model.overrides ?? [], applied),
  );
  if (!rules || problems.any) return undefined;
  const frames = readCapture(capture);
  rewriteFrames(frames.bytes, frames.offsets, frames.lengths, rules);
  const times = frameTimes(frames.timesNs);
  const facts = factsOf(frames, times, capture.file);
  const recorded = {
    file: capture.file,
    stream: number,
    timesNs: times.timesNs,
    lapNs: times.lapNs,
    notes: notesOnTimes(capture.file, frames.positions, times),
  };
  if (!capture.uniquePerLoop) {
    const streams = [frameStream(frames, stream.count)];
    return { streams, schedule: null, facts, recorded, notes: frames.notes };
  }
  const { streams, schedule, loops, notes } = uniqueLoops(frames, capture.file);
  return {
    streams,
    schedule,
    facts: { ...facts, uniqueLoops: loops },
    recorded,
    notes: [...frames.notes, ...notes],
  };
}

function requirePlain(
  stream: Stream & { readonly capture: CaptureSource },
  model: TrafficModel,
  path: readonly (string | number)[],
  problems: Problems,
): void {
  if (stream.patches?.length || stream.checksums?.length)
    problems.add(path, 'the frames of a capture take neither patches nor checksums; rewrite its addresses');
  if (!stream.capture.uniquePerLoop) return;
  if (model.streams.length > 1)
    problems.add(path, 'unique addresses in each loop need the capture to be the only stream');
  if (stream.count !== null || stream.timing?.bytes !== undefined)
    problems.add(path, 'unique addresses in each loop and a count or bytes: count the run instead');
  if (streamsAlone([stream]).length > 0)
    problems.add(path, 'unique addresses in each loop and a time of its own: give the run a rate instead');
}

function factsOf(
  { lengths, leftOut }: CapturedFrames,
  { timesNs, lapNs }: FrameTimes,
  file: string,
): CaptureFacts {
  return {
    file,
    frames: lengths.length,
    bytes: lengths.reduce((sum, length) => sum + length + FCS_BYTES, 0),
    leftOut,
    durationNs: timesNs.at(-1) ?? 0,
    lapNs,
    uniqueLoops: null,
  };
}
