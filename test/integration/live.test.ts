import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { listProfiles, readProfiles, type TrafficModel } from 'pktgen';
import { compile } from '#src/compile/compile.js';
import type { FrameProgram } from '#src/compile/program.js';
import { native } from '#src/native/index.js';
import { programOf } from '#src/run/program.js';
import { resolveTraffic } from '#src/run/traffic.js';
import { LiveLab } from '../support/live-lab.js';
import { needsRoot } from '../support/namespace.js';
import { randomProgram } from '../support/random-program.js';
import { interleaved, modelOf, streamOf } from '../unit/support/model.js';
import { Random } from '../unit/support/random.js';

const FRAMES = 300;
const PROGRAMS = 60;
const SOURCE = { mac: '02:00:00:00:00:01', ipv4: '' };
/** Shipped profiles that live cannot send, and what it says. */
const REFUSED = [
  {
    what: 'longest frames',
    profiles: ['jumbo'],
    message: /the MTU of near0 is|does not fit into the one page/,
  },
  {
    what: 'streams with times of their own',
    profiles: ['busy-hour', 'micro-bursts', 'voip-calls'],
    message: /it makes the frames of all streams in their order, .*; try --engine xdp or --engine tx-ring/,
  },
];
const profiles = await listProfiles();
const hexOf = (frame: Uint8Array) => Buffer.from(frame).toString('hex');

async function profileProgram(name: string, order?: TrafficModel['order']): Promise<FrameProgram> {
  const { traffic } = await readProfiles([name]);
  return programOf(resolveTraffic({ traffic: order ? { ...traffic, order } : traffic }, SOURCE));
}

/** Says where two lists differ first: all of them would fill screens. */
function assertSame(seen: readonly string[], expected: readonly string[]): void {
  const at = expected.findIndex((frame, i) => frame !== seen[i]);
  assert.equal(seen[at], expected[at], `frame ${at} of ${expected.length}`);
  assert.equal(seen.length, expected.length);
}

describe('live frames are byte for byte those of the compiler', { skip: needsRoot }, () => {
  let lab: LiveLab;
  before(async () => {
    lab = await LiveLab.open();
  });
  after(() => lab.close());

  /** One worker: the same frames in the same order, and the streams' counters. */
  async function check(program: FrameProgram, options: { batch?: number; liveBatch?: number } = {}) {
    const expected = native().renderFrames(program, 0, 1, FRAMES);
    const { sent, seen } = await lab.send(program, expected.length, { count: FRAMES, ...options });
    assertSame(
      seen,
      expected.map(({ frame }) => hexOf(frame)),
    );
    const streams = program.streams.map(() => [0, 0] as [number, number]);
    for (const { stream, frame } of expected) {
      const counts = streams[stream] as [number, number];
      counts[0]++;
      counts[1] += frame.length + 4;
    }
    assert.deepEqual(sent.streams, streams);
    assert.deepEqual(sent.endReasons, ['count']);
  }

  for (let seed = 1; seed <= PROGRAMS; seed++) {
    it(`in random program ${seed}`, async () => {
      const random = new Random(seed);
      const program = randomProgram(random);
      if (native().renderFrames(program, 0, 1, 1).length === 0) return;
      await check(program, { batch: random.whole(1, 400), liveBatch: random.whole(1, 128) });
    });
  }

  for (const { name } of profiles) {
    const refused = REFUSED.find(({ profiles: names }) => names.includes(name));
    it(`in profile ${name}${refused ? `, whose ${refused.what} it refuses` : ''}`, async () => {
      const program = await profileProgram(name);
      if (refused) await assert.rejects(lab.send(program, FRAMES), refused.message);
      else await check(program);
    });
  }

  it('with two workers, which share the frames of a sequence', async () => {
    for (const name of ['imix', 'data-centre', 'bad-checksums', 'voip-rtp', 'million-flows']) {
      const program = await profileProgram(name);
      const expected = interleaved(program, 2, FRAMES).slice(0, FRAMES);
      const { seen } = await lab.send(program, FRAMES, { workers: 2 });
      assertSame([...seen].sort(), expected.map(({ frame }) => hexOf(frame)).sort());
    }
  });

  it('with two workers, which share the draws of a random mix', async () => {
    const program = await profileProgram('imix', 'random');
    const parts = [0, 1].flatMap((worker) => native().renderFrames(program, worker, 2, FRAMES / 2));
    const { seen } = await lab.send(program, FRAMES, { workers: 2 });
    assertSame([...seen].sort(), parts.map(({ frame }) => hexOf(frame)).sort());
  });

  it('until the counts of all streams are reached', async () => {
    const streams = [30, 7, 101].map((count, i) =>
      streamOf([['udp', { srcPort: { vary: 'increment' } }]], { count, weight: i + 1 }),
    );
    const program = await compile(modelOf(streams));
    const expected = native().renderFrames(program, 0, 1, FRAMES);
    assert.equal(expected.length, 138);
    const { sent, seen } = await lab.send(program, 138, { count: 1_000_000 });
    assertSame(
      seen,
      expected.map(({ frame }) => hexOf(frame)),
    );
    assert.deepEqual(
      sent.streams.map(([packets]) => packets),
      [30, 7, 101],
    );
  });
});
