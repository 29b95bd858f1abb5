import { type CompiledCapture, compileCapture } from '../capture/compile.js';
import type { Assignment, CaptureSource, Header, Stream, TrafficModel } from '../model/traffic.js';
import { loadProtocols } from './catalogue.js';
import { checkModel } from './check.js';
import { periodOf } from './mix.js';
import { Problems } from './problems.js';
import type { FrameProgram, StreamProgram } from './program.js';
import { seedOf } from './random.js';
import { compileStream } from './stream.js';

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
    problems.take(ours);
    streams.push(...(captured?.streams ?? []), ...(program ? [program] : []));
  }
  for (const { protocols, field, origin } of model.overrides?.filter((one) => !applied.has(one)) ?? []) {
    problems.add([], `${origin}: no stream has a header with it (${protocols.join(', ')} ${field})`);
  }
  if (model.streams.length === 0) problems.add(['streams'], 'expected at least one stream');
  const weights = model.streams.map(({ weight }) => weight);
  const schedule = problems.guard(['streams'], () => periodOf(weights, model.order));
  problems.throwAny();
  return {
    order: model.order === 'random' ? 'random' : 'sequence',
    seed: seedOf(seed, 1),
    schedule: captures.find((one) => one.schedule)?.schedule ?? schedule ?? new Uint32Array(0),
    streams,
    ...(captures.length > 0 && {
      captures: captures.map(({ facts }) => facts),
      notes: captures.flatMap(({ notes }) => notes),
    }),
  };
}

function isCapture(stream: Stream): stream is Stream & { readonly capture: CaptureSource } {
  return stream.capture !== undefined;
}

function* headersOf(model: TrafficModel): Generator<Header> {
  for (const stream of model.streams) yield* stream.headers;
}
