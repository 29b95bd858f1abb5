import { ValueError } from '../compile/problems.js';
import { UsageError } from '../errors.js';
import { type Header, type Payload, type Sizes, ZEROS } from '../model/traffic.js';
import { excerptOf, Lines, type Range } from './excerpt.js';
import { fieldValueOf, sizeInputOf } from './packet-values.js';
import { type Layer, type Part, type Report, splitLayers, type Word } from './packet-words.js';
import { literalPayload, type PayloadInput } from './payload.js';
import { show } from './problem.js';
import { readSizes } from './sizes.js';

/** What the words of a packet mean, and where they stand in it. */
export interface Packet {
  readonly headers: readonly Header[];
  /** Null where the packet does not say. */
  readonly payload: Payload | null;
  readonly sizes: Sizes | null;
  /** By header: where its protocol stands, and each of its fields. */
  readonly headerRanges: readonly HeaderRanges[];
  readonly payloadRange: Range | null;
  readonly sizeRange: Range | null;
}

export interface HeaderRanges {
  readonly protocol: Range;
  readonly fields: ReadonlyMap<string, { readonly name: Range; readonly value: Range }>;
}

export interface PacketProblem {
  readonly range: Range;
  readonly message: string;
}

/**
 * "ipv4 dst=198.19.0.1 / udp dstPort=53,123 / payload 18 / size 64" → the headers, payload and sizes it speaks of.
 * @throws UsageError with the column, and a line that marks it.
 */
export function parsePacket(text: string): {
  headers: readonly Header[];
  payload: Payload;
  sizes: Sizes | null;
} {
  const { packet, problems } = readPacket(text);
  if (problems.length > 0)
    throw new UsageError(problems.map((problem) => problemText(text, problem)).join('\n'));
  return { headers: packet.headers, payload: packet.payload ?? ZEROS, sizes: packet.sizes };
}

function problemText(text: string, { range, message }: PacketProblem): string {
  return [`--packet:${range.start + 1}: ${message}`, ...excerptOf(new Lines(text), range)].join('\n');
}

export function readPacket(text: string): { packet: Packet; problems: readonly PacketProblem[] } {
  const problems: PacketProblem[] = [];
  const report: Report = (range, message) => problems.push({ range, message });
  const layers = splitLayers(text, report);
  const reader = new Reader(report);
  for (const layer of layers) reader.read(layer);
  return { packet: reader, problems };
}

class Reader implements Packet {
  readonly headers: Header[] = [];
  readonly headerRanges: HeaderRanges[] = [];
  payload: Payload | null = null;
  sizes: Sizes | null = null;
  payloadRange: Range | null = null;
  sizeRange: Range | null = null;

  constructor(readonly report: Report) {}

  read(layer: Layer): void {
    const [first, ...rest] = layer.words;
    if (!first) this.report(layer, 'expected a protocol here');
    else if (first.name === 'size') this.#readSize(first, rest);
    else if (first.name === 'payload') this.#readPayload(first, rest);
    else this.#readHeader(first, rest);
  }

  #readHeader(first: Word, rest: readonly Word[]): void {
    if (first.parts) this.report(first, `expected a protocol, and behind it ${show(first.name)}=…`);
    if (this.payload || this.sizes)
      this.report(first, 'a header behind the payload or the size; those come last');
    const fields: Record<string, Header['fields'][string]> = {};
    const ranges = new Map<string, { name: Range; value: Range }>();
    for (const word of rest) {
      const message = fieldProblem(word, ranges);
      if (message !== undefined) this.report(word, message);
      else fields[word.name] = fieldValueOf(word.parts ?? [], this.report);
      ranges.set(word.name, { name: word.nameRange, value: valueRange(word) });
    }
    this.headers.push({ protocol: first.name, fields });
    this.headerRanges.push({ protocol: first.nameRange, fields: ranges });
  }

  #readSize(first: Word, rest: readonly Word[]): void {
    if (this.sizes) this.report(first, 'a second size');
    const parts =
      first.parts ??
      rest.flatMap(({ nameRange, name, parts }) => [{ ...nameRange, text: name }, ...(parts ?? [])]);
    const texts = parts.flatMap(({ text }) => text.split(',')).filter((text) => text !== '');
    this.sizeRange = spanOf(first, rest);
    this.sizes = this.#attempt(this.sizeRange, () =>
      readSizes(sizeInputOf(texts), this.headers[0]?.protocol === 'raw'),
    );
  }

  #readPayload(first: Word, rest: readonly Word[]): void {
    if (this.payload) this.report(first, 'a second payload');
    this.payloadRange = spanOf(first, rest);
    const input = payloadInput(rest);
    if (input === undefined || first.parts) this.report(this.payloadRange, EXPECTED_PAYLOAD);
    else this.payload = this.#attempt(this.payloadRange, () => literalPayload(input));
  }

  #attempt<T>(range: Range, read: () => T): T | null {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      this.report(range, error.message);
      return null;
    }
  }
}

function fieldProblem(word: Word, known: ReadonlyMap<string, unknown>): string | undefined {
  if (!word.parts) return `expected field=value, or / in front of a protocol`;
  if (word.name === '__proto__') return 'no such field';
  return known.has(word.name) ? `${show(word.name)} is given twice` : undefined;
}

function valueRange(word: Word): Range {
  return { start: word.parts?.[0]?.start ?? word.start, end: word.end };
}

function spanOf(first: Word, rest: readonly Word[]): Range {
  return { start: first.start, end: rest.at(-1)?.end ?? first.end };
}

const EXPECTED_PAYLOAD =
  'expected payload 18, zeros, counter, random, byte=0xff, hex=… or text="…", maybe with length=18';

/** The payload as a profile would have it; undefined for what makes no sense. */
function payloadInput(words: readonly Word[]): PayloadInput | undefined {
  const [kind, length, more] = words;
  if (!kind || more || (length && length.name !== 'length')) return undefined;
  const lengthValue = length && singleText(length.parts);
  if (length && lengthValue === undefined) return undefined;
  const extent = lengthValue === undefined ? {} : { length: numeric(lengthValue) };
  if (kind.parts) return keyedPayload(kind, extent);
  if (kind.name === 'zeros') return { byte: 0, ...extent };
  if (kind.name === 'counter' || kind.name === 'random') return { [kind.name]: true, ...extent };
  return /^\d+$/.test(kind.name) && !length ? Number(kind.name) : undefined;
}

function keyedPayload(kind: Word, extent: { length?: number | string }): PayloadInput | undefined {
  const value = singleText(kind.parts);
  if (value === undefined) return undefined;
  if (kind.name === 'byte') return { byte: numeric(value), ...extent };
  const own = kind.name === 'text' || kind.name === 'hex';
  return own && extent.length === undefined ? { [kind.name]: value } : undefined;
}

function singleText(parts: readonly Part[] | null): string | undefined {
  return parts?.length === 1 ? parts[0]?.text : undefined;
}

function numeric(text: string): number | string {
  return /^\d{1,15}$/.test(text) ? Number(text) : text;
}
