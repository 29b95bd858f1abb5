import type { Field, LayerContext, Protocol } from '../protocols/protocol.js';
import { didYouMean } from '../suggest.js';
import { describe } from './fields.js';
import { numberOf, type StackedHeader } from './layers.js';
import { type ModelPath, type Problems, ValueError } from './problems.js';
import { parseSetting, type Setting, valueAt } from './variation.js';

/** A field in its place in the frame. */
export interface PlacedField {
  readonly field: Field;
  readonly offsetBits: number;
  readonly bits: number;
  /** What was asked; undefined for the default. */
  readonly setting: Setting | undefined;
  /** kind 'bytes'. */
  readonly bytes: Uint8Array | undefined;
}

/** A header in its place in the frame. */
export interface Layer {
  readonly protocol: Protocol;
  readonly fields: readonly PlacedField[];
  readonly offsetBytes: number;
  readonly bytes: number;
  /** 'good' unless somebody asked for a wrong checksum; 'given' when somebody chose its value. */
  readonly checksum: 'good' | 'bad' | 'given';
  readonly path: ModelPath;
}

/** Reads every field of the stack and finds its place. */
export function placeLayers(stack: readonly StackedHeader[], problems: Problems): Layer[] {
  const layers: Layer[] = [];
  let offsetBytes = 0;
  stack.forEach((header, i) => {
    const layer = placeLayer(header, announcement(stack, i), offsetBytes, problems);
    layers.push(layer);
    offsetBytes += layer.bytes;
  });
  return layers;
}

/** What the header above wants to be called in this one. */
function announcement(
  stack: readonly StackedHeader[],
  i: number,
): { name: string; value: bigint } | undefined {
  const carries = stack[i]?.protocol.carries;
  const upper = stack[i + 1]?.protocol;
  if (!carries?.field || !upper) return undefined;
  const value = numberOf(upper, carries.space, stack[i + 2]?.protocol);
  return value === undefined ? undefined : { name: carries.field, value };
}

function placeLayer(
  header: StackedHeader,
  announced: { name: string; value: bigint } | undefined,
  offsetBytes: number,
  problems: Problems,
): Layer {
  const { protocol, path } = header;
  refuseUnknownFields(header, problems);
  const placed: PlacedField[] = [];
  let checksum: Layer['checksum'] = 'good';
  let offsetBits = offsetBytes * 8;
  for (const field of protocol.fields) {
    const given = header.fields[field.name];
    if (isAbsent(field, header.fields)) continue;
    if (field.name === protocol.checksum?.field && given !== undefined) {
      checksum = given === 'good' || given === 'bad' ? given : 'given';
    }
    const asked = checksum !== 'given' && field.name === protocol.checksum?.field ? undefined : given;
    const result = problems.guard([...path, field.name], () => read(field, asked)) ?? {};
    const setting =
      result.setting ?? (field.name === announced?.name ? constant(announced.value) : undefined);
    const bits = result.bytes ? result.bytes.length * 8 : field.bits;
    placed.push({ field, offsetBits, bits, setting, bytes: result.bytes });
    offsetBits += bits;
  }
  const bytes = offsetBits / 8 - offsetBytes;
  return { protocol, fields: placed, offsetBytes, bytes, checksum, path };
}

/** An optional field that nobody set, nor the one that it goes with. */
function isAbsent({ name, optional }: Field, given: StackedHeader['fields']): boolean {
  if (!optional) return false;
  return given[optional === true ? name : optional] === undefined;
}

function constant(value: bigint): Setting {
  return { kind: 'constant', value };
}

function read(field: Field, given: unknown): { setting?: Setting; bytes?: Uint8Array } {
  if (field.kind === 'bytes') return { bytes: encode(field, given) };
  return given === undefined ? {} : { setting: parseSetting(field, given) };
}

/** What is wrong with a value for a field; undefined when nothing is. */
export function complaintAbout(protocol: Protocol, field: Field, value: unknown): string | undefined {
  if (field.name === protocol.checksum?.field && (value === 'good' || value === 'bad')) return undefined;
  try {
    read(field, value);
    return undefined;
  } catch (error) {
    if (error instanceof ValueError) return error.message;
    throw error;
  }
}

const MOST_HEX_BYTES = 9018;

function encode(field: Field, given: unknown): Uint8Array {
  if (field.encode) {
    try {
      return field.encode(given);
    } catch (error) {
      throw new ValueError(error instanceof Error ? error.message : String(error));
    }
  }
  const hex = String(given ?? '').replace(/[\s:]|^0x/gi, '');
  if (/^(?:[0-9a-f]{2})*$/i.test(hex) && hex.length / 2 <= MOST_HEX_BYTES) return Buffer.from(hex, 'hex');
  throw new ValueError(`${describe(given)}: expected an even number of hex digits, such as "00ff"`);
}

function refuseUnknownFields({ protocol, fields, path }: StackedHeader, problems: Problems): void {
  const known = protocol.fields.map((field) => field.name);
  for (const name of Object.keys(fields)) {
    if (!known.includes(name)) problems.add([...path, name], `no such field; ${didYouMean(name, known)}`);
  }
}

/** The end of the headers, in bytes from the start of the frame. */
export function endOf(layers: readonly Layer[]): number {
  const last = layers.at(-1);
  return last ? last.offsetBytes + last.bytes : 0;
}

/** Writes a header in network byte order; variations with their first value, checksums as 0. */
export function writeLayer(layers: readonly Layer[], i: number, payloadEnd: number, frame: Uint8Array): void {
  const layer = layers[i] as Layer;
  const context = contextOf(layers, i, payloadEnd);
  // All bits of the header as one number: fields of any width and alignment need no special case.
  let all = 0n;
  for (const placed of layer.fields) {
    all = (all << BigInt(placed.bits)) | writtenValue(placed, context);
  }
  if (layer.bytes === 0) return;
  frame.set(Buffer.from(all.toString(16).padStart(layer.bytes * 2, '0'), 'hex'), layer.offsetBytes);
}

function contextOf(layers: readonly Layer[], i: number, payloadEnd: number): LayerContext {
  const layer = layers[i] as Layer;
  return {
    headerBytes: layer.bytes,
    payloadBytes: payloadEnd - layer.offsetBytes - layer.bytes,
    upper: layers[i + 1]?.protocol.name,
    lower: layers[i - 1]?.protocol.name,
    bytesOf: (name) => (layer.fields.find(({ field }) => field.name === name)?.bits ?? 0) / 8,
  };
}

/** @throws ValueError when a computed value does not fit. */
function writtenValue({ field, bits, setting, bytes }: PlacedField, context: LayerContext): bigint {
  if (bytes) return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  if (setting) return setting.kind === 'constant' ? setting.value : valueAt(setting.varied, 0n);
  const value = field.auto?.(context) ?? field.fallback;
  if (value >= 0n && value < 1n << BigInt(bits)) return value;
  throw new ValueError(`its ${field.name} would be ${value}, which does not fit in ${bits} bits`);
}
