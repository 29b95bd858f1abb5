import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile } from '#src/compile/compile.js';
import type { Stream, TrafficModel } from '#src/model/traffic.js';
import { type NativeFrame, native } from '#src/native/index.js';
import { hexOf } from '../support/frames.js';
import { interleaved, modelOf, sizesOf, streamOf } from '../support/model.js';
import { Random } from '../support/random.js';

const SEED = 2544;
const ROUNDS = 60;
const WORKERS = [1, 2, 3, 7];
const PERIODS = 8;

const textOf = ({ stream, frame }: NativeFrame) => `${stream} ${hexOf(frame)}`;

/** Streams that differ in size, and whose frames differ by a counter and by something random. */
function randomMix(random: Random, order: TrafficModel['order'], counts: 'none' | 'all'): TrafficModel {
  const streams = Array.from({ length: random.whole(1, 4) }, (_, i): Stream => {
    const id = { vary: 'increment', count: random.whole(1, 300), period: random.whole(1, 4) } as const;
    const dst = { vary: 'random', prefix: '198.19.0.0/16', period: random.whole(1, 3) } as const;
    const fields = random.whole(0, 2) === 0 ? {} : { id, ...(random.whole(0, 1) === 0 && { dst }) };
    const sizes = random.whole(0, 1) === 0 ? sizesOf(64, 128, 256) : sizesOf(64 + i);
    return streamOf(['ethernet', ['ipv4', fields], ['udp', { dstPort: 100 + i }]], {
      weight: random.whole(1, 9),
      count: counts === 'all' ? random.whole(0, 50) : null,
      sizes: random.whole(0, 3) === 0 ? { ...sizes, order: 'random' } : sizes,
      payload: random.whole(0, 4) === 0 ? { kind: 'random', lengthBytes: null } : streamOf([]).payload,
    });
  });
  return modelOf(streams, { order, seed: random.whole(0, 2 ** 31) });
}

for (const order of ['smooth', 'grouped'] as const) {
  for (const workers of WORKERS) {
    test(`${workers} workers together send what one would, in its order: ${order}`, async () => {
      const random = new Random(SEED + workers);
      for (let round = 0; round < ROUNDS; round++) {
        const program = await compile(randomMix(random, order, 'none'));
        const each = PERIODS * program.schedule.length;
        const together = interleaved(program, workers, each).map(textOf);
        const single = interleaved(program, 1, workers * each).map(textOf);
        assert.ok(together.length > workers * (each - 1) - workers, `round ${round}: ${together.length}`);
        assert.deepEqual(together, single.slice(0, together.length), `round ${round}`);
      }
    });

    test(`${workers} workers together send the counts of all streams and then end: ${order}`, async () => {
      const random = new Random(SEED + workers);
      for (let round = 0; round < ROUNDS; round++) {
        const model = randomMix(random, order, 'all');
        const program = await compile(model);
        const together = interleaved(program, workers, 1000);
        const single = interleaved(program, 1, 1000);
        assert.deepEqual(together.map(textOf).sort(), single.map(textOf).sort(), `round ${round}`);
        for (const [i, { count }] of model.streams.entries()) {
          assert.equal(single.filter(({ stream }) => stream === i).length, count);
        }
      }
    });
  }

  test(`shares hold exactly in every period: ${order}`, async () => {
    const random = new Random(SEED);
    for (let round = 0; round < ROUNDS; round++) {
      const model = randomMix(random, order, 'none');
      const program = await compile(model);
      const period = program.schedule.length;
      const frames = native().renderFrames(program, 0, 1, PERIODS * period);
      const total = model.streams.reduce((sum, { weight }) => sum + weight, 0);
      for (let at = 0; at < frames.length; at += period) {
        const now = frames.slice(at, at + period);
        for (const [i, { weight }] of model.streams.entries()) {
          assert.equal(now.filter(({ stream }) => stream === i).length * total, weight * period);
        }
      }
    }
  });
}

/** A stream that cannot repeat: its counter does not come round. */
const counting = (i: number): Stream =>
  streamOf(
    [
      ['ipv4', { src: { vary: 'increment', from: '10.0.0.0' } }],
      ['udp', { dstPort: 100 + i }],
    ],
    {
      weight: i + 1,
    },
  );
const DRAWN = modelOf([counting(0), counting(1), counting(2)], { order: 'random', seed: 7 });
const FRAMES = 4200;

