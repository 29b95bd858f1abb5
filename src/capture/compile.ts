import type { Problems } from '../compile/problems.js';
import type { CaptureFacts, StreamProgram } from '../compile/program.js';
import type { Assignment, CaptureSource, Stream, TrafficModel } from '../model/traffic.js';
import { FCS_BYTES } from '../units.js';
import { rulesWith } from './overrides.js';
import { frameStream } from './program.js';
import { type CapturedFrames, readCapture } from './read.js';
import { rewriteFrames } from './rewrite.js';
import { uniqueLoops } from './unique.js';

/** What a capture stream becomes. */
export interface CompiledCapture {
  readonly streams: readonly StreamProgram[];
  /** Of the whole program, with uniquePerLoop; else null: the mix decides. */
  readonly schedule: Uint32Array | null;
  readonly facts: CaptureFacts;
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
  const facts = factsOf(frames, capture.file);
  if (!capture.uniquePerLoop)
    return { streams: [frameStream(frames, stream.count)], schedule: null, facts, notes: frames.notes };
  const { streams, schedule, loops, notes } = uniqueLoops(frames, capture.file);
  return { streams, schedule, facts: { ...facts, uniqueLoops: loops }, notes: [...frames.notes, ...notes] };
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
  if (stream.count !== null)
    problems.add(path, 'unique addresses in each loop and a count: count the run instead');
}

function factsOf({ lengths, timesNs, leftOut }: CapturedFrames, file: string): CaptureFacts {
  return {
    file,
    frames: lengths.length,
    bytes: lengths.reduce((sum, length) => sum + length + FCS_BYTES, 0),
    leftOut,
    durationNs: Number((timesNs.at(-1) ?? 0n) - (timesNs[0] ?? 0n)),
    uniqueLoops: null,
  };
}
