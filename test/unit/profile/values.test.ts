import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { Payload, Sizes, Stream } from '#src/model/traffic.js';
import { readProfileText } from '#src/profile/read.js';

async function streamOf(yaml: string, file = 'x.yaml'): Promise<Stream> {
  const [stream] = (await readProfileText(`streams: [${yaml}]`, file)).traffic.streams;
  assert.ok(stream);
  return stream;
}

const smooth = (...list: readonly [number, number][]): Sizes => mix('smooth', list);
const grouped = (...list: readonly [number, number][]): Sizes => mix('grouped', list);
function mix(order: Sizes['order'], list: readonly [number, number][]): Sizes {
  return { order, list: list.map(([sizeBytes, weight]) => ({ sizeBytes, weight })) };
}

const SIZES: readonly (readonly [string, Sizes])[] = [
  ['64', smooth([64, 1])],
  ['0x5EE', smooth([1518, 1])],
  ['9022', smooth([9022, 1])],
  ['[64, 594, 1518]', smooth([64, 1], [594, 1], [1518, 1])],
  ['{64: 7, 594: 4, 1518: 1}', smooth([64, 7], [594, 4], [1518, 1])],
  ['{64: 58.5 %, 1518: 41.5 %}', smooth([64, 117], [1518, 83])],
  ['[{size: 64, weight: 3}, {size: 128}, 256]', smooth([64, 3], [128, 1], [256, 1])],
  ['{from: 64, to: 128, step: 32}', grouped([64, 1], [96, 1], [128, 1])],
  ['{from: 64, to: 66}', grouped([64, 1], [65, 1], [66, 1])],
  ['{from: 64, to: 70, step: 4, order: random}', mix('random', [[64, 1], [68, 1]])], // biome-ignore format: a table
  ['imix', smooth([64, 7], [594, 4], [1518, 1])],
  ['imix-570', smooth([64, 7], [570, 4], [1518, 1])],
  ['rfc2544', smooth([64, 1], [128, 1], [256, 1], [512, 1], [1024, 1], [1280, 1], [1518, 1])],
  ['IMIX:aaaaaaabbbbg', grouped([64, 7], [128, 4], [1518, 1])],
  ['IMIX:abacdefghi', grouped([64, 1], [128, 1], [64, 1], [256, 1], [512, 1], [1024, 1], [1280, 1], [1518, 1], [2112, 1], [9000, 1])], // biome-ignore format: a table
];

for (const [text, sizes] of SIZES) {
  test(`size: ${text}`, async () => assert.deepEqual((await streamOf(`{size: ${text}}`)).sizes, sizes));
}

test('without a size the frame is as long as its layers make it', async () =>
  assert.equal((await streamOf('{headers: [udp]}')).sizes, null));

test('a frame of raw bytes may have 18 bytes', async () => {
  const { sizes } = await streamOf('{size: 18, headers: [raw: {bytes: 0011}]}');
  assert.deepEqual(sizes, smooth([18, 1]));
});

const bytes = (text: string): Payload => ({ kind: 'bytes', hex: Buffer.from(text).toString('hex') });
const PAYLOADS: readonly (readonly [string, Payload])[] = [
  ['zeros', { kind: 'byte', value: 0, lengthBytes: null }],
  ['counter', { kind: 'counter', lengthBytes: null }],
  ['random', { kind: 'random', lengthBytes: null }],
  ['18', { kind: 'byte', value: 0, lengthBytes: 18 }],
  ['0', { kind: 'byte', value: 0, lengthBytes: 0 }],
  ['{byte: 0xff}', { kind: 'byte', value: 255, lengthBytes: null }],
  ['{byte: 0, length: 18}', { kind: 'byte', value: 0, lengthBytes: 18 }],
  ['{counter: true, length: 18}', { kind: 'counter', lengthBytes: 18 }],
  ['{random: true, length: 0x12}', { kind: 'random', lengthBytes: 18 }],
  ['{text: "grüß dich"}', bytes('grüß dich')],
  ['{text: 007}', bytes('007')],
  ['{hex: 00ff}', { kind: 'bytes', hex: '00ff' }],
  ['{hex: 0011}', { kind: 'bytes', hex: '0011' }],
  ['{hex: "00:FF aa"}', { kind: 'bytes', hex: '00ffaa' }],
];

for (const [text, payload] of PAYLOADS) {
  test(`payload: ${text}`, async () =>
    assert.deepEqual((await streamOf(`{payload: ${text}}`)).payload, payload));
}

test('a payload comes from a file next to the profile, its first 9000 bytes', async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'pktgen-'));
  t.after(() => rmSync(directory, { recursive: true }));
  writeFileSync(path.join(directory, 'short.bin'), 'abc');
  writeFileSync(path.join(directory, 'long.bin'), Buffer.alloc(10_000, 1));
  const profile = path.join(directory, 'x.yaml');
  assert.deepEqual((await streamOf('{payload: {file: short.bin}}', profile)).payload, bytes('abc'));
  const { payload } = await streamOf('{payload: {file: long.bin}}', profile);
  assert.equal(payload.kind === 'bytes' && payload.hex.length, 18_000);
});

const SHARES: readonly (readonly [string, string, readonly number[]])[] = [
  ['packets', '{}, {}', [1, 1]],
  ['packets', '{share: 7}, {share: 4}, {share: 1}', [7, 4, 1]],
  ['packets', '{share: 60 %}, {share: 40 %}', [3, 2]],
  ['packets', '{share: 0.1}, {share: 0.2}, {share: 1.25}', [2, 4, 25]],
  ['packets', '{share: "33.4%"}, {share: 66.6 %}', [167, 333]],
  ['packets', '{share: 1000000}, {share: 48576}', [15625, 759]],
  ['bytes', '{size: 64}, {size: 128}', [2, 1]],
  ['bytes', '{share: 50 %, size: imix}, {share: 50 %, size: 1518}', [9108, 2171]],
];

