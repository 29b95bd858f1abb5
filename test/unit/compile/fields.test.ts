import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatMac, macBytes, parseField } from '#src/compile/fields.js';
import { usageError } from '../support/errors.js';

const MAC = { kind: 'mac', bits: 48 } as const;
const IPV4 = { kind: 'ipv4', bits: 32 } as const;
const PORT = { kind: 'uint', bits: 16 } as const;
const FLAGS = { kind: 'uint', bits: 3 } as const;
const ANY_48 = { kind: 'uint', bits: 48 } as const;

const GOOD = [
  [MAC, '02:00:00:00:00:00', 0x020000000000n],
  [MAC, '00:1b:21:3c:9D:F8', 0x001b213c9df8n],
  [MAC, 'ff-ff-ff-ff-ff-ff', 0xffffffffffffn],
  [IPV4, '0.0.0.0', 0n],
  [IPV4, '198.18.0.1', 0xc6120001n],
  [IPV4, '255.255.255.255', 0xffffffffn],
  [PORT, 0, 0n],
  [PORT, 65535, 0xffffn],
  [PORT, '53', 53n],
  [PORT, '0x08B5', 0x08b5n],
  [FLAGS, 7, 7n],
  [ANY_48, '281474976710655', 0xffffffffffffn],
] as const;

for (const [field, text, value] of GOOD) {
  test(`a ${field.kind} of ${field.bits} bits takes ${JSON.stringify(text)}`, () => {
    assert.equal(parseField(field, text, 'here'), value);
  });
}

const WHERE = 'stream udp: ipv4 src';

const BAD = [
  [MAC, '', 'a MAC address such as 02:00:00:00:00:00'],
  [MAC, '02:00:00:00:00', 'a MAC address'],
  [MAC, '02:00:00:00:00:00:00', 'a MAC address'],
  [MAC, '02:00:00:00:00:0g', 'a MAC address'],
  [MAC, '020000000000', 'a MAC address'],
  [MAC, 2, 'a MAC address'],
  [IPV4, '198.18.0', 'an IPv4 address such as 198.18.0.1'],
  [IPV4, '198.18.0.256', 'an IPv4 address'],
  [IPV4, '198.18.0.1/15', 'an IPv4 address'],
  [IPV4, '::1', 'an IPv4 address'],
  [PORT, 65536, 'from 0 to 65535'],
  [PORT, -1, 'from 0 to 65535'],
  [PORT, 1.5, 'from 0 to 65535'],
  [PORT, Number.NaN, 'from 0 to 65535'],
  [PORT, 1e21, 'from 0 to 65535'],
  [PORT, '', 'from 0 to 65535'],
  [PORT, ' 9', 'from 0 to 65535'],
  [PORT, '0x', 'from 0 to 65535'],
  [PORT, '0b1', 'from 0 to 65535'],
  [PORT, 'http', 'from 0 to 65535'],
  [FLAGS, 8, 'from 0 to 7'],
  [ANY_48, '281474976710656', 'from 0 to 281474976710655'],
] as const;

for (const [field, text, expected] of BAD) {
  test(`a ${field.kind} of ${field.bits} bits refuses ${JSON.stringify(text)}, and says where and what is right`, () => {
    assert.throws(() => parseField(field, text, WHERE), usageError(`${WHERE} ${text}:`, expected));
  });
}

test('a MAC address becomes six bytes and text again', () => {
  assert.deepEqual(macBytes('00:1b:21:3c:9d:f8'), Uint8Array.of(0x00, 0x1b, 0x21, 0x3c, 0x9d, 0xf8));
  assert.deepEqual(macBytes('00-1B-21-3C-9D-F8'), macBytes('00:1b:21:3c:9d:f8'));
  assert.equal(formatMac(Uint8Array.of(0x00, 0x1b, 0x21, 0x3c, 0x9d, 0x08)), '00:1b:21:3c:9d:08');
});
