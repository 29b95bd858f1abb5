import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadProtocols } from '#src/compile/catalogue.js';
import { stackHeaders } from '#src/compile/layers.js';
import { endOf, type Layer, placeLayers, writeLayer } from '#src/compile/layout.js';
import { Problems } from '#src/compile/problems.js';
import { type Field, type Protocol, uint } from '#src/protocols/protocol.js';
import { headersOf, type Layers } from '../../support/compiled.js';
import { bytesOf, hexOf } from '../support/frames.js';
import { Random } from '../support/random.js';

const SEED = 791;
const ROUNDS = 300;

async function layersOf(layers: Layers, problems = new Problems()): Promise<Layer[]> {
  const headers = headersOf(layers);
  return placeLayers(stackHeaders(headers, await loadProtocols(headers), [], problems), problems);
}

/** The headers, with a payload of so many bytes behind them. */
async function headersWith(layers: Layers, payloadBytes: number): Promise<Uint8Array[]> {
  const placed = await layersOf(layers);
  const frame = new Uint8Array(endOf(placed) + payloadBytes);
  placed.forEach((_, i) => {
    writeLayer(placed, i, frame.length, frame);
  });
  return placed.map(({ offsetBytes, bytes }) => frame.subarray(offsetBytes, offsetBytes + bytes));
}

test('headers have the sizes of their standards and stand behind each other', async () => {
  const layers = await layersOf(['ethernet', 'vlan', 'ipv4', 'udp', 'vxlan', 'ethernet', 'ipv6', 'tcp']);
  assert.deepEqual(
    layers.map(({ bytes }) => bytes),
    [14, 4, 20, 8, 8, 14, 40, 20],
  );
  assert.deepEqual(
    layers.map(({ offsetBytes }) => offsetBytes),
    [0, 14, 18, 38, 46, 54, 68, 108],
  );
  assert.equal(endOf(layers), 128);
});

/** RFC 791 section 3.1 and RFC 768, counted in the drawings. */
for (const [header, name, bits] of [
  [0, 'src', 48],
  [0, 'type', 96],
  [1, 'version', 0],
  [1, 'totalLength', 16],
  [1, 'ttl', 64],
  [1, 'protocol', 72],
  [1, 'checksum', 80],
  [1, 'src', 96],
  [1, 'dst', 128],
  [2, 'dstPort', 16],
  [2, 'length', 32],
  [2, 'checksum', 48],
] as const) {
  test(`${name} of header ${header} lies at bit ${bits} of it`, async () => {
    const layer = (await layersOf(['ethernet', 'ipv4', 'udp']))[header];
    const placed = layer?.fields.find(({ field }) => field.name === name);
    assert.equal((placed?.offsetBits ?? 0) - (layer?.offsetBytes ?? 0) * 8, bits);
  });
}

test('an IPv4 header with every field set has its bits where RFC 791 draws them', async () => {
  const fields = {
    version: 6,
    headerLength: 7,
    dscp: 46,
    ecn: 1,
    totalLength: 0x0102,
    id: 0xbeef,
    flags: 0b101,
    fragmentOffset: 0x1abc,
    ttl: 0x80,
    protocol: 0x11,
    checksum: 0x1234,
    src: '10.0.0.1',
    dst: '192.168.0.199',
  };
  const [, header] = await headersWith([['ipv4', fields]], 0);
  assert.equal(
    hexOf(header ?? new Uint8Array()),
    hexOf(bytesOf('67b9 0102 beef babc 8011 1234 0a000001 c0a800c7')),
  );
});

test('lengths and numbers are computed where nobody set them', async () => {
  const headers = await headersWith(['udp'], 18);
  assert.deepEqual(headers.map(hexOf), [
    '0200000000000200000000010800',
    '4500002e000040004011' + '0000c6120001c6130001',
    '00090009001a0000',
  ]);
});

test('a checksum is good, bad, or what somebody chose', async () => {
  const kindOf = async (checksum: string | number) =>
    (await layersOf([['udp', { checksum }]])).at(-1)?.checksum;
  assert.deepEqual([await kindOf('good'), await kindOf('bad'), await kindOf(0)], ['good', 'bad', 'given']);
});

