import { type CompiledCapture, compileCapture } from '../capture/compile.js';
import type { Assignment, CaptureSource, Header, Stream, TrafficModel } from '../model/traffic.js';
import { streamFramesWithin } from './bytes.js';
import { loadProtocols } from './catalogue.js';
import { checkModel } from './check.js';
import { mixOf } from './mix.js';
import { type ModelPath, Problems } from './problems.js';
import type { FrameProgram, StreamProgram } from './program.js';
import { seedOf } from './random.js';
import { compileStream } from './stream.js';
import { streamsAlone } from './timing.js';

/**
 * Turns a traffic model into bytes and operations: missing layers, lengths, protocol numbers, EtherTypes and checksums
 * are filled in where the model does not set them.
 * @throws TrafficError with everything that is wrong, each with its place in the model.
 */
export async function compile(model: TrafficModel): Promise<FrameProgram> {
  const problems = new Problems();
  checkModel(model, problems);
  problems.throwAny();
  const seed = seedOf(BigInt(model.seed));
  const catalogue = await loadProtocols(headersOf(model));
  const applied = new Set<Assignment>();
  const whole = { model, seed, catalogue, applied, sizes: 0 };
  const streams: StreamProgram[] = [];
  const captures: CompiledCapture[] = [];
  for (const [number, stream] of model.streams.entries()) {
    const ours = new Problems();
    const captured = isCapture(stream) ? compileCapture(stream, number, whole, ours) : undefined;
    if (captured) captures.push(captured);
    const program = isCapture(stream) ? undefined : compileStream(stream, number, whole, ours);
    const compiled = [...(captured?.streams ?? []), ...(program ? [program] : [])];
    streams.push(...compiled.map((one) => limited(one, stream, ['streams', number], ours)));
    problems.take(ours);
  }
  for (const { protocols, field, origin } of model.overrides?.filter((one) => !applied.has(one)) ?? []) {
    problems.add([], `${origin}: no stream has a header with it (${protocols.join(', ')} ${field})`);
  }
  if (model.streams.length === 0) problems.add(['streams'], 'expected at least one stream');
  const alone = streamsAlone(model.streams);
  const schedule = problems.guard(['streams'], () => mixOf(model, alone));
  problems.throwAny();
  const isMix = alone.length === 0 && model.streams.length === 1;
  return {
    order: model.order === 'random' ? 'random' : 'sequence',
    seed: seedOf(seed, 1),
    schedule: captures.find((one) => one.schedule)?.schedule ?? schedule ?? new Uint32Array(0),
    ...(alone.length > 0 && { alone }),
    streams,
    ...(captures.length > 0 && {
      captures: captures.map(({ facts }) => facts),
      recorded: captures.map(({ recorded }) => (isMix ? { ...recorded, stream: null } : recorded)),
      notes: captures.flatMap(({ notes }) => notes),
    }),
  };
}

/** A limit in bytes is a count: sizes repeat. */
function limited(
  program: StreamProgram,
  { timing }: Stream,
  path: ModelPath,
  problems: Problems,
): StreamProgram {
  const bytes = timing?.bytes;
  if (bytes === undefined) return program;
  const within = problems.guard([...path, 'timing', 'bytes'], () => streamFramesWithin(program, bytes));
  const frames = BigInt(within ?? 0);
  return { ...program, count: program.count === null || frames < program.count ? frames : program.count };
}

function isCapture(stream: Stream): stream is Stream & { readonly capture: CaptureSource } {
  return stream.capture !== undefined;
}

function* headersOf(model: TrafficModel): Generator<Header> {
  for (const stream of model.streams) yield* stream.headers;
}
