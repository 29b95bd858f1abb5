import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { ProfileError } from '#src/profile/problem.js';
import { readProfiles, readProfileText } from '#src/profile/read.js';

let directory: string;
before(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'pktgen-'));
  writeFileSync(path.join(directory, 'a.pcap'), '');
});
after(() => rmSync(directory, { recursive: true }));

const file = (name: string) => path.join(directory, name);

async function timingsOf(text: string) {
  const { traffic } = await readProfileText(text, file('mix.yaml'));
  return traffic.streams.map(({ name, weight, timing }) => [name, weight, timing]);
}

async function problemsOf(text: string): Promise<string[]> {
  const error = await readProfileText(text, file('mix.yaml')).then(
    () => assert.fail('was read'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ProfileError, String(error));
  return error.problems.map(({ line, column, path: at, message }) => `${line}:${column} ${at}: ${message}`);
}

test('what a stream says about its own time', async () => {
  const shape = { kind: 'constant', rate: { unit: 'pps', value: 10_000 } };
  const text = `streams:
  - {name: a, rate: 10kpps, start: 500ms, duration: 2 s, bytes: 5M, then: b}
  - {name: b, share: 3, start: 0s}
  - {name: c, share: 5, bytes: 0x5dc, duration: 1h}
  - {name: d, capture: {file: a.pcap}, rate: recorded   2x}
  - name: e
    rate: steps 1kpps for 1s, 2kpps
`;
  assert.deepEqual(await timingsOf(text), [
    ['a', 1, { shape, startNs: 5e8, durationNs: 2e9, bytes: 5e6, then: 'b' }],
    ['b', 3, undefined],
    ['c', 5, { durationNs: 3600e9, bytes: 1500 }],
    ['d', 1, { shape: { kind: 'recorded', speed: 2 } }],
    [
      'e',
      1,
      {
        shape: {
          kind: 'steps',
          steps: [
            { rate: { unit: 'pps', value: 1000 }, timeNs: 1e9 },
            { rate: { unit: 'pps', value: 2000 }, timeNs: null },
          ],
        },
      },
    ],
  ]);
});

test('what a run says about it', async () => {
  const run = 'run: {rate: poisson 40%, bytes: 10k, warmup: 1s, pacing: spin, late: skip, lineRate: 2.5G}';
  const profile = await readProfileText(`${run}\nstreams: [{}]`, 'x.yaml');
  assert.deepEqual(profile.run, {
    bytes: 10_000,
    shape: { kind: 'poisson', rate: { unit: 'percent', value: 40 } },
    warmupNs: 1e9,
    pacing: 'spin',
    late: 'skip',
    lineRateBps: 2.5e9,
  });
  const recorded = await readProfileText(
    'run: {rate: recorded}\nstreams: [{capture: {file: a.pcap}}]',
    file('x.yaml'),
  );
  assert.deepEqual(recorded.run.shape, { kind: 'recorded', speed: 1 });
});

test('a stream with a rate of its own takes no part in the shares', async () => {
  const text = `shares: bytes
streams:
  - {name: a, size: 64, share: 1}
  - {name: b, rate: 5pps}
  - {name: c, size: 128, share: 1}
`;
  const { traffic } = await readProfileText(text, 'x.yaml');
  assert.deepEqual(
    traffic.streams.map(({ weight }) => weight),
    [2, 1, 1],
  );
});

/** A profile, and its problems. */
const PROBLEMS: readonly (readonly [string, ...string[]])[] = [
  [
    'streams: [{rate: 10 Mps}]',
    '1:18 streams[0].rate: 10 Mps: Mps is no unit of a rate; did you mean 10Mpps?',
  ],
  [
    'streams: [{rate: 0pps}]',
    '1:18 streams[0].rate: 0pps: a rate is from 0.001pps to 10Gpps; for less, gap 1h and the like',
  ],
  [
    'streams: [{rate: 1000}]',
    '1:18 streams[0].rate: 1000: a rate needs its unit, such as 1000pps, 1000Mbps or 40%',
  ],
  [
    'streams: [{rate: [5]}]',
    '1:18 streams[0].rate: expected a rate such as 10kpps, poisson 40% or burst 64 every 1ms, not a list',
  ],
  [`streams: [{rate: ${'9'.repeat(1001)}pps}]`, '1:18 streams[0].rate: a rate has at most 1000 letters'],
  [
    'streams: [{rate: 5pps, share: 2}]',
    '1:24 streams[0].share: a stream with a rate of its own has no share',
  ],
  ['streams: [{start: -1s}]', '1:19 streams[0].start: -1s: a start is from 0s to a week'],
  ['streams: [{start: 5}]', '1:19 streams[0].start: 5: a time needs its unit, such as 5ms'],
  ['streams: [{duration: 0s}]', '1:22 streams[0].duration: 0s: a time is from 1ns to a week'],
  [
    'streams: [{duration: 8d}]',
    '1:22 streams[0].duration: 8d: expected a time with its unit (ns, us, ms, s, m, h), such as 10ms',
  ],
  [
    'streams: [{bytes: 0}]',
    '1:19 streams[0].bytes: expected a whole number of bytes from 1, such as 1500, 10k or 5M, not 0',
  ],
  [
    'streams: [{bytes: 1.5}]',
    '1:19 streams[0].bytes: expected a whole number of bytes from 1, such as 1500, 10k or 5M, not 1.5',
  ],
  ['streams: [{then: {}}]', '1:18 streams[0].then: expected the name of a stream, not a mapping'],
  [
    'streams: [{rate: recorded}]',
    '1:18 streams[0].rate: recorded: only a capture has times of its own; expected a rate such as 10kpps',
  ],
  [
    'run: {rate: recorded}\nstreams: [{}]',
    '1:13 run.rate: recorded: a run has the times of a capture where that is its only stream; elsewhere give the rate to the stream',
  ],
  ['run: {rate: 5}\nstreams: [{}]', '1:13 run.rate: 5: a rate needs its unit, such as 5pps, 5Mbps or 40%'],
  ['run: {pacing: spun}\nstreams: [{}]', "1:15 run.pacing: no pacing 'spun'; did you mean spin?"],
  ['run: {late: never}\nstreams: [{}]', "1:13 run.late: no policy 'never'; there are catch-up, skip"],
  [
    'run: {lineRate: 10}\nstreams: [{}]',
    '1:17 run.lineRate: 10: expected the speed of a link from 1k to 10T, such as 10G or 2.5Gbps',
  ],
  [
    'run: {warmup: 1}\nstreams: [{}]',
    '1:15 run.warmup: expected a time with its unit (us, ms, s, m, h), up to a week, such as 10s, not 1',
  ],
  [
    'streams:\n  - {name: dns, count: 5, then: wep}\n  - {name: web}',
    "2:33 streams[0].then: no stream 'wep'; did you mean web?",
  ],
  [
    'streams:\n  - {name: dns, count: 5, then: web}\n  - {name: web, count: 1, then: dns}',
    '2:33 streams[0].then: dns → web → dns is a circle: a stream starts once',
  ],
  [
    'streams: [{then: stream1, count: 1}]',
    '1:18 streams[0].then: stream1 → stream1 is a circle: a stream starts once',
  ],
  [
    'streams: [{then: stream3, count: 1}, {then: stream3, count: 1}, {}]',
    '1:45 streams[1].then: stream1 starts stream3 already: a stream starts once',
  ],
  [
    'streams: [{then: stream2, rate: 5pps}, {}]',
    '1:18 streams[0].then: stream1 never ends, so that stream2 would never start; expected a count, bytes, a duration or a rate that ends',
  ],
];

for (const [text, ...expected] of PROBLEMS) {
  test(`${expected[0]?.slice(0, 90)}`, async () => assert.deepEqual(await problemsOf(text), expected));
}

test('then follows streams that several profiles rename or replace', async () => {
  writeFileSync(file('a.yaml'), 'streams: [{name: stream2}, {count: 1, then: last}, {name: last}]');
  writeFileSync(file('b.yaml'), 'streams: [{name: last, count: 9}, {count: 5, then: stream3}, {size: 99}]');
  const { traffic } = await readProfiles(['a.yaml', 'b.yaml'], { directory });
  const followers = traffic.streams.map(({ name, timing }) => [name, timing?.then]);
  assert.deepEqual(followers, [
    ['stream2', undefined],
    ['stream3', 'last'],
    ['last', undefined],
    ['stream4', 'stream5'],
    ['stream5', undefined],
  ]);
  const [, , last, , renamed] = traffic.streams;
  assert.deepEqual([last?.count, renamed?.sizes?.list[0]?.sizeBytes], [9, 99]);
});

test('what the compiler finds in a time is shown where it was written', async () => {
  const text = 'streams:\n  - {headers: [udp], size: {from: 64, to: 99, order: random}, bytes: 5k}\n';
  const profile = await readProfileText(text, 'x.yaml');
  const { compile } = await import('#src/compile/compile.js');
  const { TrafficError } = await import('#src/compile/problems.js');
  await assert.rejects(compile(profile.traffic), (error) => {
    assert.ok(error instanceof TrafficError);
    const shown = profile.errorOf(error.problems).message;
    assert.match(
      shown,
      /^x.yaml:2:70: streams\[0\].bytes: the sizes are drawn at random; count frames instead/,
    );
    return true;
  });
});
