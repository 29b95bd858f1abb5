import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile, protocolNames } from '#src/compile/program.js';
import type { FieldText, Header } from '#src/model/traffic.js';
import { usageError } from '../support/errors.js';
import { bytesOf, hexOf, onesComplementSum } from '../support/frames.js';
import { Random } from '../support/random.js';

const SEED = 768;
const ROUNDS = 200;

type Fields = Readonly<Record<string, FieldText>>;

const ethernet = (fields: Fields = {}): Header => ({ protocol: 'ethernet', fields });
const ipv4 = (fields: Fields = {}): Header => ({ protocol: 'ipv4', fields });
const udp = (fields: Fields = {}): Header => ({ protocol: 'udp', fields });

async function frameOf(sizeBytes: number, headers: readonly Header[]): Promise<Uint8Array> {
  return (await compile({ streams: [{ name: 'probe', sizeBytes, headers }] })).frame;
}

const MACS = { dst: '00:1b:21:3c:9d:f8', src: '02:70:6b:74:00:01' };

test('the smallest UDP frame is the one computed by hand', async () => {
  const frame = await frameOf(64, [ethernet(MACS), ipv4(), udp()]);
  const expected = [
    '001b213c9df8 02706b740001 0800',
    '4500 002e 0000 4000 4011 ae97 c6120001 c6130001', // ae97 = ~(the nine other words)
    '0009 0009 001a 7380', // 7380 = ~(c612 + 1 + c613 + 1 + 11 + 1a + 9 + 9 + 1a)
    '00'.repeat(18),
  ];
  assert.equal(hexOf(frame), hexOf(bytesOf(expected.join(''))));
});

test('the IPv4 header checksum of a well-known header is b861', async () => {
  const frame = await frameOf(133, [ethernet(), ipv4({ src: '192.168.0.1', dst: '192.168.0.199' }), udp()]);
  assert.equal(hexOf(frame.subarray(14, 34)), '45000073000040004011b861c0a80001c0a800c7');
});

test('a UDP checksum that comes out as 0 is sent as ffff: RFC 768', async () => {
  // The words above add up to 8c76 without the source port; 8c76 + 7389 = ffff.
  const frame = await frameOf(64, [ethernet(), ipv4(), udp({ srcPort: 0x7389 })]);
  assert.equal(hexOf(frame.subarray(40, 42)), 'ffff');
});

test('the checksums of random frames verify as a receiver does it', async () => {
  const random = new Random(SEED);
  for (let round = 0; round < ROUNDS; round++) {
    const sizeBytes = random.whole(46, 1518);
    const address = () => random.bytes(4).join('.');
    const port = () => random.whole(0, 65535);
    const fields = { src: address(), dst: address(), ttl: random.whole(0, 255), id: port() };
    const frame = await frameOf(sizeBytes, [
      ethernet(),
      ipv4(fields),
      udp({ srcPort: port(), dstPort: port() }),
    ]);
    assert.equal(frame.length, sizeBytes - 4);
    assert.equal(onesComplementSum(frame.subarray(14, 34)), 0, `IPv4, round ${round}`);
    assert.equal(onesComplementSum(receivedDatagram(frame)), 0, `UDP, round ${round}`);
    assert.notEqual(hexOf(frame.subarray(40, 42)), '0000');
  }
});

/** Pseudo header, UDP header and data, with a zero after an odd end. */
function receivedDatagram(frame: Uint8Array): Uint8Array {
  const datagram = frame.subarray(34);
  const pseudo = [...frame.subarray(26, 34), 0, 17, datagram.length >> 8, datagram.length & 0xff];
  return Uint8Array.of(...pseudo, ...datagram, ...(datagram.length % 2 === 1 ? [0] : []));
}

for (const [sizeBytes, totalLength, udpLength] of [
  [46, '001c', '0008'],
  [65, '002f', '001b'],
  [1518, '05dc', '05c8'],
  [9022, '232c', '2318'],
] as const) {
  test(`the lengths in a ${sizeBytes}-byte frame leave out the FCS and what stands before`, async () => {
    const frame = await frameOf(sizeBytes, [ethernet(), ipv4(), udp()]);
    assert.equal(frame.length, sizeBytes - 4);
    assert.equal(hexOf(frame.subarray(16, 18)), totalLength);
    assert.equal(hexOf(frame.subarray(38, 40)), udpLength);
  });
}

test('a layer that nothing claims keeps the number set aside for experiments', async () => {
  assert.equal(hexOf((await frameOf(64, [ethernet()])).subarray(0, 14)), '02000000000000000000000088b5');
  assert.equal((await frameOf(64, [ethernet(), ipv4()]))[23], 253);
});

test('what somebody set is sent as it is, right or wrong', async () => {
  const frame = await frameOf(64, [
    ethernet({ type: '0x86dd' }),
    ipv4({ totalLength: 20, protocol: 6, checksum: '0xdead' }),
    udp({ length: 4, checksum: 0 }),
  ]);
  assert.equal(hexOf(frame.subarray(12, 14)), '86dd');
  assert.equal(hexOf(frame.subarray(16, 18)), '0014');
  assert.equal(frame[23], 6);
  assert.equal(hexOf(frame.subarray(24, 26)), 'dead');
  assert.equal(hexOf(frame.subarray(38, 42)), '00040000');
});

const REFUSED = [
  { headers: [ethernet(), { protocol: 'udpp', fields: {} }], says: ["'udpp'", 'did you mean udp?'] },
  { headers: [{ protocol: 'protocol', fields: {} }], says: ["'protocol'", 'ethernet', 'ipv4', 'udp'] },
  { headers: [ethernet(), ipv4({ ttll: 3 })], says: ['stream probe: ipv4 ttll', 'did you mean ttl?'] },
  { headers: [ethernet({ colour: 3 })], says: ['stream probe: ethernet colour', 'dst, src, type'] },
  { headers: [ethernet(), ipv4({ ttl: 256 })], says: ['stream probe: ipv4 ttl 256', 'from 0 to 255'] },
  { headers: [ethernet(), ipv4({ dst: 'home' })], says: ['stream probe: ipv4 dst home', 'an IPv4 address'] },
];

for (const { headers, says } of REFUSED) {
  test(`headers are refused with: ${says.join(' … ')}`, async () => {
    await assert.rejects(frameOf(64, headers), usageError(...says));
  });
}

test('headers that do not fit the frame are refused with both sizes', async () => {
  await assert.rejects(
    frameOf(45, [ethernet(), ipv4(), udp()]),
    usageError('stream probe', '42 bytes', '41', '45-byte'),
  );
});

test('a model holds exactly one stream', async () => {
  const stream = { name: 'one', sizeBytes: 64, headers: [ethernet()] };
  for (const streams of [[], [stream, stream]]) {
    await assert.rejects(compile({ streams }), usageError('exactly one stream'));
  }
});

test('every file of src/protocols but the interface is a protocol', () => {
  const names = protocolNames();
  for (const name of ['ethernet', 'ipv4', 'udp']) assert.ok(names.includes(name));
  assert.ok(!names.includes('protocol'));
  assert.deepEqual(names, names.toSorted());
});