test('an optional field is there when it or its companion is set', async () => {
  const bytesWith = async (fields: Layers[number]) => (await layersOf([fields, 'raw'])).at(-2)?.bytes;
  assert.equal(await bytesWith('gre'), 4);
  assert.equal(await bytesWith(['gre', { key: 1 }]), 8);
  assert.equal(await bytesWith(['gre', { checksum: 'good' }]), 8);
  assert.equal(await bytesWith(['gre', { checksum: 'good', key: 1, sequence: 2 }]), 16);
});

for (const [layers, says] of [
  [[['ipv4', { ttll: 3 }]], 'headers[0].ipv4.ttll: no such field; did you mean ttl?'],
  [[['ethernet', { colour: 3 }]], 'headers[0].ethernet.colour: no such field; there are dst, src, type'],
  [[['ipv4', { ttl: 256 }]], 'headers[0].ipv4.ttl: 256: expected a whole number from 0 to 255'],
  [[['ipv4', { dst: 'home' }]], 'headers[0].ipv4.dst: home: expected an IPv4 address'],
  [['ethernet', ['ipv4', { options: 'xx' }]], 'headers[1].ipv4.options: expected up to 40 bytes in hex'],
] as const satisfies readonly (readonly [Layers, string])[]) {
  test(`${JSON.stringify(layers)} are refused with: ${says}`, async () => {
    const problems = new Problems();
    await layersOf(layers, problems);
    assert.throws(
      () => problems.throwAny(),
      (error: Error) => error.message.startsWith(says),
    );
  });
}

test('fields of random widths are packed like strings of bits, and nothing beside them is touched', () => {
  const random = new Random(SEED);
  for (let round = 0; round < ROUNDS; round++) {
    const before = random.whole(0, 9);
    const { protocol, fields, payloadBytes, bits } = randomHeader(random);
    const stack = [
      { protocol: gap(before), fields: {}, path: [] },
      { protocol, fields, path: [] },
    ];
    const layers = placeLayers(stack, new Problems());
    const frame = new Uint8Array(before + bits.length / 8 + payloadBytes).fill(0xaa);
    writeLayer(layers, 1, frame.length, frame);
    const written = [...frame.subarray(before, before + bits.length / 8)];
    assert.equal(written.map((byte) => byte.toString(2).padStart(8, '0')).join(''), bits, `round ${round}`);
    frame.copyWithin(before, before + bits.length / 8);
    assert.ok(frame.subarray(0, before + payloadBytes).every((byte) => byte === 0xaa));
  }
});

function gap(bytes: number): Protocol {
  return {
    name: 'gap',
    title: 'gap',
    reference: 'none',
    fields: bytes === 0 ? [] : [uint('gap', bytes * 8)],
  };
}

/** A header of random fields and the string of bits that it should become. */
function randomHeader(random: Random) {
  const payloadBytes = random.whole(0, 200);
  const list: Field[] = [];
  const fields: Record<string, string> = {};
  let bits = '';
  for (let i = random.whole(1, 12); i > 0; i--) addField(random.whole(1, 48));
  if (bits.length % 8 !== 0) addField(8 - (bits.length % 8));
  const protocol: Protocol = { name: 'random', title: 'random', reference: 'none', fields: list };
  return { protocol, fields, payloadBytes, bits };

  function addField(width: number): void {
    const name = `field${list.length}`;
    const fallback = random.bits(width);
    const isComputed = random.whole(0, 3) === 0;
    const computed = BigInt.asUintN(width, BigInt(payloadBytes));
    const auto: Field['auto'] = (context) => BigInt.asUintN(width, BigInt(context.payloadBytes));
    list.push(uint(name, width, fallback, isComputed ? { auto } : {}));
    let value = isComputed ? computed : fallback;
    if (random.whole(0, 1) === 0) {
      value = random.bits(width);
      fields[name] = String(value);
    }
    bits += value.toString(2).padStart(width, '0');
  }
}
