import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { readProfiles, readProfileText } from '#src/profile/read.js';
import { usageError } from '../support/errors.js';

const MIB = 1024 * 1024;
let directory: string;
before(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'pktgen-'));
});
after(() => rmSync(directory, { recursive: true }));

function fileOf(name: string, content: string | Uint8Array): string {
  const file = path.join(directory, name);
  writeFileSync(file, content);
  return file;
}

test('a file of 1 GB is refused without reading it', async () => {
  const file = fileOf('large.yaml', '');
  truncateSync(file, 1024 * MIB);
  await assert.rejects(readProfiles([file]), usageError('large.yaml: is larger than 4 MiB'));
});

test('a pipe is refused without waiting for anybody to write into it', async () => {
  const file = path.join(directory, 'pipe.yaml');
  execFileSync('mkfifo', [file]);
  await assert.rejects(readProfiles([file]), usageError('is not a regular file'));
});

test('directories, devices and missing files are refused', async () => {
  await assert.rejects(readProfiles([`${directory}/`]), usageError('is a directory'));
  await assert.rejects(readProfiles(['/dev/zero']), usageError('/dev/zero: is not a regular file'));
  await assert.rejects(readProfiles([`${directory}/none.yaml`]), usageError('no such file'));
});

test('only UTF-8 is text; a byte order mark is no part of it', async () => {
  await assert.rejects(
    readProfiles([fileOf('latin1.yaml', Uint8Array.of(0xe4, 0x3a))]),
    usageError('is not UTF-8 text'),
  );
  const utf16 = Buffer.from('\ufeffstreams: [{}]', 'utf16le');
  await assert.rejects(readProfiles([fileOf('utf16.yaml', utf16)]), usageError('is not UTF-8 text'));
  const marked = await readProfiles([fileOf('bom.yaml', '\ufeffstreams: [{size: 64}]')]);
  assert.equal(marked.traffic.streams.length, 1);
  assert.equal(marked.locate(['streams', 0, 'size']), `${directory}/bom.yaml:1:18`);
});

test('lines may end as on Windows', async () => {
  const { traffic } = await readProfileText('streams:\r\n  - size: 64\r\n    name: a\r\n', 'x.yaml');
  assert.deepEqual([traffic.streams[0]?.name, traffic.streams[0]?.sizes?.list.length], ['a', 1]);
});

/** Each takes all memory or minutes, if somebody lets it. */
const BOMBS: readonly (readonly [string, string, RegExp])[] = [
  ['aliases of aliases', aliasBomb(), /with its aliases the profile has more than 1000000 values/],
  ['brackets in brackets', '['.repeat(100_000), /nested more than 32 levels deep/],
  ['closed brackets in brackets', '['.repeat(60) + ']'.repeat(60), /nested more than 32 levels deep/],
  ['lists in lists', '- '.repeat(100_000), /nested more than 32 levels deep/],
  ['blocks in blocks', indented(1000), /nested more than 32 levels deep/],
  ['four million brackets', '['.repeat(4 * MIB), /more than 400000 lines and values/],
  ['two million keys', 'a:\n'.repeat(MIB), /more than 400000 lines and values/],
  ['four million empty lines', '\n'.repeat(4 * MIB), /more than 400000 lines and values/],
  ['a packet of megabytes', `streams: [{packet: ${'a=b '.repeat(MIB / 2)}}]`, /at most 20000 letters/],
  ['a long comment', `#${' #'.repeat(MIB)}`, /is empty/],
  ['a long key', `${'a'.repeat(MIB)}: 1`, /is missing/],
];

function aliasBomb(): string {
  const level = (i: number) =>
    `a${i}: &a${i} [${Array(9)
      .fill(`*a${i - 1}`)
      .join(', ')}]`;
  return ['a0: &a0 [x, x, x]', ...Array.from({ length: 12 }, (_, i) => level(i + 1))].join('\n');
}

function indented(levels: number): string {
  return Array.from({ length: levels }, (_, i) => `${' '.repeat(i)}a:\n`).join('');
}

for (const [what, text, message] of BOMBS) {
  test(`refuses ${what}`, { timeout: 30_000 }, async () => {
    await assert.rejects(readProfileText(text, 'bomb.yaml'), { name: 'UsageError', message });
  });
}

test('10,000 streams are read, in the plain form and with an alias in it', async () => {
  const stream = (i: number) =>
    `  - {name: s${i}, size: 64, headers: [ipv4: {ttl: 3}, udp: {dstPort: 53}]}\n`;
  const streams = Array.from({ length: 10_000 }, (_, i) => stream(i)).join('');
  const plain = await readProfileText(`streams:\n${streams}`, 'x.yaml');
  const aliased = await readProfileText(`seed: &a 1\nstreams:\n${streams}`, 'x.yaml');
  assert.equal(plain.traffic.streams.length, 10_000);
  assert.deepEqual(plain.traffic, aliased.traffic);
});

test('10,000 errors are all there as data, and the first hundred as text', async () => {
  const streams = '  - {siez: 64}\n'.repeat(10_000);
  await assert.rejects(
    readProfileText(`streams:\n${streams}`, 'x.yaml'),
    (error: Error & { problems?: unknown[] }) => {
      assert.equal(error.problems?.length, 10_000);
      assert.match(error.message, /\n… and 9900 more$/);
      return true;
    },
  );
});