for (const workers of WORKERS) {
  test(`no frame comes twice when ${workers} workers draw the streams, and weights are kept`, async () => {
    const frames = interleaved(await compile(DRAWN), workers, FRAMES / workers);
    assert.equal(frames.length, FRAMES);
    assert.equal(new Set(frames.map(textOf)).size, FRAMES);
    for (const [i, { weight }] of DRAWN.streams.entries()) {
      const seen = frames.filter(({ stream }) => stream === i).length;
      const expected = (FRAMES * weight) / 6;
      // Six standard deviations of a binomial: the seed is committed, so this holds or does not.
      const bound = 6 * Math.sqrt(expected * (1 - weight / 6));
      assert.ok(Math.abs(seen - expected) < bound, `${seen} of ${expected}`);
    }
  });

  test(`${workers} workers draw the same streams as one does`, async () => {
    const program = await compile(DRAWN);
    const together = interleaved(program, workers, FRAMES / workers).map(({ stream }) => stream);
    assert.deepEqual(
      together,
      interleaved(program, 1, FRAMES).map(({ stream }) => stream),
    );
  });

  test(`${workers} workers that draw send exactly the counts of the streams`, async () => {
    const streams = DRAWN.streams.map((stream, i) => ({ ...stream, count: 11 * i + 1 }));
    const frames = interleaved(await compile({ ...DRAWN, streams }), workers, FRAMES);
    assert.deepEqual(
      streams.map((_, i) => frames.filter(({ stream }) => stream === i).length),
      [1, 12, 23],
    );
    assert.equal(new Set(frames.map(textOf)).size, 36);
  });
}

test('the same seed gives the same frames, another seed others', async () => {
  const random = new Random(SEED);
  for (let round = 0; round < ROUNDS; round++) {
    const words = { vary: 'random', count: 2 ** 32 } as const;
    const source = streamOf([['ipv4', { src: words }], 'udp'], { weight: random.whole(1, 5) });
    const model = modelOf([source, { ...source, weight: 1 }], { order: 'random', seed: round });
    const render = async (seed: number) =>
      native()
        .renderFrames(await compile({ ...model, seed }), 0, 1, 100)
        .map(textOf);
    const first = await render(round);
    assert.deepEqual(await render(round), first);
    const other = new Set(await render(round + 1));
    assert.ok(!first.some((frame) => other.has(frame)));
    assert.equal(new Set(first).size, 100, 'streams and frames draw numbers of their own');
  }
});

test('a run of a part of the streams goes on when others have had their count', async () => {
  const ending = { ...counting(0), weight: 1, count: 3 };
  const endless = { ...counting(1), weight: 1 };
  const program = await compile(modelOf([ending, endless]));
  assert.equal(native().renderFrames(program, 0, 2, 50).length, 50);
});

for (const order of ['smooth', 'grouped'] as const) {
  for (const workers of WORKERS) {
    test(`each of ${workers} workers sends the exact mix by itself, sizes included: ${order}`, async () => {
      const mixed = { ...streamOf(['ethernet', 'ipv4', 'udp']), weight: 2, sizes: sizesOf(64, 594, 1518) };
      const model = { ...modelOf([mixed, { ...counting(1), weight: 4 }]), order };
      const program = await compile(model);
      for (let worker = 0; worker < workers; worker++) {
        const kinds = new Map<string, number>();
        for (const { stream, frame } of native().renderFrames(program, worker, workers, 9 * 20)) {
          const kind = `${stream} ${frame.length}`;
          kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        }
        const shares = ['0 60', '0 590', '0 1514', '1 60'].map((kind) => kinds.get(kind));
        assert.deepEqual(shares, [20, 20, 20, 120]);
      }
    });
  }
}

for (const workers of WORKERS) {
  test(`each of ${workers} workers sends all sizes of a drawn stream equally often`, async () => {
    const mixed = streamOf(['ethernet', 'ipv4', 'udp'], { sizes: sizesOf(64, 128, 594, 1518) });
    const program = await compile(modelOf([mixed], { order: 'random' }));
    for (let worker = 0; worker < workers; worker++) {
      const frames = native().renderFrames(program, worker, workers, 400);
      for (const bytes of [60, 124, 590, 1514]) {
        assert.equal(frames.filter(({ frame }) => frame.length === bytes).length, 100);
      }
    }
  });
}
