import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile } from '#src/compile/compile.js';
import { TrafficError } from '#src/compile/problems.js';
import type { Header, Stream } from '#src/model/traffic.js';
import { usageError } from '../support/errors.js';
import { bytesOf, hexOf, onesComplementSum } from '../support/frames.js';
import { framesOf, modelOf, sizesOf, streamOf } from '../support/model.js';
import { Random } from '../support/random.js';

const SEED = 768;
const ROUNDS = 200;

type Fields = Header['fields'];

const ethernet = (fields: Fields = {}) => ['ethernet', fields] as const;
const ipv4 = (fields: Fields = {}) => ['ipv4', fields] as const;
const udp = (fields: Fields = {}) => ['udp', fields] as const;

type Layers = Parameters<typeof streamOf>[0];

async function frameOf(sizeBytes: number | null, layers: Layers, changes: Partial<Stream> = {}) {
  const sizes = sizeBytes === null ? null : sizesOf(sizeBytes);
  const [first] = await framesOf(modelOf([streamOf(layers, { sizes, ...changes })]), 1);
  assert.ok(first);
  return first.frame;
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
  for (const srcPort of [0x7389, { values: [0x7389] }]) {
    const frame = await frameOf(64, [ethernet(), ipv4(), udp({ srcPort })]);
    assert.equal(hexOf(frame.subarray(40, 42)), 'ffff');
  }
});

test('the checksums of random frames verify as a receiver does it', async () => {
  const random = new Random(SEED);
  for (let round = 0; round < ROUNDS; round++) {
    const sizeBytes = random.whole(46, 1518);
    const address = () => random.bytes(4).join('.');
    const port = () => random.whole(0, 65535);
    const fields = { src: address(), dst: address(), ttl: random.whole(0, 255), id: port() };
    const ports = udp({ srcPort: port(), dstPort: port() });
    const frame = await frameOf(sizeBytes, [ethernet(), ipv4(fields), ports], {
      payload: { kind: 'counter', lengthBytes: null },
    });
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

test('without a size a frame is as long as it needs, at least 64 bytes, and padding is in no length', async () => {
  const payload = { kind: 'bytes', hex: 'aabbcc' } as const;
  const frame = await frameOf(null, [udp()], { payload });
  assert.equal(frame.length, 60);
  assert.deepEqual([hexOf(frame.subarray(16, 18)), hexOf(frame.subarray(38, 40))], ['001f', '000b']);
  assert.equal(hexOf(frame.subarray(42)), `aabbcc${'00'.repeat(15)}`);
  const long = { kind: 'byte', value: 0xff, lengthBytes: 100 } as const;
  assert.equal((await frameOf(null, [udp()], { payload: long })).length, 142);
});

test('payloads are what they say', async () => {
  const payloadOf = async (payload: Stream['payload']) =>
    (await frameOf(318, [udp()], { payload })).subarray(42);
  assert.ok(
    (await payloadOf({ kind: 'byte', value: 0xa5, lengthBytes: null })).every((byte) => byte === 0xa5),
  );
  assert.ok((await payloadOf({ kind: 'counter', lengthBytes: null })).every((byte, i) => byte === i % 256));
  assert.ok(new Set(await payloadOf({ kind: 'random', lengthBytes: null })).size > 100);
});

test('a random payload behind a header that ends the frame leaves its padding alone', async () => {
  const frame = await frameOf(64, ['arp'], { payload: { kind: 'random', lengthBytes: null } });
  assert.equal(hexOf(frame.subarray(42)), '00'.repeat(18));
});

test('a layer that nothing claims keeps the number set aside for experiments', async () => {
  assert.equal(hexOf((await frameOf(64, [ethernet()])).subarray(0, 14)), '02000000000002000000000188b5');
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

test('headers that do not fit the frame are refused with both sizes', async () => {
  await assert.rejects(
    frameOf(45, [ethernet(), ipv4(), udp()]),
    usageError('streams[0].size: ', 'stream probe', '42 bytes', '41', '45-byte'),
  );
});

test('a model needs a stream, and an override a header', async () => {
  await assert.rejects(compile(modelOf([])), usageError('streams: expected at least one stream'));
  const overrides = [{ protocols: ['tcp'], field: 'srcPort', value: 5, origin: '--src-port' }];
  const model = modelOf([streamOf(['icmp'])], { overrides });
  await assert.rejects(compile(model), usageError('--src-port: no stream has a header with it'));
});

test('all that is wrong is said at once, each with its place', async () => {
  const streams = [
    streamOf([udp(), ['ipvx', {}]]),
    streamOf([ipv4({ ttl: 256, src: '10.0.0.5-10.0.0.1' })], { name: 'second' }),
  ];
  await assert.rejects(compile(modelOf(streams)), (error) => {
    assert.ok(error instanceof TrafficError);
    assert.deepEqual(
      error.problems.map(({ path }) => path.join('.')),
      ['streams.0.headers.1', 'streams.1.headers.0.ipv4.ttl', 'streams.1.headers.0.ipv4.src'],
    );
    assert.equal(error.message.split('\n').length, 3);
    return true;
  });
});