for (const [unit, streams, weights] of SHARES) {
  test(`shares of ${unit}, exactly: ${streams}`, async () => {
    const { traffic, notes } = await readProfileText(`shares: ${unit}\nstreams: [${streams}]`, 'x.yaml');
    assert.deepEqual(
      traffic.streams.map(({ weight }) => weight),
      weights,
    );
    assert.deepEqual(notes, []);
  });
}

test('shares without exact weights get the nearest, all of them a place, and a note', async () => {
  const text = 'streams: [{share: 999983}, {share: 1000003}, {share: 0.000001}]';
  const { traffic, notes } = await readProfileText(text, 'x.yaml');
  assert.deepEqual(
    traffic.streams.map(({ weight }) => weight),
    [524_282, 524_293, 1],
  );
  assert.match(notes.join(), /nearest/);
});

test('thousands of tiny shares take their frames from all large ones alike', async () => {
  const large = '  - {share: 1000000.1}\n'.repeat(1000);
  const tiny = '  - {share: 0.0001}\n'.repeat(3000);
  const { traffic } = await readProfileText(`streams:\n${large}${tiny}`, 'x.yaml');
  const weights = traffic.streams.map(({ weight }) => weight);
  assert.equal(
    weights.reduce((sum, weight) => sum + weight, 0),
    1_048_576,
  );
  assert.deepEqual(
    [...new Set(weights)].sort((a, b) => a - b),
    [1, 1045, 1046],
  );
});

test('numbers keep what was written: nothing is lost beyond 2^53, and MAC addresses are text', async () => {
  const { headers } = await streamOf(
    '{headers: [ethernet: {dst: 02:00:00:00:00:01}, ntp: {transmitTimestamp: 18446744073709551615, poll: 0x0A}]}',
  );
  assert.deepEqual(headers, [
    { protocol: 'ethernet', fields: { dst: '02:00:00:00:00:01' } },
    { protocol: 'ntp', fields: { transmitTimestamp: '18446744073709551615', poll: '0x0A' } },
  ]);
});

test('headers are words or mappings; defaults stand below what they say, and add no header', async () => {
  const text = `
defaults: {size: 128, payload: random, flows: 5, headers: {ipv4: {ttl: 3, id: 1}, tcp: {window: 1}}}
streams:
  - headers: [ethernet, ipv4: {id: 2}, udp:]
  - {size: 64, payload: zeros, flows: 6}`;
  const [first, second] = (await readProfileText(text, 'x.yaml')).traffic.streams;
  assert.deepEqual(first, {
    name: 'stream1',
    weight: 1,
    count: null,
    sizes: smooth([128, 1]),
    headers: [
      { protocol: 'ethernet', fields: {} },
      { protocol: 'ipv4', fields: { ttl: 3, id: 2 } },
      { protocol: 'udp', fields: {} },
    ],
    payload: { kind: 'random', lengthBytes: null },
    flows: 5,
  });
  assert.deepEqual([second?.sizes, second?.payload.kind, second?.flows], [smooth([64, 1]), 'byte', 6]);
});

test('everything else of a stream: count, variations, patches, checksums, capture', async () => {
  const variation = '{vary: random, from: 1024, to: 65535, period: 2, together: a}';
  const patches = '[{offsetBits: 0x10, bits: 8, value: [1, 2]}]';
  const checksums = '[{offsetBytes: 24, covers: [[14, 24], [26, null]]}]';
  const stream = await streamOf(
    `{count: 5k, headers: [udp: {srcPort: ${variation}}], patches: ${patches}, checksums: ${checksums}}`,
  );
  assert.equal(stream.count, 5000);
  assert.deepEqual(stream.headers[0]?.fields['srcPort'], {
    vary: 'random',
    from: 1024,
    to: 65535,
    period: 2,
    together: 'a',
  });
  assert.deepEqual(stream.patches, [{ offsetBits: 16, bits: 8, value: [1, 2] }]);
  const covers = [[14, 24], [26, null]]; // biome-ignore format: a table
  assert.deepEqual(stream.checksums, [{ offsetBytes: 24, covers, plus: 0, zeroIsOnes: false }]);
  const directory = mkdtempSync(path.join(tmpdir(), 'pktgen-'));
  try {
    const file = path.join(directory, 'a.pcap');
    writeFileSync(file, '');
    const { capture } = await streamOf(
      '{capture: {file: a.pcap, limit: 10}}',
      path.join(directory, 'x.yaml'),
    );
    assert.deepEqual(capture, { file, limitFrames: 10 });
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('what a run should be like is kept apart from the traffic', async () => {
  const run = 'run: {duration: 1.5s, count: 1M, engine: tx-ring, batch: 64, options: {qdiscBypass: true}}';
  const profile = await readProfileText(`${run}\nseed: 0x10\norder: random\nstreams: [{}]`, 'x.yaml');
  const engineOptions = { qdiscBypass: true };
  assert.deepEqual(profile.run, {
    durationNs: 1.5e9,
    countPackets: 1e6,
    engine: 'tx-ring',
    batch: 64,
    engineOptions,
  });
  assert.deepEqual([profile.traffic.seed, profile.traffic.order], [16, 'random']);
});

test('anchors and aliases stand for what they name', async () => {
  const text = 'streams:\n  - &base {size: 128}\n  - *base\n  - {size: &s 64}\n  - {size: *s}';
  const { traffic } = await readProfileText(text, 'x.yaml');
  assert.deepEqual(
    traffic.streams.map(({ sizes }) => sizes?.list[0]?.sizeBytes),
    [128, 128, 64, 64],
  );
});
