import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { UsageError } from '#src/errors.js';
import { parseTrafgen } from '#src/trafgen/parse.js';

const SEED = 20_260_101;
const INPUTS = Number(process.env['PKTGEN_FUZZ'] ?? 100_000);
/** Far beyond what any of them takes, so that a busy machine is no failure. */
const LONGEST_MS = 5_000;

const TEXTS = readdirSync('test/trafgen').map((name) =>
  readFileSync(path.join('test/trafgen', name), 'utf8'),
);
const PIECES = [
  ...[
    '{',
    '}',
    '(',
    ')',
    '[',
    ']',
    ',',
    ':',
    '=',
    '"',
    "'",
    '/*',
    '*/',
    '#',
    ';',
    '<<',
    '-',
    '%',
    '\0',
    '\ufffd',
    'é',
  ],
  ...['0', '1', '255', '65535', '4294967295', '99999999999999999999999', '0x', '0b', '08', '-1', '1e12'],
  ...[
    'fill(0,9018)',
    'drnd(9018)',
    'dinc(0,255,7)',
    'dinc()',
    'drnd()',
    'csumip(0,9999)',
    'csumtcp(14,34)',
    'rnd(9)',
  ],
  ...[
    'eth(',
    'vlan(',
    'ipv4(',
    'ipv6(',
    'udp(',
    'dns(',
    'query(',
    'name="a"',
    'sa=',
    '::',
    '1.2.3',
    '1:2:3:4:5:6',
    'cpu(0-9):',
  ],
];

/** xorshift32 (Marsaglia 2003): the same inputs on every machine. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function mutated(text: string, random: (below: number) => number): string {
  const at = random(text.length + 1);
  const length = random(12);
  const piece = PIECES[random(PIECES.length)] ?? '';
  switch (random(6)) {
    case 0:
      return text.slice(0, at) + text.slice(at + length);
    case 1:
      return text.slice(0, at) + piece + text.slice(at);
    case 2:
      return text.slice(0, at) + piece + text.slice(at + piece.length);
    case 3:
      return text.slice(0, at) + text.slice(at, at + length).repeat(1 + random(200)) + text.slice(at);
    case 4:
      return text.slice(0, at) + String.fromCharCode(random(128)) + text.slice(at + 1);
    default:
      return text.slice(0, at) + (TEXTS[random(TEXTS.length)] ?? '').slice(random(40));
  }
}

function outcome(text: string): string | undefined {
  try {
    const streams = parseTrafgen(text, { file: 'fuzz.cfg' });
    return streams.length > 0 ? undefined : 'no stream';
  } catch (error) {
    if (!(error instanceof UsageError))
      return error instanceof Error ? (error.stack ?? error.message) : String(error);
    return /^fuzz\.cfg:\d+:\d+: [^\n\r]+$/.test(error.message) ? undefined : error.message;
  }
}

test(`${INPUTS} broken texts are refused in one line, or understood`, () => {
  const random = generator(SEED);
  for (let i = 0; i < INPUTS; i++) {
    let text = TEXTS[random(TEXTS.length)] ?? '';
    for (let rounds = 1 + random(4); rounds > 0; rounds--) text = mutated(text, random);
    const before = performance.now();
    assert.equal(outcome(text), undefined, JSON.stringify(text));
    assert.ok(performance.now() - before < LONGEST_MS, `too slow: ${JSON.stringify(text)}`);
  }
});
