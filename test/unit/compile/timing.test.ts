import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile } from '#src/compile/compile.js';
import { TrafficError } from '#src/compile/problems.js';
import { streamsAlone, timingProblems } from '#src/compile/timing.js';
import type { Shape, Timing } from '#src/model/timing.js';
import type { Stream } from '#src/model/traffic.js';
import { laneMeanBytes, sizesOf as programSizes } from '#src/run/program.js';
import { modelOf, sizesOf, streamOf } from '../support/model.js';

const CONSTANT: Shape = { kind: 'constant', rate: { unit: 'pps', value: 1000 } };
const STEP = { rate: { unit: 'pps', value: 1000 }, timeNs: 1e9 } as const;

function timed(name: string, timing: Timing = {}, changes: Partial<Stream> = {}): Stream {
  return streamOf(['udp'], { name, timing, ...changes });
}

test('streams with a time of their own leave the mix, and are listed in ascending order', async () => {
  const streams = [
    timed('started', {}),
    timed('mixed', {}, { weight: 2 }),
    timed('rate', { shape: CONSTANT }),
    timed('late', { startNs: 1 }),
    timed('short', { durationNs: 1 }),
    timed('bytes', { bytes: 640 }),
    timed('at once', { startNs: 0 }),
    timed('starter', { then: 'started' }, { count: 1 }),
  ];
  const program = await compile(modelOf(streams));
  assert.deepEqual([...(program.alone ?? [])], [0, 2, 3, 4, 7]);
  assert.deepEqual([...program.schedule].sort(), [1, 1, 5, 6]);
});

test('a mix may be empty', async () => {
  const program = await compile(
    modelOf([timed('a', { shape: CONSTANT }), timed('b', { startNs: 5 }, { sizes: sizesOf(164) })]),
  );
  assert.deepEqual([[...program.schedule], [...(program.alone ?? [])]], [[], [0, 1]]);
  assert.deepEqual(laneMeanBytes(program), [null, 64, 164]);
  assert.deepEqual(
    [programSizes(program).meanBytes, programSizes(program, [null, 30, 10]).meanBytes],
    [114, (30 * 64 + 10 * 164) / 40],
  );
  assert.equal(programSizes(program, [null, 30, null]).meanBytes, 114, 'only if all rates are known');
});

test('the mean of a mix goes by its shares, that of all lanes by their rates', async () => {
  const streams = [
    timed('a', {}, { weight: 3 }),
    timed('b', {}, { sizes: sizesOf(104) }),
    timed('c', { shape: CONSTANT }, { sizes: sizesOf(1000) }),
  ];
  const program = await compile(modelOf(streams));
  assert.deepEqual(laneMeanBytes(program), [74, 1000]);
  assert.equal(programSizes(program, [900, 100]).meanBytes, (74 * 900 + 1000 * 100) / 1000);
  assert.equal(programSizes(program, [0, 0]).meanBytes, 537);
});

/** Streams, and what is wrong with them. */
const PROBLEMS: readonly (readonly [readonly Stream[], ...string[]])[] = [
  [[timed('a', { then: 'b' }, { count: 1 }), timed('b')]],
  [[timed('dns', { then: 'wep' }, { count: 1 }), timed('web')], "0 then: no stream 'wep'; did you mean web?"],
  [[timed('a', { then: 'b' }, { count: 1 })], "0 then: no stream 'b'; there is no other"],
  [[timed('a', { then: 'a' }, { count: 1 })], '0 then: a → a is a circle: a stream starts once'],
  [
    [
      timed('x', { then: 'dns' }, { count: 1 }),
      timed('web', { then: 'dns' }, { count: 1 }),
      timed('dns', { then: 'web' }, { count: 1 }),
    ],
    '1 then: x starts dns already: a stream starts once',
    '1 then: web → dns → web is a circle: a stream starts once',
  ],
  [
    [timed('dns', { then: 'web' }), timed('web')],
    '0 then: dns never ends, so that web would never start; expected a count, bytes, a duration or a rate that ends',
  ],
  [
    [timed('a', { shape: { kind: 'recorded', speed: 1 } })],
    '0 shape: recorded: only a capture has times of its own; expected a rate such as 10kpps',
  ],
];

for (const [streams, ...expected] of PROBLEMS) {
  test(`${expected[0] ?? 'a stream that starts another'} is found`, async () => {
    const found = timingProblems(streams).map(({ stream, key, message }) => `${stream} ${key}: ${message}`);
    assert.deepEqual(found, expected);
    const isRefused = await compile(modelOf(streams)).then(
      () => false,
      (error) => error instanceof TrafficError,
    );
    assert.equal(isRefused, expected.length > 0);
  });
}

test('what ends can start another', () => {
  const ending: readonly [Timing, Partial<Stream>?][] = [
    [{}, { count: 1 }],
    [{ bytes: 64 }],
    [{ durationNs: 1 }],
    [{ shape: { kind: 'bursts', packets: 1, everyNs: 1, at: null, times: 3 } }],
    [{ shape: { kind: 'steps', steps: [STEP] } }],
  ];
  const endless: readonly Timing[] = [
    {},
    { startNs: 5 },
    { shape: CONSTANT },
    { shape: { kind: 'bursts', packets: 1, everyNs: 1, at: null, times: null } },
    { shape: { kind: 'steps', steps: [STEP, { ...STEP, timeNs: null }] } },
  ];
  const problems = (timing: Timing, changes?: Partial<Stream>) =>
    timingProblems([timed('a', { ...timing, then: 'b' }, changes), timed('b')]).length;
  for (const [timing, changes] of ending) assert.equal(problems(timing, changes), 0);
  for (const timing of endless) assert.equal(problems(timing), 1);
});

test('more streams with a time of their own than are looked at for every frame are refused', () => {
  const of = (count: number) =>
    timingProblems(Array.from({ length: count }, (_, i) => timed(`s${i}`, { startNs: 1 })));
  assert.deepEqual(of(1024), []);
  const message =
    '1,025 streams have a rate, a start, a duration or a then of their own; expected at most 1,024';
  assert.deepEqual(of(1025), [{ stream: 1024, key: 'startNs', message }]);
});

test('thousands of streams that start each other are looked at in a moment', () => {
  const next = (i: number) => ({ then: `s${(i + 1) % 10_000}` });
  const streams = Array.from({ length: 10_000 }, (_, i) => timed(`s${i}`, next(i), { count: 1 }));
  const start = performance.now();
  const [problem, ...more] = timingProblems(streams);
  assert.ok(performance.now() - start < 2000);
  assert.equal(
    problem?.message,
    's0 → s1 → s2 → s3 → s4 → s5 → s6 → … → s0 is a circle: a stream starts once',
  );
  assert.equal(more.length, 0);
  assert.equal(streamsAlone(streams).length, 10_000);
});

test('a model of a program is checked as a profile is', async () => {
  const model = modelOf([timed('a', { startNs: -1 }), timed('b', { durationNs: 0, bytes: 0.5 })]);
  await assert.rejects(compile(model), (error) => {
    assert.ok(error instanceof TrafficError);
    assert.deepEqual(
      error.problems.map(({ path }) => path.join('.')),
      ['streams.0.timing.startNs', 'streams.1.timing.durationNs', 'streams.1.timing.bytes'],
    );
    return true;
  });
});
