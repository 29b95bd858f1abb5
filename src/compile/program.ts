import { readdirSync } from 'node:fs';
import { UsageError } from '../errors.js';
import type { Header, Stream, TrafficModel } from '../model/traffic.js';
import type { Protocol } from '../protocols/protocol.js';
import { didYouMean } from '../suggest.js';
import { FCS_BYTES } from '../units.js';
import { internetChecksum } from './checksum.js';
import { parseField } from './fields.js';
import { headerBytesOf, offsetBitsOf, writeHeader } from './header.js';

/** What a worker sends: plain bytes, from the destination MAC address to the end of the payload, without FCS. */
export interface FrameProgram {
  readonly frame: Uint8Array;
}

interface Layer {
  readonly protocol: Protocol;
  readonly values: Map<string, bigint>;
  readonly offsetBytes: number;
  readonly bytes: number;
}

/**
 * Turns a traffic model into bytes: lengths, protocol numbers, EtherTypes and checksums are filled in where the model
 * does not set them.
 * @throws UsageError that names the stream, the header and the field.
 */
export async function compile(model: TrafficModel): Promise<FrameProgram> {
  const [stream] = model.streams;
  if (!stream || model.streams.length > 1) throw new UsageError('a traffic model holds exactly one stream');
  return { frame: await compileStream(stream) };
}

async function compileStream(stream: Stream): Promise<Uint8Array> {
  const layers = await resolveLayers(stream);
  const frame = new Uint8Array(stream.sizeBytes - FCS_BYTES);
  const headerBytes = layers.reduce((sum, layer) => sum + layer.bytes, 0);
  if (headerBytes > frame.length) {
    throw new UsageError(
      `stream ${stream.name}: its headers take ${headerBytes} bytes, more than the ${frame.length} of a ${stream.sizeBytes}-byte frame without FCS`,
    );
  }
  for (const layer of layers) {
    const payloadBytes = frame.length - layer.offsetBytes - layer.bytes;
    const lengths = { headerBytes: layer.bytes, payloadBytes };
    writeHeader(layer.protocol, layer.values, lengths, bytesOf(frame, layer));
  }
  // From the top down: a lower checksum may cover an upper one.
  for (const [i, layer] of [...layers.entries()].reverse()) writeChecksum(frame, layer, layers[i - 1]);
  return frame;
}

async function resolveLayers(stream: Stream): Promise<Layer[]> {
  const layers: Layer[] = [];
  let offsetBytes = 0;
  for (const header of stream.headers) {
    const protocol = await loadProtocol(header.protocol);
    const layer = {
      protocol,
      values: parseFields(stream, header, protocol),
      offsetBytes,
      bytes: headerBytesOf(protocol),
    };
    announce(layer, layers.at(-1));
    layers.push(layer);
    offsetBytes += layer.bytes;
  }
  return layers;
}

function parseFields(stream: Stream, header: Header, protocol: Protocol): Map<string, bigint> {
  const values = new Map<string, bigint>();
  for (const [name, text] of Object.entries(header.fields)) {
    const where = `stream ${stream.name}: ${protocol.name} ${name}`;
    const field = protocol.fields.find((candidate) => candidate.name === name);
    if (!field) throw new UsageError(`${where}: no such field; ${didYouMean(name, namesOf(protocol))}`);
    values.set(name, parseField(field, text, where));
  }
  return values;
}

/** Tells the layer below what it carries, unless somebody chose otherwise. */
function announce(upper: Layer, lower: Layer | undefined): void {
  if (!lower) return;
  const selector = upper.protocol.carriedBy[lower.protocol.name];
  if (selector && !lower.values.has(selector.field)) lower.values.set(selector.field, selector.value);
}

function writeChecksum(frame: Uint8Array, layer: Layer, lower: Layer | undefined): void {
  const rule = layer.protocol.checksum;
  if (!rule || layer.values.has(rule.field)) return;
  const covered = rule.covers === 'header' ? bytesOf(frame, layer) : frame.subarray(layer.offsetBytes);
  const pseudo = rule.covers === 'header' ? undefined : pseudoHeaderOf(frame, layer, lower);
  const sum = internetChecksum(...(pseudo ? [pseudo] : []), covered);
  const position = layer.offsetBytes + offsetBitsOf(layer.protocol, rule.field) / 8;
  new DataView(frame.buffer).setUint16(position, sum === 0 && rule.zeroIsOnes ? 0xffff : sum);
}

function pseudoHeaderOf(frame: Uint8Array, layer: Layer, lower: Layer | undefined): Uint8Array | undefined {
  const number = lower && layer.protocol.carriedBy[lower.protocol.name]?.value;
  if (!lower || number === undefined) return undefined;
  return lower.protocol.pseudoHeader?.(bytesOf(frame, lower), number, frame.length - layer.offsetBytes);
}

function bytesOf(frame: Uint8Array, layer: Layer): Uint8Array {
  return frame.subarray(layer.offsetBytes, layer.offsetBytes + layer.bytes);
}

/** The file in src/protocols that has the protocol's name. */
async function loadProtocol(name: string): Promise<Protocol> {
  const known = protocolNames();
  if (!known.includes(name)) {
    throw new UsageError(`no protocol '${name}'; ${didYouMean(name, known)}`);
  }
  const module = (await import(`../protocols/${name}.js`)) as { protocol: Protocol };
  return module.protocol;
}

export function protocolNames(): string[] {
  return readdirSync(new URL('../protocols/', import.meta.url))
    .filter((file) => file.endsWith('.js') && file !== 'protocol.js')
    .map((file) => file.slice(0, -'.js'.length))
    .sort();
}

function namesOf(protocol: Protocol): string[] {
  return protocol.fields.map((field) => field.name);
}
