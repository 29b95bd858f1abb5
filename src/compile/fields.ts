import { isIPv4 } from 'node:net';
import { UsageError } from '../errors.js';
import type { FieldText } from '../model/traffic.js';
import type { Field } from '../protocols/protocol.js';

const MAC = /^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}$/i;

/** A field's value from what a person wrote. Throws UsageError that begins with `where`. */
export function parseField(field: Pick<Field, 'kind' | 'bits'>, text: FieldText, where: string): bigint {
  switch (field.kind) {
    case 'mac':
      return parseMac(String(text), where);
    case 'ipv4':
      return parseIpv4(String(text), where);
    case 'uint':
      return parseUint(text, field.bits, where);
  }
}

function parseMac(text: string, where: string): bigint {
  if (!MAC.test(text))
    throw new UsageError(`${where} ${text}: expected a MAC address such as 02:00:00:00:00:00`);
  return BigInt(`0x${text.replace(/[:-]/g, '')}`);
}

function parseIpv4(text: string, where: string): bigint {
  if (!isIPv4(text)) throw new UsageError(`${where} ${text}: expected an IPv4 address such as 198.18.0.1`);
  return text.split('.').reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

function parseUint(text: FieldText, bits: number, where: string): bigint {
  const value = /^(\d+|0x[0-9a-f]+)$/i.test(String(text)) ? BigInt(text) : -1n;
  const maximum = (1n << BigInt(bits)) - 1n;
  if (value < 0n || value > maximum) {
    throw new UsageError(`${where} ${text}: expected a whole number from 0 to ${maximum}`);
  }
  return value;
}

/** Six bytes → "02:00:00:00:00:00". */
export function formatMac(mac: Uint8Array): string {
  return [...mac].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** "02:00:00:00:00:00" → six bytes. */
export function macBytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replace(/[:-]/g, ''), 'hex'));
}
