import { isIPv4, isIPv6 } from 'node:net';
import type { Field } from '../protocols/protocol.js';
import { nearest } from '../suggest.js';
import { ValueError } from './problems.js';

type FieldShape = Pick<Field, 'kind' | 'bits' | 'names' | 'flags'> & Partial<Pick<Field, 'name'>>;

const MAC = /^[0-9a-f]{2}([:-])[0-9a-f]{2}(?:\1[0-9a-f]{2}){4}$/i;
const NUMBER = /^(?:\d+|0x[0-9a-f]+|0b[01]+)$/i;

/** A field's one value from what a person wrote. Throws ValueError that says what was expected. */
export function parseField(field: FieldShape, value: unknown): bigint {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') {
    throw new ValueError(`expected ${expectation(field)}, found ${describe(value)}`);
  }
  const text = String(value).trim();
  const parsed = parseKind(field, text);
  if (parsed !== undefined) return parsed;
  throw new ValueError(`${text}: expected ${expectation(field)}${hint(field, text)}`);
}

/** The word that was meant; the expectation lists them all. */
function hint({ names, flags }: FieldShape, text: string): string {
  const words = Object.keys(names ?? {});
  const wrong = (flags ? text.split('|') : [text])
    .map((word) => word.trim())
    .find((word) => !words.includes(word));
  const match = wrong === undefined ? undefined : nearest(wrong, words);
  return match === undefined ? '' : `; did you mean ${match}?`;
}

function parseKind(field: FieldShape, text: string): bigint | undefined {
  switch (field.kind) {
    case 'mac':
      return MAC.test(text) ? BigInt(`0x${text.replace(/[:-]/g, '')}`) : undefined;
    case 'ipv4':
      return isIPv4(text) ? ipv4Value(text) : undefined;
    case 'ipv6':
      return isIPv6(text) && !text.includes('%') ? ipv6Value(text) : undefined;
    case 'uint':
      return parseWords(field, text) ?? parseUint(text, field.bits);
    case 'bytes':
      return undefined;
  }
}

function parseUint(text: string, bits: number): bigint | undefined {
  if (!NUMBER.test(text)) return undefined;
  const value = BigInt(text);
  return value < 1n << BigInt(bits) ? value : undefined;
}

function parseWords({ names, flags }: FieldShape, text: string): bigint | undefined {
  if (!names) return undefined;
  const words = flags ? text.split('|').map((word) => word.trim()) : [text];
  if (!words.every((word) => Object.hasOwn(names, word))) return undefined;
  return words.reduce((value, word) => value | (names[word] ?? 0n), 0n);
}

function ipv4Value(text: string): bigint {
  return text.split('.').reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

function ipv6Value(text: string): bigint {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const last = dotted ? ipv4Value(dotted[2] ?? '') : 0n;
  const plain = dotted ? `${dotted[1]}${(last >> 16n).toString(16)}:${(last & 0xffffn).toString(16)}` : text;
  const [head = '', tail] = plain.split('::');
  const words = (part: string) => (part === '' ? [] : part.split(':'));
  const left = words(head);
  const right = tail === undefined ? [] : words(tail);
  const zeros = Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...zeros, ...right].reduce((value, word) => (value << 16n) | BigInt(`0x${word}`), 0n);
}

function expectation({ kind, bits, names, flags }: FieldShape): string {
  const words = Object.keys(names ?? {});
  switch (kind) {
    case 'mac':
      return 'a MAC address such as 02:00:00:00:00:00';
    case 'ipv4':
      return 'an IPv4 address such as 198.18.0.1';
    case 'ipv6':
      return 'an IPv6 address such as 2001:2::1';
    case 'uint': {
      const range = `a whole number from 0 to ${(1n << BigInt(bits)) - 1n}`;
      return words.length === 0 ? range : `${range} or ${words.join(flags ? '|' : ', ')}`;
    }
    case 'bytes':
      return 'bytes in hex';
  }
}

/** What a value is, for a message. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a mapping' : String(value);
}

/** Six bytes → "02:00:00:00:00:00". */
export function formatMac(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** "02:00:00:00:00:00" → six bytes. */
export function macBytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replace(/[:-]/g, ''), 'hex'));
}

/** A field's value as a person reads it: the opposite of parseField. */
export function formatField(field: FieldShape, value: bigint, bits: number): string {
  switch (field.kind) {
    case 'mac':
      return formatMac(bytesOf(value, 6));
    case 'ipv4':
      return bytesOf(value, 4).join('.');
    case 'ipv6':
      return formatIpv6(value);
    case 'uint':
      return (
        formatWords(field, value) ??
        (isCode(field, bits) ? `0x${value.toString(16).padStart(4, '0')}` : String(value))
      );
    case 'bytes':
      return value.toString(16).padStart(bits / 4, '0');
  }
}

/** Nobody knows these by their decimal number. */
function isCode({ name }: FieldShape, bits: number): boolean {
  return bits === 16 && (name === 'type' || name === 'checksum');
}

function bytesOf(value: bigint, count: number): Uint8Array {
  return Buffer.from(value.toString(16).padStart(count * 2, '0'), 'hex');
}

/** The longest row of zero words is left out: RFC 5952. */
export function formatIpv6(value: bigint): string {
  const words = Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  const text = words.join(':');
  const rows = [...text.matchAll(/(?<![^:])0(?::0)+(?![^:])/g)];
  const longest = rows.reduce<RegExpMatchArray | undefined>(
    (a, b) => (a && a[0].length >= b[0].length ? a : b),
    undefined,
  );
  if (!longest) return text;
  const at = longest.index ?? 0;
  const head = text.slice(0, at).replace(/:$/, '');
  return `${head}::${text.slice(at + longest[0].length).replace(/^:/, '')}`;
}

function formatWords({ names, flags }: FieldShape, value: bigint): string | undefined {
  const known = Object.entries(names ?? {});
  const exact = known.find(([, number]) => number === value)?.[0];
  if (exact !== undefined || !flags || value === 0n) return exact;
  const set = known.filter(([, number]) => number !== 0n && (value & number) === number);
  const covered = set.reduce((all, [, number]) => all | number, 0n);
  return covered === value ? set.map(([word]) => word).join('|') : undefined;
}
