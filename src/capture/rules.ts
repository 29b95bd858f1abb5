import { macBytes, parseField } from '../compile/fields.js';
import { ValueError } from '../compile/problems.js';
import type { CaptureRewrite } from '../model/traffic.js';

/** Addresses that begin with `from` get the first bits of `to`, and keep the others. */
export interface AddressRule {
  readonly version: 4 | 6;
  readonly from: Prefix;
  readonly to: Prefix;
}

interface Prefix {
  readonly bytes: Uint8Array;
  readonly bits: number;
}

export interface Rules {
  readonly srcMac: Uint8Array | null;
  readonly dstMac: Uint8Array | null;
  /** The first that fits is applied. */
  readonly srcIp: readonly AddressRule[];
  readonly dstIp: readonly AddressRule[];
}

/** @throws ValueError that begins with the name of what is wrong. */
export function parseRules({ srcMac, dstMac, srcIp, dstIp }: CaptureRewrite): Rules {
  return {
    srcMac: srcMac === undefined ? null : named('srcMac', () => parseMac(srcMac)),
    dstMac: dstMac === undefined ? null : named('dstMac', () => parseMac(dstMac)),
    srcIp: srcIp === undefined ? [] : named('srcIp', () => parseAddressRules(srcIp)),
    dstIp: dstIp === undefined ? [] : named('dstIp', () => parseAddressRules(dstIp)),
  };
}

/** Whether nothing would change. */
export function isEmpty({ srcMac, dstMac, srcIp, dstIp }: Rules): boolean {
  return !srcMac && !dstMac && srcIp.length === 0 && dstIp.length === 0;
}

/** "198.18.0.1", "198.18.0.0/15" or "10.0.0.0/8=198.18.0.0/15", one or several of either version. */
export function parseAddressRules(text: string): AddressRule[] {
  return text.split(',').map((part) => parseRule(part.trim()));
}

function parseMac(text: string): Uint8Array {
  parseField({ kind: 'mac', bits: 48 }, text);
  return macBytes(text);
}

function parseRule(text: string): AddressRule {
  const [left = '', right, ...rest] = text.split('=');
  if (rest.length > 0) throw new ValueError(`${text}: expected one = between two prefixes`);
  const to = parsePrefix(right ?? left);
  const version = to.bytes.length === 4 ? 4 : 6;
  const from = right === undefined ? { bytes: to.bytes, bits: 0 } : parsePrefix(left);
  if (from.bytes.length !== to.bytes.length)
    throw new ValueError(`${text}: an IPv4 and an IPv6 prefix; expected two of one version`);
  return { version, from, to };
}

function parsePrefix(text: string): Prefix {
  const [address = '', length, ...rest] = text.split('/');
  const kind = address.includes(':') ? 'ipv6' : 'ipv4';
  const width = kind === 'ipv4' ? 32 : 128;
  const bits = length === undefined ? width : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  if (rest.length > 0 || !(bits <= width))
    throw new ValueError(`${text}: expected a prefix length from 0 to ${width}, such as 198.18.0.0/15`);
  const value = parseField({ kind, bits: width }, address);
  const hex = value.toString(16).padStart(width / 4, '0');
  return { bytes: Uint8Array.from(Buffer.from(hex, 'hex')), bits };
}

function named<T>(name: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof ValueError) throw new ValueError(`${name} ${error.message}`);
    throw error;
  }
}
