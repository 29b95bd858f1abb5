import { hexBytes, isMapping, quote, uintBytes, wholeNumber } from './hex.js';

const WORD_BYTES = 4;
/** 15 words of header, less the 5 without options. RFC 9293 section 3.1. */
const LONGEST_BYTES = 40;
const NOP = 1;
const MOST_32 = 0xffffffff;

/** RFC 9293 section 3.2, RFC 7323 sections 2.2 and 3.2, RFC 2018 sections 2 and 3. */
const OPTIONS: Readonly<Record<string, (value: unknown) => number[]>> = {
  mss: (value) => [2, 4, ...uintBytes(wholeNumber('mss', value, 0xffff), 2)],
  windowScale: (value) => [3, 3, wholeNumber('windowScale', value, 0xff)],
  sackPermitted: (value) => (isTrue('sackPermitted', value) ? [4, 2] : []),
  sack: selectiveAcknowledgement,
  timestamps: (value) => [8, 10, ...pair('timestamps', value, '[value, echo]')],
};
const NAMES = Object.keys(OPTIONS).join(', ');

/** {mss: 1460, sackPermitted: true} in this order, or hex. NOPs before an option let it end with a word. */
export function tcpOptions(value: unknown = ''): Uint8Array {
  const hex = hexBytes(value);
  if (!hex && !isMapping(value)) throw new Error(`${quote(value)}: expected options {${NAMES}}, or hex`);
  const options = isMapping(value)
    ? Object.entries(value).flatMap(([name, content]) => option(name, content))
    : [...(hex ?? [])];
  if (options.length > LONGEST_BYTES) {
    throw new Error(`${options.length} bytes of options: expected up to ${LONGEST_BYTES}`);
  }
  return Uint8Array.of(...options, ...nops(options.length));
}

function option(name: string, value: unknown): number[] {
  const encode = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
  if (!encode) throw new Error(`${name}: no such option; there are ${NAMES}`);
  const bytes = encode(value);
  return [...nops(bytes.length), ...bytes];
}

/** What is missing to whole words. */
function nops(bytes: number): number[] {
  return Array<number>((WORD_BYTES - (bytes % WORD_BYTES)) % WORD_BYTES).fill(NOP);
}

function selectiveAcknowledgement(value: unknown): number[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new Error(`sack ${quote(value)}: expected a list of [left, right]`);
  }
  return [5, 2 + value.length * 8, ...value.flatMap((block) => pair('sack', block, '[left, right]'))];
}

function pair(what: string, value: unknown, expected: string): number[] {
  if (!Array.isArray(value) || value.length !== 2) {
    throw new Error(`${what} ${quote(value)}: expected ${expected}`);
  }
  return value.flatMap((number) => [...uintBytes(wholeNumber(what, number, MOST_32), 4)]);
}

function isTrue(what: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new Error(`${what} ${quote(value)}: expected true or false`);
}
