import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { test } from 'node:test';
import { UsageError } from '#src/errors.js';
import { parseYaml } from '#src/profile/document.js';
import { parsePacket } from '#src/profile/packet.js';
import { quickYaml } from '#src/profile/quick.js';
import { readProfileText } from '#src/profile/read.js';
import { Random } from '../support/random.js';
import { mutate } from './mutate.js';

const SEED = 6985;
const ROUNDS = Number(process.env['PKTGEN_FUZZ'] ?? 100_000);
/** Far above what any of them takes: for what never ends, on a busy machine too. */
const BOUND_MS = 2000;

const FOLDER = new URL('../../../../../profiles/', import.meta.url);
const TEXTS = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.yaml'))
  .sort()
  .map((file) => readFileSync(new URL(file, FOLDER), 'utf8'));
const PACKETS = [
  'ipv4 dst=198.19.0.0/24 / udp dstPort=53,80 srcPort=random:1024-65535 / payload 18',
  'ethernet dst=02:00:00:00:00:01 / ipv6 src=2001:2::1 / udp / dns name="www.example.com" / size imix',
  'vlan id=increment:1-100:7 / ipv4 / tcp flags=syn|ack / payload hex=00ff / size 64:7,1518:1',
];

test(`${ROUNDS} mutated profiles are read or refused, each in bounded time`, async () => {
  const random = new Random(SEED);
  for (let round = 0; round < ROUNDS; round++) {
    const text = mutate(random, TEXTS);
    const start = performance.now();
    try {
      const { traffic } = await readProfileText(text, 'fuzz.yaml');
      assert.ok(traffic.streams.length > 0);
      for (const { weight } of traffic.streams) assert.ok(Number.isSafeInteger(weight) && weight > 0);
    } catch (error) {
      assert.ok(error instanceof UsageError, `round ${round}: ${String(error)}\n${text}`);
    }
    assert.ok(performance.now() - start < BOUND_MS, `round ${round} took too long:\n${text}`);
  }
});

test(`${ROUNDS} mutated profiles mean the same to the quick reader, if it takes them, and to the full one`, () => {
  const random = new Random(SEED + 1);
  let taken = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const text = mutate(random, TEXTS);
    const quick = quickYaml(text);
    if (quick === undefined) continue;
    const { value, problems } = parseYaml(text);
    assert.deepEqual([quick, problems], [value, []], `round ${round}:\n${text}`);
    taken++;
  }
  assert.ok(taken > ROUNDS / 10, `only ${taken} were compared`);
});

test(`${ROUNDS} mutated packets are read or refused`, () => {
  const random = new Random(SEED + 2);
  for (let round = 0; round < ROUNDS; round++) {
    const text = mutate(random, PACKETS);
    try {
      parsePacket(text);
    } catch (error) {
      assert.ok(error instanceof UsageError, `round ${round}: ${String(error)}\n${text}`);
    }
  }
});
