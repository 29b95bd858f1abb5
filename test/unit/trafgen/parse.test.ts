import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Stream } from '#src/model/traffic.js';
import { parseTrafgen } from '#src/trafgen/parse.js';

function parse(text: string, more: { cpus?: number; seed?: number } = {}): Stream[] {
  return parseTrafgen(text, { file: 'a.cfg', ...more });
}

function only(text: string): Stream {
  const [stream, ...others] = parse(text);
  assert.ok(stream && others.length === 0);
  return stream;
}

function bytesOf({ headers }: Stream): string {
  return String(headers[0]?.fields['bytes']);
}

/** Hand-written, so that the tests that compare with trafgen are not the only ones. */
const BYTES = [
  ['{ 0x0a xff 0b101 b11 017 42 }', '0aff05030f2a'],
  [`{ 'a', '\\x41', "bc", "\\xde\\xad", q }`, '61416263dead71'],
  ['{ "not \\x41 only" }', Buffer.from('not \\x41 only').toString('hex')],
  ['{ "\\x31\\x00\\x32" }', '310032'],
  ['{ fill(0xaa, 3), seqinc(254, 4), seqdec(1, 3, 2) }', 'aaaaaafeff000101fffd'],
  ['{ c8(300), c16(-1), c32(1<<16), c64(1) }', '2cffff000100000000000000000001'],
  ['{ c16(1+2*3), c8(-1+2), c8((2|1)<<4), c8(-7/2), c8(-7%4) }', '00090130fdfd'],
  ['{ c64(1<<40), c64(1-2) }', '0000010000000000ffffffffffffffff'],
  ['{ c16(ETH_P_IP), be16(IPPROTO_UDP), c8(TCP_FLAG_SYN | TCP_FLAG_ACK) }', '0800001112'],
  ['# c\n; c\n/* c **/ { 1 /* c */ , 2, ; c\n 3 # c\n }', '010203'],
  ['{ fill(0x11, 8), csumip(0, 7) }', '1111111111111111bbbb'],
  ['{ 0xff, 0xff, csum16(0, 1) }', 'ffff0000'],
  ['{ 1, 2, 3, csumip(0, 2) }', '010203fbfd'],
  ['{ csumip(2, 9), csumip(4, 9), 1, 2, 3, 4, 5, 6 }', '0000f6f3010203040506'],
  ['{ ETH(type=0x0800) VLAN(id=5) }', '000000000000000000000000810000050800'],
  ['{ ipv6() }', `${'00'.repeat(12)}86dd60000000${'00'.repeat(36)}`],
] as const;

for (const [text, hex] of BYTES) {
  test(`${text} is ${hex}`, () => assert.equal(bytesOf(only(text)), hex));
}

test('every packet is a stream of its own, in the order of the text', () => {
  assert.deepEqual(
    parse('{ 1 }\n{ 2 }').map((stream) => [stream.name, stream.weight, bytesOf(stream)]),
    [
      ['packet1', 1, '01'],
      ['packet2', 1, '02'],
    ],
  );
});

test('packets for CPUs that take no part are left out', () => {
  const text = 'cpu(0): { 1 } cpu(1): { 2 } cpu(3-2): { 3 } { 4 }';
  const bytes = (cpus?: number) =>
    parse(text, cpus === undefined ? {} : { cpus })
      .map(bytesOf)
      .join(' ');
  assert.equal(bytes(), '01 02 03 04');
  assert.equal(bytes(1), '01 04');
  assert.equal(bytes(3), '01 02 03 04');
});

test('rnd() follows from the seed', () => {
  const bytes = (seed?: number) =>
    parse('{ rnd(16) }', seed === undefined ? {} : { seed })
      .map(bytesOf)
      .join();
  assert.equal(bytes(), bytes());
  assert.equal(bytes(7), bytes(7));
  assert.notEqual(bytes(7), bytes(8));
});

const VARIATIONS = [
  ['{ dinc(1, 3) }', [{ vary: 'list', values: [2, 3, 1] }]],
  ['{ ddec(1, 3) }', [{ vary: 'list', values: [2, 1, 3] }]],
  ['{ dinc(5, 5) }', [5]],
  [
    '{ drnd(5) }',
    [
      { vary: 'random', from: 0, to: 0xffffffff },
      { vary: 'random', from: 0, to: 255 },
    ],
  ],
  ['{ eth(type=dinc()) }', [{ vary: 'increment', from: 0, to: 65535 }]],
  ['{ eth(type=dinc(256)) }', [{ vary: 'increment', from: 0, to: 65280, step: 256 }]],
  ['{ eth(type=dinc(7, 20, 3)) }', [{ vary: 'increment', from: 7, to: 19, step: 3 }]],
  ['{ eth(type=dinc(0, 4, 2)) }', [{ vary: 'list', values: [0, 2, 4, 1, 3] }]],
  [
    '{ ipv4(ttl=254, ttl=dinc(), csum=0) }',
    [{ vary: 'list', values: [254, 255, ...Array.from({ length: 254 }, (_, n) => n)] }],
  ],
  ['{ eth(type=drnd(8, 9)) }', [{ vary: 'random', from: 8, to: 9 }]],
  ['{ eth(da[2:4]=dinc()) }', [{ vary: 'increment', from: 0, to: 0xffffffff }]],
] as const;

for (const [text, values] of VARIATIONS) {
  test(`${text} varies as trafgen has it`, () => {
    assert.deepEqual(
      only(text).patches?.map(({ value }) => value),
      values,
    );
  });
}

test('a patch stands at its bits', () => {
  const { patches } = only(
    '{ vlan(id=dinc(), pcp=drnd()), ipv6(flow=dinc(1, 2), da=drnd()), udp(csum=0, sport[1]=dinc()) }',
  );
  const places = patches?.map(({ offsetBits, bits }) => [offsetBits, bits]);
  const mac = 14 * 8;
  const ip = 18 * 8;
  const address = Array.from({ length: 16 }, (_, byte) => [ip + 24 * 8 + byte * 8, 8]);
  assert.deepEqual(places, [[mac + 4, 12], [mac, 3], [ip + 12, 20], ...address, [ip + 41 * 8, 8]]);
});

test('a patch in a DNS record moves with the name in front of it', () => {
  const { patches } = only('{ dns(answer(ttl=dinc(), name="abc"), query(name="x")) }');
  assert.deepEqual(
    patches?.map(({ offsetBits }) => offsetBits),
    [(42 + 12 + 7 + 5 + 4) * 8],
  );
});

test('only checksums over what varies are left for later, the inner ones first', () => {
  const { checksums } = only('{ ipv4(da=dinc()), ipv4(), udp(dp=dinc()), "x" }');
  assert.deepEqual(checksums, [
    {
      offsetBytes: 60,
      covers: [
        [46, 54],
        [54, 63],
      ],
      plus: 17 + 9,
      zeroIsOnes: true,
    },
    { offsetBytes: 24, covers: [[14, 34]], plus: 0, zeroIsOnes: false },
  ]);
});

test('a checksum that covers another one comes after it', () => {
  const { checksums } = only('{ csumip(2, 9), csumip(4, 9), dinc(1, 9), 2, 3, 4, 5, 6 }');
  assert.deepEqual(
    checksums?.map(({ offsetBytes }) => offsetBytes),
    [2, 0],
  );
});

test('a checksum of somebody is no checksum of ours', () => {
  assert.equal(only('{ udp(csum=drnd()), drnd(4) }').checksums, undefined);
  assert.equal(only('{ ipv4(csum=1, id=dinc()) }').checksums, undefined);
});
