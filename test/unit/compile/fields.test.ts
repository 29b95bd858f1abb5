import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describe, formatMac, macBytes, parseField } from '#src/compile/fields.js';
import { ValueError } from '#src/compile/problems.js';

const MAC = { kind: 'mac', bits: 48 } as const;
const IPV4 = { kind: 'ipv4', bits: 32 } as const;
const PORT = { kind: 'uint', bits: 16 } as const;
const FLAGS = { kind: 'uint', bits: 3 } as const;
const ANY_48 = { kind: 'uint', bits: 48 } as const;
const IPV6 = { kind: 'ipv6', bits: 128 } as const;
const TYPE = { kind: 'uint', bits: 8, names: { reply: 0n, request: 8n } } as const;
const BITS = { kind: 'uint', bits: 8, names: { fin: 1n, syn: 2n, ack: 16n }, flags: true } as const;

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
  [PORT, ' 9 ', 9n],
  [PORT, '0b101', 5n],
  [PORT, 9n, 9n],
  [IPV6, '::', 0n],
  [IPV6, '::1', 1n],
  [IPV6, '1::', 1n << 112n],
  [IPV6, '2001:2::1', 0x2001_0002_0000_0000_0000_0000_0000_0001n],
  [IPV6, '1:2:3:4:5:6:7:8', 0x0001_0002_0003_0004_0005_0006_0007_0008n],
  [IPV6, '::ffff:198.18.0.1', 0xffff_c612_0001n],
  [IPV6, 'FFFF:ffff:ffff:ffff:ffff:ffff:ffff:ffff', (1n << 128n) - 1n],
  [TYPE, 'request', 8n],
  [TYPE, 9, 9n],
  [BITS, 'syn|ack', 18n],
  [BITS, 'syn | fin', 3n],
  [BITS, '0xff', 255n],
] as const;

for (const [field, text, value] of GOOD) {
  test(`a ${field.kind} of ${field.bits} bits takes ${typeof text} "${text}"`, () => {
    assert.equal(parseField(field, text), value);
  });
}

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
  [PORT, '0x', 'from 0 to 65535'],
  [PORT, '0b2', 'from 0 to 65535'],
  [PORT, 'http', 'from 0 to 65535'],
  [FLAGS, 8, 'from 0 to 7'],
  [ANY_48, '281474976710656', 'from 0 to 281474976710655'],
  [IPV6, 'fe80::1%eth0', 'an IPv6 address such as 2001:2::1'],
  [IPV6, '198.18.0.1', 'an IPv6 address'],
  [IPV6, '1:2:3:4:5:6:7', 'an IPv6 address'],
  [TYPE, 'requst', 'did you mean request?'],
  [TYPE, 'reply|request', 'reply, request'],
  [TYPE, 'toString', 'from 0 to 255'],
  [BITS, 'syn|akc', 'fin|syn|ack'],
] as const;

for (const [field, text, expected] of BAD) {
  test(`a ${field.kind} of ${field.bits} bits refuses ${JSON.stringify(text)}, and says what is right`, () => {
    assert.throws(
      () => parseField(field, text),
      (error) =>
        error instanceof ValueError &&
        error.message.startsWith(`${text}: `) &&
        error.message.includes(expected),
    );
  });
}

for (const [value, what] of [
  [null, 'nothing'],
  [undefined, 'nothing'],
  [[1], 'a list'],
  [{}, 'a mapping'],
  [true, 'true'],
] as const) {
  test(`${what} is no value of a field`, () => {
    assert.equal(describe(value), what);
    assert.throws(() => parseField(PORT, value), new RegExp(`expected .*, found ${what}$`));
  });
}

test('a MAC address becomes six bytes and text again', () => {
  assert.deepEqual(macBytes('00:1b:21:3c:9d:f8'), Uint8Array.of(0x00, 0x1b, 0x21, 0x3c, 0x9d, 0xf8));
  assert.deepEqual(macBytes('00-1B-21-3C-9D-F8'), macBytes('00:1b:21:3c:9d:f8'));
  assert.equal(formatMac(Uint8Array.of(0x00, 0x1b, 0x21, 0x3c, 0x9d, 0x08)), '00:1b:21:3c:9d:08');
});
