import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headerBytesOf, offsetBitsOf, writeHeader } from '#src/compile/header.js';
import { protocol as ethernet } from '#src/protocols/ethernet.js';
import { protocol as ipv4 } from '#src/protocols/ipv4.js';
import { type Field, type Protocol, uint } from '#src/protocols/protocol.js';
import { protocol as udp } from '#src/protocols/udp.js';
import { bytesOf } from '../support/frames.js';
import { Random } from '../support/random.js';

const SEED = 791;
const ROUNDS = 300;

test('headers have the sizes of their standards: 14, 20 and 8 bytes', () => {
  assert.deepEqual([ethernet, ipv4, udp].map(headerBytesOf), [14, 20, 8]);
});

/** RFC 791 section 3.1 and RFC 768, counted in the drawings. */
const OFFSETS = [
  [ethernet, 'src', 48],
  [ethernet, 'type', 96],
  [ipv4, 'version', 0],
  [ipv4, 'totalLength', 16],
  [ipv4, 'ttl', 64],
  [ipv4, 'protocol', 72],
  [ipv4, 'checksum', 80],
  [ipv4, 'src', 96],
  [ipv4, 'dst', 128],
  [udp, 'dstPort', 16],
  [udp, 'length', 32],
  [udp, 'checksum', 48],
] as const;

for (const [protocol, name, bits] of OFFSETS) {
  test(`${protocol.name} ${name} lies at bit ${bits}`, () =>
    assert.equal(offsetBitsOf(protocol, name), bits));
}

test('an offset that is asked for by a wrong name is a defect and says so', () => {
  assert.throws(() => offsetBitsOf(udp, 'ttl'), /udp has no field ttl/);
});

test('an IPv4 header with every field set has its bits where RFC 791 draws them', () => {
  const values = new Map([
    ['version', 6n],
    ['headerLength', 7n],
    ['dscp', 46n],
    ['ecn', 1n],
    ['totalLength', 0x0102n],
    ['id', 0xbeefn],
    ['flags', 0b101n],
    ['fragmentOffset', 0x1abcn],
    ['ttl', 0x80n],
    ['protocol', 0x11n],
    ['checksum', 0x1234n],
    ['src', 0x0a000001n],
    ['dst', 0xc0a800c7n],
  ]);
  const header = new Uint8Array(20);
  writeHeader(ipv4, values, { headerBytes: 20, payloadBytes: 0 }, header);
  assert.deepEqual(header, bytesOf('67b9 0102 beef babc 8011 1234 0a000001 c0a800c7'));
});

test('lengths are computed from the sizes where nobody set them', () => {
  const header = new Uint8Array(20);
  writeHeader(ipv4, new Map(), { headerBytes: 20, payloadBytes: 1480 }, header);
  assert.deepEqual(header.subarray(0, 4), bytesOf('4500 05dc'));
  const datagram = new Uint8Array(8);
  writeHeader(udp, new Map(), { headerBytes: 8, payloadBytes: 18 }, datagram);
  assert.deepEqual(datagram, bytesOf('0009 0009 001a 0000'));
});

test('a header is written over what stood there, and nothing behind it', () => {
  const target = new Uint8Array(16).fill(0xff);
  writeHeader(ethernet, new Map([['dst', 0n]]), { headerBytes: 14, payloadBytes: 2 }, target);
  assert.deepEqual(target, bytesOf('000000000000 000000000000 88b5 ffff'));
});

test('fields of random widths are packed like strings of bits', () => {
  const random = new Random(SEED);
  for (let round = 0; round < ROUNDS; round++) {
    const { protocol, values, payloadBytes, bits } = randomHeader(random);
    const target = new Uint8Array(bits.length / 8);
    writeHeader(protocol, values, { headerBytes: target.length, payloadBytes }, target);
    const written = [...target].map((byte) => byte.toString(2).padStart(8, '0')).join('');
    assert.equal(written, bits, `round ${round}`);
    assert.equal(headerBytesOf(protocol), target.length);
  }
});

/** A header of random fields and the string of bits that it should become. */
function randomHeader(random: Random) {
  const payloadBytes = random.whole(0, 9000);
  const fields: Field[] = [];
  const values = new Map<string, bigint>();
  let bits = '';
  for (let i = random.whole(1, 12); i > 0; i--) addField(random.whole(1, 48));
  if (bits.length % 8 !== 0) addField(8 - (bits.length % 8));
  const protocol: Protocol = { name: 'random', reference: 'none', fields, carriedBy: {} };
  return { protocol, values, payloadBytes, bits };

  function addField(width: number): void {
    const name = `field${fields.length}`;
    const fallback = random.bits(width);
    const computed = BigInt.asUintN(width, BigInt(payloadBytes));
    const auto = random.whole(0, 3) === 0;
    fields.push(
      uint(
        name,
        width,
        fallback,
        auto ? (lengths) => BigInt.asUintN(width, BigInt(lengths.payloadBytes)) : undefined,
      ),
    );
    let value = auto ? computed : fallback;
    if (random.whole(0, 1) === 0) {
      value = random.bits(width);
      values.set(name, value);
    }
    bits += value.toString(2).padStart(width, '0');
  }
}
