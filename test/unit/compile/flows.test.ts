import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile } from '#src/compile/compile.js';
import type { FrameProgram } from '#src/compile/program.js';
import { native } from '#src/native/index.js';
import type { Layers } from '../../support/compiled.js';
import { usageError } from '../support/errors.js';
import { modelOf, streamOf } from '../support/model.js';

const V4: Layers = ['ethernet', 'ipv4', 'udp'];
const V6: Layers = ['ethernet', 'ipv6', 'tcp'];

/** Of the frames of V4 and V6, addresses and ports. */
const TUPLES = [
  ['IPv4 and UDP', V4, 26, 38],
  ['IPv6 and TCP', V6, 22, 58],
] as const;

/** The 5-tuple; the protocol is always the same. */
function tupleOf(frame: Uint8Array, from: number, to: number): string {
  return Buffer.from(frame.subarray(from, to)).toString('latin1');
}

function compileFlows(layers: Layers, flows: number): Promise<FrameProgram> {
  return compile(modelOf([streamOf(layers, { flows })]));
}

for (const [what, layers, from, to] of TUPLES) {
  for (const flows of [1, 2, 1000, 16384, 16385, 100_000]) {
    test(`${flows} flows of ${what} are exactly so many 5-tuples, one after the other and over again`, async () => {
      const program = await compileFlows(layers, flows);
      const frames = native().renderFrames(program, 0, 1, 2 * flows + 1);
      const tuples = frames.map(({ frame }) => tupleOf(frame, from, to));
      assert.equal(new Set(tuples.slice(0, flows)).size, flows);
      assert.deepEqual(tuples.slice(flows, 2 * flows), tuples.slice(0, flows));
      assert.equal(tuples[2 * flows], tuples[0]);
    });
  }
}

/** Everything that the addon keeps of a program. */
function bytesOf(program: FrameProgram): number {
  const text = JSON.stringify(program, (_, value) => {
    if (ArrayBuffer.isView(value)) return 'x'.repeat(value.byteLength);
    return typeof value === 'bigint' ? 'xxxxxxxx' : value;
  });
  return text.length;
}

test('a million flows take no more memory than two addresses', async () => {
  for (const layers of [V4, V6]) {
    const few = bytesOf(await compileFlows(layers, 20_000));
    for (const flows of [100_000, 1_000_000, 100_000_000]) {
      assert.ok(bytesOf(await compileFlows(layers, flows)) - few < 32);
    }
  }
});

test('ports run through the dynamic range, and the address moves on when they are through', async () => {
  const layers: Layers = ['ethernet', ['ipv4', { src: '10.0.0.255' }], 'udp'];
  const program = await compileFlows(layers, 3 * 16384);
  const frames = native().renderFrames(program, 0, 1, 3 * 16384);
  for (const [n, address, port] of [
    [0, '0a0000ff', 49152],
    [1, '0a0000ff', 49153],
    [16383, '0a0000ff', 65535],
    [16384, '0a000100', 49152],
    [3 * 16384 - 1, '0a000101', 65535],
  ] as const) {
    const frame = Buffer.from(frames[n]?.frame ?? []);
    assert.deepEqual([frame.toString('hex', 26, 30), frame.readUInt16BE(34)], [address, port]);
  }
});

for (const [what, layers, from, to] of [
  ['a port that somebody chose', ['ethernet', 'ipv4', ['udp', { srcPort: 7 }]], 26, 38],
  ['no port', ['ethernet', 'ipv4', 'icmp'], 26, 34],
] as const) {
  test(`with ${what} the addresses alone count`, async () => {
    const frames = native().renderFrames(await compileFlows(layers, 1000), 0, 1, 2000);
    assert.equal(new Set(frames.map(({ frame }) => tupleOf(frame, from, to))).size, 1000);
  });
}

test('the innermost headers of a tunnel have the flows, the outer ones stay', async () => {
  const layers: Layers = ['ethernet', 'ipv4', 'udp', 'vxlan', 'ethernet', 'ipv6', 'udp'];
  const frames = native().renderFrames(await compileFlows(layers, 20_000), 0, 1, 20_000);
  assert.equal(new Set(frames.map(({ frame }) => tupleOf(frame, 26, 38))).size, 1);
  const inner = 14 + 20 + 8 + 8;
  assert.equal(new Set(frames.map(({ frame }) => tupleOf(frame, inner + 22, inner + 58))).size, 20_000);
});

const RANGE = '1024-2047';

for (const [layers, flows, ...says] of [
  [['ethernet', 'arp'], 2, 'without an IP header', '1 flows at most'],
  [['ethernet', 'ipv4', ['udp', { srcPort: RANGE }]], 2, 'udp srcPort varies by itself', 'give it one value'],
  [
    ['ethernet', ['ipv4', { src: '10.0.0.0/24' }], 'udp'],
    16385,
    'ipv4 src varies by itself',
    'give it one value',
  ],
  [['ethernet', ['ipv4', { dst: '198.19.0.0/24' }], 'udp'], 2, 'ipv4 dst varies by itself'],
  [['ethernet', ['ipv4', { src: '255.255.255.255' }], 'udp'], 16385, 'there are not 2 source addresses'],
] as const satisfies readonly (readonly [Layers, number, ...string[]])[]) {
  test(`${flows} flows of ${JSON.stringify(layers)} are refused with: ${says.join(' … ')}`, async () => {
    await assert.rejects(compileFlows(layers, flows), usageError('streams[0].flows: ', ...says));
  });
}
