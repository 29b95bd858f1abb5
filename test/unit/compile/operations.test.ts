import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Operations } from '#src/compile/operations.js';
import { Problems } from '#src/compile/problems.js';
import { parseVariation } from '#src/compile/variation.js';
import type { Field } from '#src/protocols/protocol.js';
import { ipv4, ipv6, mac, uint } from '#src/protocols/protocol.js';

const SEED = 5n;

function add(operations: Operations, field: Field, offsetBits: number, words: object): void {
  const varied = parseVariation(field, words);
  operations.add({ offsetBits, bits: field.bits, varied, path: ['fields', field.name] });
}

function collect(...fields: readonly (readonly [Field, number, object])[]): Operations {
  const problems = new Problems();
  const operations = new Operations(SEED, 0, problems);
  for (const [field, offsetBits, words] of fields) add(operations, field, offsetBits, words);
  problems.throwAny();
  return operations;
}

const UP = { vary: 'increment' } as const;

/** The smallest container of 1, 2, 4 or 8 bytes, ending with the field where it is larger. */
for (const [field, offsetBits, container] of [
  [uint('pcp', 3), 112, [14, 1, 5]],
  [uint('id', 12), 116, [14, 2, 0]],
  [uint('port', 16), 272, [34, 2, 0]],
  [uint('label', 20), 112, [13, 4, 4]],
  [uint('vni', 24), 368, [45, 4, 0]],
  [ipv4('src'), 208, [26, 4, 0]],
  [mac('dst'), 0, [0, 8, 16]],
  [mac('src'), 48, [4, 8, 0]],
  [uint('long', 64), 400, [50, 8, 0]],
  [uint('one', 1), 7, [0, 1, 0]],
] as const) {
  test(`${field.bits} bits at ${offsetBits} lie in a container of ${container[1]} bytes at ${container[0]}`, () => {
    const [one] = collect([field, offsetBits, UP]).fields;
    assert.deepEqual(
      [one?.offsetBytes, one?.containerBytes, one?.shift, one?.bits],
      [...container, field.bits],
    );
  });
}

test('more than 8 bytes at an odd place are refused, with the place', () => {
  assert.throws(() => collect([uint('long', 63), 4, UP]), /fields\.long: it varies over more than 8 bytes/);
});

test('a mask makes one operation for each run of its bits, all at one position', () => {
  const { fields, indexes } = collect([uint('port', 16), 272, { ...UP, mask: 0xf00f }]);
  assert.deepEqual(
    fields.map(({ offsetBytes, shift, bits, take, index }) => [offsetBytes, shift, bits, take, index]),
    [
      [35, 0, 4, 0, 0],
      [34, 4, 4, 4, 0],
    ],
  );
  assert.deepEqual(
    indexes.map(({ count }) => count),
    [256n],
  );
});

const LOW = 1n << 64n;

for (const [words, ...expected] of [
  [{ vary: 'increment', prefix: '2001:2::/64' }, [30, 0n]],
  [{ vary: 'increment', prefix: '2001:2::/112' }, [30, 0x10000n]],
  [{ vary: 'increment', prefix: '2001:2::/32' }, [30, 0n]],
  [{ vary: 'decrement', from: '2001:2::5', to: '2001:2::1' }, [30, 5n]],
  [{ vary: 'random', prefix: '2001:2::/48' }, [22, 0x10000n], [30, 0n]],
  [{ vary: 'increment', mask: '::ff' }, [30, 256n]],
  [{ vary: 'increment', mask: 'ff::' }, [22, 256n]],
  [{ values: ['::1', '1::', 'ffff::ffff'] }, [22, 3n], [30, 3n]],
] as const satisfies readonly (readonly [object, ...(readonly [number, bigint])[]])[]) {
  test(`an IPv6 address with ${JSON.stringify(words)} varies in ${expected.length} words`, () => {
    const { fields, indexes } = collect([ipv6('src'), 22 * 8, words]);
    // Of a word of which few bits vary only the container with them is written.
    const found = fields.map(({ offsetBytes, index }) => [offsetBytes < 30 ? 22 : 30, indexes[index]?.count]);
    assert.deepEqual(found, expected);
    assert.ok(fields.every(({ first }) => first >= 0n && first < LOW));
  });
}

for (const [words, says] of [
  [{ vary: 'random', from: '::1', to: '1::' }, 'a whole prefix, and step 1'],
  [{ vary: 'random', prefix: '::/0', together: 'x' }, 'together: not for random values'],
  [{ vary: 'increment', mask: '1::1' }, 'in the lower or in the upper 64 bits'],
] as const) {
  test(`an IPv6 address with ${JSON.stringify(words)} is refused with: ${says}`, () => {
    assert.throws(
      () => collect([ipv6('src'), 176, words]),
      (error: Error) => error.message.startsWith('fields.src: ') && error.message.includes(says),
    );
  });
}

test('fields with one word move together, others on their own', () => {
  const list = (together?: string) => ({ values: [1, 2, 3], ...(together && { together }) });
  const { fields, indexes } = collect(
    [uint('a', 16), 0, list('pair')],
    [uint('b', 16), 16, list()],
    [uint('c', 16), 32, list('pair')],
  );
  assert.deepEqual(
    fields.map(({ index }) => index),
    [0, 1, 0],
  );
  assert.equal(new Set(indexes.map(({ seed }) => seed)).size, 2);
});

test('fields that move together need equally many values', () => {
  const a = [uint('a', 16), 0, { values: [1, 2, 3], together: 'pair' }] as const;
  const b = [uint('b', 16), 16, { values: [1, 2], together: 'pair' }] as const;
  assert.throws(
    () => collect(a, b),
    /fields\.b: together pair: it moves as 2 values in turn, and a as 3 values in turn/,
  );
});

/** Rare: both halves then come from a table. */
for (const [words, ...seen] of [
  [{ vary: 'increment', from: '2001:2::ffff:ffff:ffff:fffe', count: 4 }, -2n, -1n, 0n, 1n],
  [{ vary: 'decrement', from: '2001:2:0:1::1', count: 3, step: 2 }, 1n, -1n, -3n],
] as const) {
  test(`an IPv6 address with ${JSON.stringify(words)} goes over the edge of its lower 64 bits`, () => {
    const { fields, indexes } = collect([ipv6('src'), 22 * 8, words]);
    const upper = 0x2001_0002_0000_0001n << 64n;
    const expected = seen.map((distance) => upper + distance);
    const halves = fields.map(({ values }) => [...(values ?? [])]);
    const from = fields.map(({ index }) => indexes[index]?.count);
    assert.deepEqual(from, [BigInt(seen.length), BigInt(seen.length)]);
    assert.deepEqual(
      halves[0]?.map((high, n) => (high << 64n) | (halves[1]?.[n] ?? 0n)),
      expected,
    );
  });
}

test('too many values over that edge are refused', () => {
  const words = { vary: 'increment', from: '2001:2::ffff:ffff:ffff:fffe', count: 2_000_000 };
  assert.throws(
    () => collect([ipv6('src'), 176, words]),
    /fields\.src: .* at most 1048576 values, .* 2000000/,
  );
});
