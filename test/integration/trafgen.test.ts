import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { Stream } from '#src/model/traffic.js';
import { parseTrafgen } from '#src/trafgen/parse.js';
import { evaluated, hasTrafgen, trafgenFrames } from '../support/trafgen.js';
import { written } from '../support/written.js';

const CONFIGS = path.resolve('test/trafgen');
const FRAMES = 20;

/** The bytes that a comment in the configuration names: "random: 6-11 40-41". */
function byteRanges(text: string, word: string): number[] {
  const ranges = new RegExp(`/\\* ${word}: ([\\d -]+) \\*/`).exec(text)?.[1] ?? '';
  return [...ranges.matchAll(/(\d+)-(\d+)/g)].flatMap(([, from, to]) => {
    return Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => Number(from) + index);
  });
}

function masked(frame: Buffer, bytes: readonly number[]): string {
  const copy = Buffer.from(frame);
  for (const byte of bytes) copy[byte] = 0;
  return copy.toString('hex');
}

/** The bytes that are random in every frame. */
function drawnBytes({ patches = [] }: Stream): number[] {
  const random = patches.filter(
    ({ value }) => typeof value === 'object' && 'vary' in value && value.vary === 'random',
  );
  return random.flatMap(({ offsetBits, bits }) => {
    const first = offsetBits >> 3;
    return Array.from({ length: ((offsetBits + bits - 1) >> 3) - first + 1 }, (_, index) => first + index);
  });
}

const skip = hasTrafgen() ? false : 'trafgen is not installed';

for (const name of readdirSync(CONFIGS).filter((file) => file.endsWith('.cfg'))) {
  test(`${name}: the frames are trafgen's`, { skip }, () => {
    const file = path.join(CONFIGS, name);
    const text = readFileSync(file, 'utf8');
    const streams = parseTrafgen(text, { file: name });
    const random = byteRanges(text, 'random');
    const differs = byteRanges(text, 'differs');
    const theirs = trafgenFrames(file, FRAMES);
    // When this stops failing there is something to compare, and docs/trafgen.md to correct.
    if (text.startsWith('/* trafgen fails:')) return assert.equal(theirs, undefined);
    assert.equal(theirs?.length, FRAMES, 'trafgen itself failed');
    let different = 0;
    for (const [index, their] of (theirs ?? []).entries()) {
      const stream = streams[index % streams.length];
      assert.ok(stream);
      const drawn = drawnBytes(stream);
      assert.ok(
        drawn.every((byte) => random.includes(byte)),
        'random where the comment says so',
      );
      const ours = evaluated(stream, Math.floor(index / streams.length), their);
      // What is drawn for every frame is taken from trafgen's; what is drawn once is not comparable.
      const hidden = [...differs, ...random.filter((byte) => !drawn.includes(byte))];
      assert.equal(masked(ours, hidden), masked(their, hidden), `frame ${index}`);
      if (differs.some((byte) => ours[byte] !== their[byte])) different++;
    }
    assert.equal(different > 0, differs.length > 0, 'see what docs/trafgen.md says about it');
  });
}

for (const name of readdirSync(CONFIGS).filter((file) => file.endsWith('.cfg'))) {
  const file = path.join(CONFIGS, name);
  const text = readFileSync(file, 'utf8');
  const streams = parseTrafgen(text, { file: name });
  // Nothing to compare; the parser is compared above all the same.
  if (text.startsWith('/* trafgen fails:')) continue;

  test(`${name}: pktgen --trafgen writes what trafgen writes`, { skip }, async () => {
    const ours = await written(['--trafgen', file], FRAMES);
    const theirs = trafgenFrames(file, FRAMES) ?? [];
    assert.equal(theirs.length, ours.length);
    const hidden = [...byteRanges(text, 'random'), ...byteRanges(text, 'differs')];
    const comparable = (frame: Buffer, index: number) => {
      const stream = streams[index % streams.length] as Stream;
      return masked(frame, [...hidden, ...(drawnBytes(stream).length > 0 ? checksumBytes(stream) : [])]);
    };
    assert.deepEqual(ours.map(comparable), theirs.map(comparable));
    for (const [index, frame] of ours.entries()) {
      const stream = streams[index % streams.length] as Stream;
      // With what was drawn taken from our frame, everything else is worked out anew, checksums in full.
      const again = evaluated(stream, Math.floor(index / streams.length), frame);
      assert.equal(frame.toString('hex'), again.toString('hex'), `frame ${index}`);
    }
  });
}

/** Checksums over something that was drawn. They are worked out anew above. */
function checksumBytes({ checksums = [] }: Stream): number[] {
  return checksums.flatMap(({ offsetBytes }) => [offsetBytes, offsetBytes + 1]);
}
