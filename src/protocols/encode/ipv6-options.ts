import { hexBytes, isMapping, quote, uintBytes, wholeNumber } from './hex.js';

const UNIT_BYTES = 8;
/** Next header and length stand before the options. */
const HEAD_BYTES = 2;
/** The length is 8 bits, in units of 8 bytes, the first not included. RFC 8200 section 4.3. */
const LONGEST_BYTES = 256 * UNIT_BYTES - HEAD_BYTES;
const EXPECTED =
  'expected options in hex such as 05020000 (router alert), or a list of {type: 5, data: "0000"}';

/** Options of a hop-by-hop or destination options header, filled up to a multiple of 8 bytes. RFC 8200 section 4.2. */
export function ipv6Options(value: unknown = ''): Uint8Array {
  const options = Array.isArray(value) ? Buffer.concat(value.map(option)) : hexBytes(value);
  if (!options) throw new Error(`${quote(value)}: ${EXPECTED}`);
  const missing = UNIT_BYTES - 1 - ((options.length + HEAD_BYTES + UNIT_BYTES - 1) % UNIT_BYTES);
  const padded = Buffer.concat([options, padding(options.length === 0 ? UNIT_BYTES - HEAD_BYTES : missing)]);
  if (padded.length <= LONGEST_BYTES) return padded;
  throw new Error(`${options.length} bytes of options: expected up to ${LONGEST_BYTES}`);
}

function option(value: unknown): Uint8Array {
  const hex = hexBytes(value);
  if (hex) return hex;
  const data = isMapping(value) ? hexBytes(value['data'] ?? '') : undefined;
  if (!isMapping(value) || !data) throw new Error(`${quote(value)}: ${EXPECTED}`);
  if (data.length > 0xff) throw new Error(`${data.length} bytes of option data: expected up to 255`);
  return Uint8Array.of(wholeNumber('type', value['type'], 0xff), data.length, ...data);
}

/** Pad1 for one byte, PadN for more. */
function padding(bytes: number): Uint8Array {
  return bytes < 2
    ? new Uint8Array(bytes)
    : Buffer.concat([uintBytes(0x0100 + bytes - 2, 2), new Uint8Array(bytes - 2)]);
}
