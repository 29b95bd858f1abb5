import type { Assignment, Stream, TrafficModel } from '../model/traffic.js';
import type { Catalogue } from './catalogue.js';
import { type Coverage, writeChecksum } from './checksum.js';
import { coveragesOf, givenCoverage } from './coverage.js';
import { addFlows, FLOW_PORT_VALUE } from './flows.js';
import { assign, stackHeaders } from './layers.js';
import { endOf, type Layer, placeLayers, writeLayer } from './layout.js';
import { linkChecksums } from './link.js';
import { type BareOperation, Operations, patchField, visible } from './operations.js';
import { isFilling, payloadBytes, payloadLength } from './payload.js';
import { type ModelPath, type Problems, ValueError } from './problems.js';
import type { StreamProgram } from './program.js';
import { seedOf } from './random.js';
import { type FrameSizes, frameSizes } from './sizes.js';
import { parseSetting, parseVariation } from './variation.js';

/** What every step of compiling a stream needs to know. */
interface Context {
  readonly stream: Stream;
  readonly number: number;
  readonly seed: bigint;
  readonly path: ModelPath;
  readonly problems: Problems;
}

/** A frame of one size, and what covers it. */
interface Built {
  readonly frame: Uint8Array;
  readonly coverages: readonly Coverage[];
}

/** Each is a frame in memory while its stream is compiled, and its headers are one in the program. */
const MOST_SIZES = 65_536;

/** What all streams of a model share. */
export interface Whole {
  readonly model: TrafficModel;
  readonly seed: bigint;
  readonly catalogue: Catalogue;
  /** Collects the defaults and overrides that found a header. */
  readonly applied: Set<Assignment>;
  /** Distinct frame sizes so far, over all streams. */
  sizes: number;
}

/** Turns one stream into bytes and operations; undefined when there were problems. */
export function compileStream(
  stream: Stream,
  number: number,
  whole: Whole,
  problems: Problems,
): StreamProgram | undefined {
  const { model, seed, catalogue, applied } = whole;
  const context = { stream, number, seed, problems, path: ['streams', number] };
  const bare = stackHeaders(stream.headers, catalogue, context.path, problems);
  const stack = assign(bare, model.defaults ?? [], model.overrides ?? [], applied);
  const layers = placeLayers(stack, problems);
  const operations = new Operations(seed, number, problems);
  for (const layer of layers) addVaried(layer, operations);
  addPatches(context, operations);
  const flowPort =
    stream.flows === null
      ? undefined
      : addFlows(layers, stream.flows, operations, [...context.path, 'flows'], problems);
  const sizes = frameSizes(stream, layers, context.path, problems);
  whole.sizes += sizes.lengths.length;
  if (whole.sizes > MOST_SIZES) {
    problems.add(
      [...context.path, 'size'],
      `more than ${MOST_SIZES} frame sizes over all streams; choose fewer`,
    );
  }
  if (problems.any) return undefined;
  return problems.guard(context.path, () => {
    const built = sizes.lengths.map((frameBytes) => {
      const result = build(context, layers, frameBytes);
      if (flowPort)
        new DataView(result.frame.buffer).setUint16(flowPort.offsetBits / 8, Number(FLOW_PORT_VALUE));
      for (const coverage of result.coverages) writeChecksum(result.frame, coverage);
      return result;
    });
    return assemble(context, layers, operations, sizes, built);
  });
}

function addVaried(layer: Layer, operations: Operations): void {
  for (const { field, offsetBits, bits, setting } of layer.fields) {
    if (setting?.kind !== 'varied') continue;
    operations.add({ offsetBits, bits, varied: setting.varied, path: [...layer.path, field.name] });
  }
}

function addPatches({ stream, path, problems }: Context, operations: Operations): void {
  stream.patches?.forEach(({ offsetBits, bits, value }, i) => {
    const where = [...path, 'patches', i, 'value'];
    const varied = problems.guard(where, () => {
      const setting = parseSetting(patchField(bits), value);
      return setting.kind === 'varied'
        ? setting.varied
        : parseVariation(patchField(bits), { values: [setting.value] });
    });
    if (!varied) return;
    operations.add({ offsetBits, bits, varied, path: where });
  });
}

