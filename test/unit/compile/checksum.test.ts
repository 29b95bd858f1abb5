import assert from 'node:assert/strict';
import { test } from 'node:test';
import { internetChecksum } from '#src/compile/checksum.js';
import { bytesOf, onesComplementSum } from '../support/frames.js';
import { Random } from '../support/random.js';

const SEED = 1071;
const ROUNDS = 500;

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
