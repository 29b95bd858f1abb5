import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32c, fold, sumOf, writeChecksum } from '#src/compile/checksum.js';
import { bytesOf, hexOf, onesComplementSum } from '../support/frames.js';
import { Random } from '../support/random.js';

const SEED = 1071;
const ROUNDS = 500;

/** What a header would hold that covers these bytes. */
function internetChecksum(...parts: readonly Uint8Array[]): number {
  const frame = Buffer.concat(parts);
  const endOf = (i: number) => parts.slice(0, i).reduce((sum, part) => sum + part.length, 0);
  const ranges = parts.map((_, i) => [endOf(i), endOf(i + 1)] as const);
  return ~fold(sumOf(frame, ranges, 0)) & 0xffff;
}

const KNOWN = [
  { what: 'the example of RFC 1071 section 3', data: '0001 f203 f4f5 f6f7', checksum: 0x220d },
  {
    what: 'a well-known IPv4 header',
    data: '4500 0073 0000 4000 4011 0000 c0a8 0001 c0a8 00c7',
    checksum: 0xb861,
  },
  { what: 'nothing', data: '', checksum: 0xffff },
  { what: 'zeros', data: '0000 0000', checksum: 0xffff },
  { what: 'ones', data: 'ffff ffff', checksum: 0 },
  { what: 'a carry out of the top', data: 'ffff 0001', checksum: 0xfffe },
  { what: 'an odd last byte, which counts as the high half of a word', data: '0001 80', checksum: 0x7ffe },
];

for (const { what, data, checksum } of KNOWN) {
  test(`the checksum of ${what} is 0x${checksum.toString(16)}`, () => {
    assert.equal(internetChecksum(bytesOf(data)), checksum);
  });
}

test('the carries of a jumbo frame full of ones are all added back', () => {
  assert.equal(internetChecksum(new Uint8Array(9018).fill(0xff)), 0);
});

test('random data sum up to 0xffff together with their checksum', () => {
  const random = new Random(SEED);
  for (let round = 0; round < ROUNDS; round++) {
    const data = random.bytes(2 * random.whole(1, 750));
    const checksum = internetChecksum(data);
    assert.equal(onesComplementSum(Uint8Array.of(...data, checksum >> 8, checksum & 0xff)), 0);
  }
});

test('random data give the same checksum in one part, in two, and with a zero after an odd end', () => {
  const random = new Random(SEED);
  for (let round = 0; round < ROUNDS; round++) {
    const data = random.bytes(random.whole(1, 99));
    const cut = 2 * random.whole(0, data.length >> 1);
    const checksum = internetChecksum(data);
    assert.equal(internetChecksum(data.subarray(0, cut), data.subarray(cut)), checksum);
    if (data.length % 2 === 1) assert.equal(internetChecksum(Uint8Array.of(...data, 0)), checksum);
  }
});

const COVERAGE = {
  algorithm: 'internet',
  offsetBytes: 0,
  ranges: [[0, 4]],
  plus: 0,
  zeroIsOnes: false,
  bad: false,
} as const;

for (const [change, before, after] of [
  [{}, 'dead0000', 'ffff0000'],
  [{}, '0000ffff', '0000ffff'],
  [{ zeroIsOnes: true }, '0000ffff', 'ffffffff'],
  [{ plus: 0x11 }, '00000001', 'ffed0001'],
  [{ bad: true }, '00000000', 'aaaa0000'],
  [{ bad: true }, '0000aaaa', 'aaaaaaaa'],
  [
    {
      offsetBytes: 2,
      ranges: [
        [0, 1],
        [1, 4],
      ],
    },
    'ff0000ff',
    'ff0000ff',
  ],
] as const) {
  test(`${JSON.stringify(change)} makes ${after} of ${before}: what stood there counts as 0`, () => {
    const frame = bytesOf(before);
    writeChecksum(frame, { ...COVERAGE, ...change });
    assert.equal(hexOf(frame), after);
  });
}

test('a bad checksum is neither 0 nor the good one in ones’ complement, whatever the good one is', () => {
  const frame = new Uint8Array(4);
  for (let word = 0; word <= 0xffff; word++) {
    frame.set([word >> 8, word & 0xff], 2);
    writeChecksum(frame, { ...COVERAGE, bad: true });
    assert.notEqual(onesComplementSum(frame), 0);
    assert.notEqual(hexOf(frame.subarray(0, 2)), '0000');
  }
});

/** RFC 3720 appendix B.4, and the check value of every catalogue of CRCs. */
for (const [what, data, crc] of [
  ['32 zeros', '00'.repeat(32), 0x8a9136aa],
  ['32 ones', 'ff'.repeat(32), 0x62a8ab43],
  ['123456789', Buffer.from('123456789').toString('hex'), 0xe3069283],
] as const) {
  test(`the CRC-32C of ${what} is 0x${crc.toString(16)}, its lowest byte first on the wire`, () => {
    assert.equal(crc32c(bytesOf(data)), crc);
    const frame = bytesOf(`${data}ffffffff`);
    const at = frame.length - 4;
    writeChecksum(frame, { ...COVERAGE, algorithm: 'crc32c', offsetBytes: at, ranges: [[0, at]] });
    assert.equal(new DataView(frame.buffer).getUint32(at, true), crc);
  });
}
