import { internetChecksum } from '../compile/checksum.js';
import type { FieldValue, Header, Payload, Stream } from '../model/traffic.js';
import { LAYOUTS, type Layout, type Values } from './layouts.js';

export interface Dissected {
  readonly headers: readonly Header[];
  readonly payload: Payload;
}

interface Layer {
  readonly layout: Layout;
  readonly start: number;
  readonly values: Values;
}

/** What pktgen has names for, with values for every field that it would not fill in alike; the rest stays bytes. */
export function dissected(stream: Stream): Dissected {
  const frame = Buffer.from(String(stream.headers[0]?.fields['bytes']), 'hex');
  const layers = layersOf(frame);
  if (layers.length === 0) return { headers: stream.headers, payload: stream.payload };
  const varies = (stream.patches?.length ?? 0) > 0;
  const headers = layers.map((layer, index) =>
    named(frame, layer, layers[index - 1], layers[index + 1], varies),
  );
  const last = layers.at(-1);
  const end = last ? last.start + last.layout.lengthBytes : 0;
  return { headers, payload: { kind: 'bytes', hex: frame.subarray(end).toString('hex') } };
}

function layersOf(frame: Buffer): Layer[] {
  const layers: Layer[] = [];
  let start = 0;
  for (let name: string | undefined = 'ethernet'; name !== undefined; ) {
    const layout: Layout | undefined = LAYOUTS[name];
    if (!layout || start + layout.lengthBytes > frame.length) break;
    const values = read(frame, start, layout);
    if (!layout.fits(values, frame.length - start - layout.lengthBytes)) break;
    layers.push({ layout, start, values });
    start += layout.lengthBytes;
    name = layout.next(values, frame[start]);
  }
  return layers;
}

function read(frame: Buffer, start: number, { fields }: Layout): Values {
  const values = new Map<string, bigint>();
  let bit = start * 8;
  for (const [name, bits] of fields) {
    values.set(name, bitsAt(frame, bit, bits));
    bit += bits;
  }
  return values;
}

function bitsAt(frame: Buffer, offsetBits: number, bits: number): bigint {
  const bytes = frame.subarray(offsetBits >> 3, (offsetBits + bits + 7) >> 3);
  const unused = BigInt(bytes.length * 8 - (offsetBits & 7) - bits);
  return (BigInt(`0x${bytes.toString('hex')}`) >> unused) & ((1n << BigInt(bits)) - 1n);
}

function named(
  frame: Buffer,
  layer: Layer,
  lower: Layer | undefined,
  upper: Layer | undefined,
  varies: boolean,
): Header {
  const { layout, values } = layer;
  const filled = new Map(Object.entries(layout.filled(frame.length - layer.start, upper?.layout.name)));
  // A checksum over something that varies is the frame's own matter: it is in the list of checksums.
  const sum = varies ? undefined : checksumOf(frame, layer, lower);
  if (sum !== undefined) filled.set('checksum', sum);
  const fields: Record<string, FieldValue> = {};
  for (const [name, , format] of layout.fields) {
    const value = values.get(name) ?? 0n;
    if (filled.get(name) !== Number(value)) fields[name] = format ? format(value) : Number(value);
  }
  return { protocol: layout.name, fields };
}

function checksumOf(frame: Buffer, { layout, start }: Layer, lower: Layer | undefined): number | undefined {
  const { checksum } = layout;
  if (!checksum) return undefined;
  const covered = Buffer.from(
    frame.subarray(start, checksum.headerOnly ? start + layout.lengthBytes : undefined),
  );
  covered.writeUInt16BE(0, checksum.offsetBytes);
  const pseudo =
    checksum.ipProtocol === undefined
      ? Buffer.alloc(0)
      : pseudoHeader(frame, lower, checksum.ipProtocol, covered.length);
  if (!pseudo) return undefined;
  const sum = internetChecksum(Buffer.concat([pseudo, covered]));
  return sum === 0 && checksum.zeroIsOnes ? 0xffff : sum;
}

function pseudoHeader(
  frame: Buffer,
  lower: Layer | undefined,
  ipProtocol: number,
  lengthBytes: number,
): Buffer | undefined {
  const addresses = lower?.layout.addresses;
  if (!lower || !addresses) return undefined;
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32BE(lengthBytes, 0);
  numbers.writeUInt32BE(ipProtocol, 4);
  return Buffer.concat([frame.subarray(lower.start + addresses[0], lower.start + addresses[1]), numbers]);
}
