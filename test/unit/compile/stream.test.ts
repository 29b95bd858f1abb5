import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile } from '#src/compile/compile.js';
import { TrafficError } from '#src/compile/problems.js';
import type { TrafficModel } from '#src/model/traffic.js';
import { dissect } from '../../support/dissect.js';
import { onesComplementSum } from '../support/frames.js';
import { framesOf, modelOf, sizesOf, streamOf } from '../support/model.js';

const GOOD = '1';
const SOURCE_BITS = 26 * 8;
const COUNTER = { vary: 'increment', from: 1, to: 9 } as const;

test('of variations that overlap the last one is seen, and all checksums are right', async () => {
  const stream = streamOf(
    ['ethernet', ['ipv4', { src: 'random:10.0.0.0/8', ttl: '1-9' }], ['udp', { srcPort: 'random' }]],
    {
      patches: [
        { offsetBits: SOURCE_BITS, bits: 32, value: { vary: 'random' } },
        { offsetBits: SOURCE_BITS + 8, bits: 8, value: COUNTER },
        { offsetBits: SOURCE_BITS + 4, bits: 12, value: COUNTER },
        { offsetBits: 24 * 8, bits: 16, value: { vary: 'random' } }, // the IPv4 checksum itself
      ],
    },
  );
  const frames = await framesOf(modelOf([stream]), 30);
  const rows = dissect(
    frames.map(({ frame }) => frame),
    ['ip.checksum.status', 'udp.checksum.status'],
  );
  for (const row of rows) assert.deepEqual(Object.values(row).flat(), [GOOD, GOOD]);
  for (const [i, { frame }] of frames.entries()) assert.equal(frame[27], 1 + (i % 9));
});

test('a checksum by position is right in every size, varied or not', async () => {
  for (const patches of [[], [{ offsetBits: 50 * 8, bits: 8, value: COUNTER }]]) {
    const stream = streamOf(['ethernet'], {
      sizes: sizesOf(64, 128, 256),
      patches,
      checksums: [{ offsetBytes: 20, covers: [[14, null]], plus: 0, zeroIsOnes: false }],
      payload: { kind: 'counter', lengthBytes: null },
    });
    for (const { frame } of await framesOf(modelOf([stream]), 12)) {
      assert.equal(onesComplementSum(frame.subarray(14)), 0, `${frame.length} bytes`);
    }
  }
});

test('a size that is named several times is one frame in the program', async () => {
  const list = Array.from({ length: 50_000 }, (_, i) => ({ sizeBytes: i % 2 ? 64 : 1518, weight: 1 }));
  const stream = streamOf(['udp'], { sizes: { order: 'grouped', list } });
  const program = await compile(modelOf([stream]));
  assert.equal(program.streams[0]?.variants.frameBytes.length, 2);
  assert.equal(program.streams[0]?.variantTable.length, 50_000);
});

const ETHERNET = streamOf(['ethernet', 'ipv4']);
const REFUSED: readonly (readonly [string, Partial<TrafficModel> | object, RegExp])[] = [
  ['weight', { weight: 0 }, /streams\[0\]\.share: expected a whole number from 1, found 0/],
  ['count', { count: -1 }, /streams\[0\]\.count: expected a whole number from 0/],
  ['flows', { flows: 0 }, /streams\[0\]\.flows: expected a whole number from 1/],
  ['sizes', { sizes: { order: 'smooth', list: [] } }, /streams\[0\]\.size: expected at least one size/],
  [
    'payload',
    { payload: { kind: 'bytes', hex: 'zz' } },
    /streams\[0\]\.payload: expected an even number of hex/,
  ],
  [
    'patch',
    { patches: [{ offsetBits: 8.5, bits: 8, value: 1 }] },
    /patches\[0\]\.offsetBits: expected a whole/,
  ],
  [
    'checksum',
    { checksums: [{ offsetBytes: 0, covers: [[30, 10]], plus: 0, zeroIsOnes: false }] },
    /checksums\[0\]\.covers: expected a whole number from 31/,
  ],
  [
    'a patch in random payload',
    {
      payload: { kind: 'random', lengthBytes: null },
      sizes: sizesOf(64),
      patches: [{ offsetBits: 400, bits: 8, value: COUNTER }],
    },
    /a patch lies in the random payload/,
  ],
  [
    'more variations than a program can have',
    { patches: Array.from({ length: 257 }, () => ({ offsetBits: 0, bits: 4, value: COUNTER })) },
    /patches\[256\]\.value: more than 256 things vary/,
  ],
];

for (const [what, change, message] of REFUSED) {
  test(`a model with a wrong ${what} is refused with its place`, async () => {
    const broken = modelOf([{ ...ETHERNET, ...change }]);
    await assert.rejects(
      compile(broken),
      (error) => error instanceof TrafficError && message.test(error.message),
    );
  });
}
