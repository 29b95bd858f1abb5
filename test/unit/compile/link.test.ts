import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile } from '#src/compile/compile.js';
import { linkChecksums } from '#src/compile/link.js';
import type { Stream } from '#src/model/traffic.js';
import type { Layers } from '../../support/compiled.js';
import { modelOf, sizesOf, streamOf } from '../support/model.js';

const UP = { vary: 'increment' } as const;

async function linked(layers: Layers, changes: Partial<Stream> = {}) {
  const [program] = (await compile(modelOf([streamOf(layers, changes)]))).streams;
  assert.ok(program);
  return program;
}

/** Offsets of the checksums that are computed for every frame; all others stay as they are. */
for (const [what, layers, changes, ...offsets] of [
  ['nothing', ['udp'], {}],
  ['a MAC address', [['ethernet', { src: UP }], 'udp'], {}],
  ['a TTL', [['ipv4', { ttl: UP }], 'udp'], {}, 24],
  ['an IPv4 address', [['ipv4', { src: UP }], 'udp'], {}, 40, 24],
  ['a port', [['udp', { srcPort: UP }]], {}, 40],
  ['a port without a checksum', [['udp', { srcPort: UP, checksum: 0 }]], {}],
  ['a port of SCTP', [['sctp', { srcPort: UP }]], {}, 42],
  ['a random payload', ['udp'], { payload: { kind: 'random', lengthBytes: null } }, 40],
  ['a random payload of nothing', ['udp'], { payload: { kind: 'random', lengthBytes: 0 } }],
  ['a port in a tunnel', ['udp', 'gtpu', 'ipv4', ['udp', { srcPort: UP }]], {}, 76, 40],
  ['flows', ['udp'], { flows: 10 }, 40],
] as const satisfies readonly (readonly [string, Layers, Partial<Stream>, ...number[]])[]) {
  test(`with ${what} varying, checksums at [${offsets}] change`, async () => {
    const { checksums } = await linked(layers, changes);
    assert.deepEqual(
      checksums.map(({ offsetBytes }) => offsetBytes),
      offsets,
    );
  });
}

test('a value is rotated by its distance from the end of a 16-bit word', async () => {
  const rotations = async (layers: Layers) =>
    (await linked(layers)).fields.map(({ adds }) => adds[0]?.rotate);
  assert.deepEqual(await rotations([['ipv4', { ttl: UP }]]), [8]);
  assert.deepEqual(await rotations([['ipv4', { dscp: UP }]]), [2]);
  assert.deepEqual(await rotations([['ipv4', { id: UP }]]), [0]);
  assert.deepEqual(await rotations([['ipv4', { flags: UP }]]), [13]);
});

test('a field of a pseudo header takes part in both checksums, the lower one after the upper', async () => {
  const { fields } = await linked([['ipv4', { src: UP }], 'udp']);
  assert.deepEqual(fields[0]?.adds, [
    { checksum: 0, rotate: 0 },
    { checksum: 1, rotate: 0 },
  ]);
});

test('a checksum takes part in those that cover it, a CRC too', async () => {
  const addsOf = async (layers: Layers) => (await linked(layers)).checksums.map(({ adds }) => adds);
  const expected = [[{ checksum: 1, rotate: 0 }], []];
  assert.deepEqual(await addsOf(['udp', 'gtpu', 'ipv4', ['tcp', { seq: UP }]]), expected);
  assert.deepEqual(await addsOf(['udp', 'gtpu', 'ipv4', ['sctp', { verificationTag: UP }]]), expected);
});

test('a random payload is added up from its first byte, whatever its length', async () => {
  const payload = { kind: 'random', lengthBytes: null } as const;
  for (const size of [64, 65, 66, 67]) {
    const { fills } = await linked(['udp'], { sizes: sizesOf(size), payload });
    assert.deepEqual(fills[0]?.adds, [{ checksum: 0, rotate: 0 }], `${size} bytes`);
  }
});

test('behind headers of an odd length it begins in the middle of a word', async () => {
  const payload = { kind: 'random', lengthBytes: null } as const;
  const { fills } = await linked(['udp', ['raw', { bytes: 'ff' }]], { payload });
  assert.deepEqual(fills[0]?.adds, [{ checksum: 0, rotate: 8 }]);
});

test('a payload that the shortest frame has no room for counts in the longer ones, each with its own sum', async () => {
  const program = await linked(['ethernet', 'ipv6', 'tcp'], {
    sizes: sizesOf(78, 200),
    payload: { kind: 'random', lengthBytes: null },
  });
  const [checksum] = program.checksums;
  assert.deepEqual(program.fills[0]?.adds, [{ checksum: 0, rotate: 0 }]);
  assert.equal((checksum?.sums[1] ?? 0) - (checksum?.sums[0] ?? 0), 122);
});

test('what lies across the edge of a checksum is refused', () => {
  const coverage = {
    algorithm: 'internet',
    offsetBytes: 20,
    ranges: [[10, 30]],
    plus: 0,
    zeroIsOnes: false,
    bad: false,
  } as const;
  const field = {
    offsetBytes: 8,
    containerBytes: 4,
    shift: 0,
    bits: 32,
    index: 0,
    first: 0n,
    step: 1n,
    take: 0,
    values: null,
  };
  const built = [{ frame: new Uint8Array(60), coverages: [coverage] }];
  assert.throws(() => linkChecksums([field], [], built), /a variation lies across the edge of a checksum/);
});
