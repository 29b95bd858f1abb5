import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ValueError } from '#src/compile/problems.js';
import { deposit, parseSetting, parseVariation, valueAt } from '#src/compile/variation.js';
import { ipv4, ipv6, mac, uint } from '#src/protocols/protocol.js';
import { Random } from '../support/random.js';
import { sampleOf } from '../support/variations.js';

const SEED = 7;
const ROUNDS = 2000;
const FIELDS = { port: uint('port', 16), ip: ipv4('src'), six: ipv6('src'), mac: mac('src') };

type Name = keyof typeof FIELDS;

for (const [name, text, first, last, count, random] of [
  ['port', '1024-1027', 1024n, 1027n, 4n, false],
  ['port', 'random', 0n, 65535n, 65536n, true],
  ['port', 'random:5-9', 5n, 9n, 5n, true],
  ['port', 'decrement:9', 9n, 0n, 10n, false],
  ['port', 'increment:65534', 65534n, 65535n, 2n, false],
  ['port', [53, '80', 0x1bb], 53n, 443n, 3n, false],
  ['ip', '198.19.0.0/24', 0xc6130000n, 0xc61300ffn, 256n, false],
  ['ip', '198.19.0.77/24', 0xc6130000n, 0xc61300ffn, 256n, false],
  ['ip', '10.0.0.1-10.0.1.0', 0x0a000001n, 0x0a000100n, 256n, false],
  ['ip', 'random:0.0.0.0/0', 0n, 0xffffffffn, 1n << 32n, true],
  ['six', '2001:2::/126', 0x20010002n << 96n, (0x20010002n << 96n) + 3n, 4n, false],
  ['mac', '02:00:00:00:00:00-02:00:00:00:00:0a', 0x020000000000n, 0x02000000000an, 11n, false],
  ['mac', '02-00-00-00-00-00', 0x020000000000n, 0x020000000000n, null, false],
  ['port', '80', 80n, 80n, null, false],
] as const satisfies readonly (readonly [Name, unknown, bigint, bigint, bigint | null, boolean])[]) {
  test(`${JSON.stringify(text)} of a ${name} is ${count ?? 'one'} from ${first} to ${last}`, () => {
    const setting = parseSetting(FIELDS[name], text);
    if (setting.kind === 'constant') {
      assert.deepEqual([setting.value, count], [first, null]);
      return;
    }
    const { varied } = setting;
    assert.equal(varied.count, count);
    assert.equal(varied.random, random);
    assert.equal(valueAt(varied, 0n), first);
    assert.equal(valueAt(varied, varied.count - 1n), last);
  });
}

test('random words give the values that were meant', () => {
  const random = new Random(SEED);
  const fields = [...Object.values(FIELDS), uint('one', 1), uint('label', 20), uint('long', 64)];
  for (let round = 0; round < ROUNDS; round++) {
    const field = fields[random.whole(0, fields.length - 1)] ?? FIELDS.port;
    const sample = sampleOf(random, field);
    const varied = parseVariation(field, sample.words as object);
    assert.deepEqual(
      [varied.count, varied.random, varied.period],
      [sample.count, sample.random, sample.period],
    );
    for (const position of [0n, sample.count / 2n, sample.count - 1n]) {
      assert.equal(valueAt(varied, position), sample.at(position), JSON.stringify(sample.words));
    }
  }
});

test('a mask spreads a number over its bits, the lowest first', () => {
  assert.equal(deposit(0b1011n, 0xf000n), 0xb000n);
  assert.equal(deposit(0b11n, 0x8001n), 0x8001n);
  assert.equal(deposit(0b10n, 0x8001n), 0x8000n);
});

for (const [name, value, ...says] of [
  ['port', { vary: 'increment', form: 5 }, 'form: no such word in a variation', 'did you mean from?'],
  ['port', { vary: 'up' }, 'vary up: expected one of increment, decrement, random, list'],
  ['port', { values: [] }, 'a list of 1 to 1048576 values'],
  ['port', { vary: 'list' }, 'a list of 1 to'],
  ['port', [], 'a list of 1 to'],
  ['port', [1, 65536], '65536: expected a whole number from 0 to 65535'],
  ['port', [[1]], 'found a list'],
  ['port', '9-5', 'the range is empty'],
  ['port', { vary: 'decrement', from: 5, to: 9 }, 'a decrement goes from a higher value'],
  ['port', { vary: 'increment', from: 65535, count: 2 }, 'count 2: there is room for 1 values only'],
  ['port', { vary: 'increment', step: 0 }, 'step 0: expected a whole number from 1'],
  ['port', { vary: 'increment', period: 0 }, 'period 0: expected a whole number from 1'],
  [
    'port',
    { vary: 'increment', period: 2 ** 31 },
    'period 2147483648: expected a whole number',
    'to 2147483647',
  ],
  ['port', { vary: 'increment', count: 1.5 }, 'count 1.5'],
  ['port', { vary: 'increment', mask: 0 }, 'at least one bit that may change'],
  ['port', { vary: 'increment', mask: 1, to: 5 }, 'give from and count, not to or prefix'],
  ['ip', { vary: 'increment', prefix: '10.0.0.0/8', from: '10.0.0.1' }, 'leave them out'],
  ['ip', '10.0.0.0/33', '10.0.0.0/33: expected an address, a slash and a length of up to 32'],
  ['ip', 'random:home', 'home: expected an IPv4 address'],
  ['ip', '10.0.0.0/x', '10.0.0.0/x: expected an IPv4 address'],
] as const satisfies readonly (readonly [Name, unknown, ...string[]])[]) {
  test(`${JSON.stringify(value)} is refused with: ${says.join(' … ')}`, () => {
    assert.throws(
      () => parseSetting(FIELDS[name], value),
      (error) => error instanceof ValueError && says.every((part) => error.message.includes(part)),
    );
  });
}
