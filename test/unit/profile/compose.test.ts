import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { ProfileError } from '#src/profile/problem.js';
import { readProfiles } from '#src/profile/read.js';
import { usageError } from '../support/errors.js';

const FILES = {
  'a.yaml': `description: a
seed: 5
defaults: {size: 64, headers: {ipv4: {ttl: 3}}}
run: {duration: 1s, options: {x: 1, y: 1}}
streams:
  - {name: dns, share: 2}
  - headers: [ipv4, udp: {dstPort: 5}]
`,
  'b.yaml': `order: random
run: {batch: 8, options: {y: 2}}
streams:
  - {name: dns, share: 3, size: 128}
  - packet: 'ipv4 dst=198.19.0.1 / udp dstPort=53 / payload 18'
  - packet: "ipv4 / tcp / \\x70ayload 5"
`,
  'bad.yaml': 'streams: [{siez: 1}]',
  'worse.yaml': 'order: 5\nstreams: 5',
};

let directory: string;
before(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'pktgen-'));
  for (const [name, text] of Object.entries(FILES)) writeFileSync(path.join(directory, name), text);
});
after(() => rmSync(directory, { recursive: true }));

test('later profiles add streams, replace those of the same name, and have the last word', async () => {
  const { traffic, run, description } = await readProfiles(['a.yaml', 'b.yaml'], { directory });
  assert.deepEqual(
    traffic.streams.map(({ name, weight, sizes }) => [name, weight, sizes?.list[0]?.sizeBytes]),
    [
      ['dns', 3, 128],
      ['stream2', 1, 64],
      ['stream3', 1, undefined],
      ['stream4', 1, undefined],
    ],
  );
  assert.deepEqual([traffic.seed, traffic.order, description], [5, 'random', 'a']);
  assert.deepEqual(run, { durationNs: 1e9, batch: 8, engineOptions: { x: 1, y: 2 } });
});

test('packets of the command line come last', async () => {
  const { traffic, locate } = await readProfiles(['a.yaml'], {
    directory,
    packets: ['udp dstPort=5 / size 64'],
  });
  assert.deepEqual(
    traffic.streams.map(({ name }) => name),
    ['dns', 'stream2', 'stream3'],
  );
  assert.equal(locate(['streams', 2, 'headers', 0, 'udp', 'dstPort']), '--packet:1:13');
});

/** A path into the model, and where a person reads what it comes from. */
const PLACES: readonly (readonly [(string | number)[], string, string])[] = [
  [['seed'], 'a.yaml:2:7', 'seed'],
  [['order'], 'b.yaml:1:8', 'order'],
  [['streams', 0, 'size'], 'b.yaml:4:33', 'streams[0].size'],
  [['streams', 0, 'sizes'], 'b.yaml:4:33', 'streams[0].size'],
  [['streams', 0, 'weight'], 'b.yaml:4:24', 'streams[0].share'],
  [['streams', 1, 'size'], 'a.yaml:3:18', 'defaults.size'],
  [['streams', 1, 'headers', 1, 'udp', 'dstPort'], 'a.yaml:7:36', 'streams[1].headers[1].udp.dstPort'],
  [['streams', 1, 'headers', 0, 'ipv4', 'ttl'], 'a.yaml:3:44', 'defaults.headers.ipv4.ttl'],
  [['streams', 1, 'headers', 0, 'ipv4', 'dst'], 'a.yaml:7:15', 'streams[1].headers[0].ipv4.dst'],
  [['streams', 2, 'headers', 1, 'udp', 'dstPort'], 'b.yaml:5:48', 'streams[1].packet.udp.dstPort'],
  [['streams', 2, 'headers', 0], 'b.yaml:5:14', 'streams[1].packet'],
  [['streams', 2, 'payload'], 'b.yaml:5:53', 'streams[1].packet'],
  // The text has escapes: it stands nowhere as it is.
  [['streams', 3, 'headers', 1, 'tcp', 'seq'], 'b.yaml:6:13', 'streams[2].packet.tcp.seq'],
];

for (const [at, place, written] of PLACES) {
  test(`${at.join('.')} of the model comes from ${place}`, async () => {
    const profile = await readProfiles(['a.yaml', 'b.yaml'], { directory });
    assert.equal(profile.locate(at), place);
    const { path: text, message } = profile.problemsAt(at, 'is wrong');
    assert.deepEqual([text, message], [written, 'is wrong']);
  });
}

test('what a compiler finds becomes one error, in the order of the files', async () => {
  const profile = await readProfiles(['a.yaml', 'b.yaml'], { directory });
  const error = profile.errorOf([
    { path: ['streams', 2, 'payload'], message: 'too long' },
    { path: ['streams', 1, 'headers', 1, 'udp', 'dstPort'], message: 'too large' },
  ]);
  assert.ok(error instanceof ProfileError);
  assert.match(
    error.message,
    /^b\.yaml:5:53: streams\[1\]\.packet: too long\n.*\n.*\^~{9}\na\.yaml:7:36: .*too large\n/,
  );
});

test('the errors of several files come together', async () => {
  await assert.rejects(readProfiles(['bad.yaml', 'worse.yaml'], { directory }), (error: unknown) => {
    assert.ok(error instanceof ProfileError);
    const places = error.problems.map(({ file, line, path: at }) => `${file}:${line} ${at}`);
    assert.deepEqual(places, ['bad.yaml:1 streams[0].siez', 'worse.yaml:1 order', 'worse.yaml:2 streams']);
    return true;
  });
});

test('a shipped profile has a name; a misspelt one gets the nearest', async () => {
  const { traffic } = await readProfiles(['min64']);
  assert.equal(traffic.streams[0]?.name, 'min64');
  await assert.rejects(readProfiles(['imx']), usageError("no profile 'imx'; did you mean imix?"));
  await assert.rejects(readProfiles(['../package']), usageError('../package: no such file'));
});
