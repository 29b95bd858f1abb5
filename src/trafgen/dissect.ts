import { type Coverage, writeChecksum } from '../compile/checksum.js';
import { coveragesOf } from '../compile/coverage.js';
import { formatField } from '../compile/fields.js';
import { stackHeaders } from '../compile/layers.js';
import { endOf, type Layer, type PlacedField, placeLayers, writeLayer } from '../compile/layout.js';
import { Problems } from '../compile/problems.js';
import type { FieldValue, Header, Payload, Stream } from '../model/traffic.js';
import { CATALOGUE, fieldsOf, nextProtocol, type Values } from './named.js';

export interface Dissected {
  readonly headers: readonly Header[];
  readonly payload: Payload;
}

/**
 * What pktgen has names for, with values for every field that it would not fill in alike; the rest stays bytes. What
 * it would fill in, the compiler itself is asked.
 */
export function dissected(stream: Stream): Dissected {
  const frame = Buffer.from(String(stream.headers[0]?.fields['bytes']), 'hex');
  const names = protocolsOf(frame);
  if (names.length === 0) return { headers: stream.headers, payload: stream.payload };
  const bare = names.map((protocol) => ({ protocol, fields: {} }));
  const problems = new Problems();
  const layers = placeLayers(stackHeaders(bare, CATALOGUE, [], problems), problems);
  const filled = new Uint8Array(frame.length);
  layers.forEach((_, i) => {
    writeLayer(layers, i, frame.length, filled);
  });
  // A checksum over something that varies is the frame's own matter: it is in the list of checksums.
  const right =
    (stream.patches?.length ?? 0) > 0 ? [] : coveragesOf(layers, frame.length).filter(isRight(frame));
  const headers = layers.map((layer, i): Header => {
    const announced = layers[i + 1] && layer.protocol.carries?.field;
    const told = layer.fields.filter((placed) => !isFilled(placed, layer, announced, frame, filled, right));
    const fields = told.map((placed) => [placed.field.name, toldValue(placed, frame)] as const);
    return { protocol: layer.protocol.name, fields: Object.fromEntries(fields) };
  });
  return { headers, payload: { kind: 'bytes', hex: frame.subarray(endOf(layers)).toString('hex') } };
}

/** From the lowest up, as far as names go. */
function protocolsOf(frame: Buffer): string[] {
  const names: string[] = [];
  let start = 0;
  for (let name: string | undefined = 'ethernet'; name !== undefined; ) {
    const fields = fieldsOf(name);
    const lengthBytes = fields.reduce((sum, { bits }) => sum + bits, 0) / 8;
    if (start + lengthBytes > frame.length) break;
    const values = new Map<string, bigint>();
    let bit = start * 8;
    for (const field of fields) {
      values.set(field.name, bitsAt(frame, bit, field.bits));
      bit += field.bits;
    }
    start += lengthBytes;
    const next = nextOf(name, values, frame, start);
    if (next === null) break;
    names.push(name);
    name = next;
  }
  return names;
}

function nextOf(name: string, values: Values, frame: Buffer, start: number): string | undefined | null {
  return nextProtocol(name, values, frame.length - start, frame[start]);
}

function isRight(frame: Buffer): (coverage: Coverage) => boolean {
  return (coverage) => {
    const copy = Uint8Array.from(frame);
    writeChecksum(copy, coverage);
    return frame.equals(copy);
  };
}

/** These hardly ever differ, and say nothing to a reader. */
const CONSTANT = ['version', 'reserved', 'hardwareType', 'protocolType', 'hardwareLength', 'protocolLength'];

/** Whether the compiler works it out, and comes to what the frame has. Defaults are told: they may change. */
function isFilled(
  { field, offsetBits, bits }: PlacedField,
  { protocol }: Layer,
  announced: string | undefined,
  frame: Buffer,
  filled: Uint8Array,
  right: readonly Coverage[],
): boolean {
  if (bits === 0) return true;
  if (field.name === protocol.checksum?.field)
    return right.some(({ offsetBytes }) => offsetBytes * 8 === offsetBits);
  const isComputed = field.auto || field.name === announced || CONSTANT.includes(field.name);
  return Boolean(isComputed) && bitsAt(frame, offsetBits, bits) === bitsAt(filled, offsetBits, bits);
}

function toldValue({ field, offsetBits, bits }: PlacedField, frame: Buffer): FieldValue {
  const value = bitsAt(frame, offsetBits, bits);
  return field.kind === 'uint' ? Number(value) : formatField(field, value, bits);
}

function bitsAt(frame: Uint8Array, offsetBits: number, bits: number): bigint {
  const bytes = frame.subarray(offsetBits >> 3, (offsetBits + bits + 7) >> 3);
  const unused = BigInt(bytes.length * 8 - (offsetBits & 7) - bits);
  return BigInt.asUintN(bits, BigInt(`0x0${Buffer.from(bytes).toString('hex')}`) >> unused);
}