/** Headers, payload and padding of one size; checksums still to be written. */
function build({ stream, problems }: Context, layers: readonly Layer[], frameBytes: number): Built {
  const frame = new Uint8Array(frameBytes);
  const start = endOf(layers);
  const endsFrame = layers.at(-1)?.protocol.endsFrame ?? false;
  const payloadEnd =
    isFilling(stream.payload) && !endsFrame ? frameBytes : start + payloadLength(stream.payload);
  frame.set(payloadBytes(stream.payload, payloadEnd - start), start);
  layers.forEach((layer, i) => {
    problems.guard(layer.path, () => writeLayer(layers, i, payloadEnd, frame));
  });
  const given = stream.checksums?.map((checksum) => givenCoverage(checksum, frameBytes)) ?? [];
  for (const { ranges, offsetBytes } of given) {
    const ends = [offsetBytes + 2, ...ranges.map(([, to]) => to)];
    if (Math.max(...ends) > frameBytes)
      throw new ValueError(`a checksum reaches behind the frame's ${frameBytes} bytes`);
  }
  return { frame, coverages: [...coveragesOf(layers, payloadEnd), ...given] };
}

function assemble(
  context: Context,
  layers: readonly Layer[],
  operations: Operations,
  sizes: FrameSizes,
  built: readonly Built[],
): StreamProgram {
  const { stream, seed, number } = context;
  const start = endOf(layers);
  const single = built.length === 1;
  const variantIndex = single
    ? -1
    : operations.addIndex({ random: sizes.random, count: BigInt(sizes.table.length), period: 1 });
  const shortest = sizes.lengths.reduce((a, b) => Math.min(a, b));
  const isPadding = isFilling(stream.payload) && layers.at(-1)?.protocol.endsFrame;
  const fillsRandom = stream.payload.kind === 'random' && !isPadding;
  const to = isFilling(stream.payload) ? 0 : start + payloadLength(stream.payload);
  const fills = fillsRandom ? [{ from: start, to, seed: seedOf(seed, number, -1 >>> 0) }] : [];
  const fields = visible(operations.fields, (built[0]?.coverages ?? []).map(placeOf));
  for (const field of fields) requireRoom(field, shortest, fills.length > 0 ? start : shortest);
  // What follows the headers is the same in all sizes, but for checksums by position.
  const given = stream.checksums?.map(({ offsetBytes }) => offsetBytes + 2) ?? [];
  const headBytes = single ? shortest : Math.max(start, ...given);
  return {
    count: stream.count === null ? null : BigInt(stream.count),
    variants: variantsOf(built, headBytes),
    variantIndex,
    variantTable: sizes.table,
    indexes: operations.indexes,
    ...linkChecksums(fields, fills, built),
  };
}

function placeOf({ offsetBytes, algorithm }: Coverage): { offsetBits: number; bits: number } {
  return { offsetBits: offsetBytes * 8, bits: algorithm === 'crc32c' ? 32 : 16 };
}

/** `randomFrom`: where bytes begin that are drawn for every frame. */
function requireRoom(
  { offsetBytes, containerBytes }: BareOperation,
  shortest: number,
  randomFrom: number,
): void {
  const end = offsetBytes + containerBytes;
  if (end > shortest) throw new ValueError(`a variation reaches behind the frame's ${shortest} bytes`);
  if (end > randomFrom)
    throw new ValueError('a patch lies in the random payload: give the payload another kind');
}

// Shared by all streams of one size: thousands of small arrays keep the garbage collector busy.
const ONE_ZERO = Uint32Array.of(0);
const NO_BYTES = new Uint8Array(0);

/** Each size has its own headers; the longest frame lends its payload to all, since a shorter one is its beginning. */
function variantsOf(built: readonly Built[], headBytes: number): StreamProgram['variants'] {
  const [only] = built;
  if (only && built.length === 1) {
    const length = Uint32Array.of(only.frame.length);
    return { frameBytes: length, headOffset: ONE_ZERO, headBytes: length, bytes: only.frame, body: NO_BYTES };
  }
  const longest = built.reduce((a, b) => (b.frame.length > a.frame.length ? b : a));
  const bytes = new Uint8Array(built.length * headBytes);
  built.forEach(({ frame }, i) => {
    bytes.set(frame.subarray(0, headBytes), i * headBytes);
  });
  return {
    frameBytes: Uint32Array.from(built, ({ frame }) => frame.length),
    headOffset: Uint32Array.from(built, (_, i) => i * headBytes),
    headBytes: new Uint32Array(built.length).fill(headBytes),
    bytes,
    body: longest.frame,
  };
}
