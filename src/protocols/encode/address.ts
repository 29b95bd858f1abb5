import { parseField } from '../../compile/fields.js';
import { uintBytes } from './hex.js';

/** @throws Error that says what was expected, as do the others. */
export function ipv4Bytes(value: unknown): Uint8Array {
  return uintBytes(parseField({ kind: 'ipv4', bits: 32 }, value), 4);
}

export function ipv6Bytes(value: unknown): Uint8Array {
  return uintBytes(parseField({ kind: 'ipv6', bits: 128 }, value), 16);
}

export function macBytes(value: unknown): Uint8Array {
  return uintBytes(parseField({ kind: 'mac', bits: 48 }, value), 6);
}

/** A list of addresses, or text with commas between them, each as its bytes. */
export function addressList(value: unknown, encode: (address: unknown) => Uint8Array): Uint8Array[] {
  if (Array.isArray(value)) return value.map(encode);
  const words = String(value ?? '').split(',');
  return words
    .map((word) => word.trim())
    .filter(Boolean)
    .map(encode);
}
