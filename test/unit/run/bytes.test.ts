import assert from 'node:assert/strict';
import { test } from 'node:test';
import { streamFramesWithin } from '#src/compile/bytes.js';
import { compile } from '#src/compile/compile.js';
import { TrafficError } from '#src/compile/problems.js';
import type { FrameProgram } from '#src/compile/program.js';
import type { Order, Stream } from '#src/model/traffic.js';
import { native } from '#src/native/index.js';
import { framesOfRun } from '#src/run/bytes.js';
import { FCS_BYTES } from '#src/units.js';
import { usageError } from '../support/errors.js';
import { modelOf, sizesOf, streamOf } from '../support/model.js';
import { Random } from '../support/random.js';

const MOST = 400;

/** One frame after the other, as a worker makes them, until one does not fit any more. */
function counted(program: FrameProgram, bytes: number): number {
  let left = bytes;
  const frames = native().renderFrames(program, 0, 1, MOST);
  const beyond = frames.findIndex(({ frame }) => {
    left -= frame.length + FCS_BYTES;
    return left < 0;
  });
  return beyond < 0 ? frames.length : beyond;
}

function randomStream(random: Random, name: string, mayEnd: boolean): Stream {
  const list = Array.from({ length: random.whole(1, 4) }, () => ({
    sizeBytes: random.whole(64, 300),
    weight: random.whole(1, 3),
  }));
  return streamOf(['udp'], {
    name,
    weight: random.whole(1, 5),
    count: mayEnd && random.whole(0, 1) === 1 ? random.whole(1, 30) : null,
    sizes: { order: random.whole(0, 1) === 1 ? 'smooth' : 'grouped', list },
  });
}

test('as many frames as the sequence has within so many bytes, whatever streams, sizes and counts', async () => {
  const random = new Random(1500);
  for (let round = 0; round < 300; round++) {
    const streams = Array.from({ length: random.whole(1, 4) }, (_, i) => randomStream(random, `s${i}`, true));
    const order: Order = random.whole(0, 1) === 1 ? 'smooth' : 'grouped';
    const program = await compile(modelOf(streams, { order }));
    for (let k = 0; k < 20; k++) {
      const bytes = random.whole(300, 20_000);
      assert.equal(
        framesOfRun(program, { bytes }),
        counted(program, bytes),
        `round ${round}, ${bytes} bytes`,
      );
    }
  }
});

test('to the byte', async () => {
  const program = await compile(modelOf([streamOf(['udp'], { sizes: sizesOf(100, 200) })]));
  for (const [bytes, frames] of [
    [100, 1],
    [299, 1],
    [300, 2],
    [399, 2],
    [400, 3],
    [3e14, 2e12],
    [3e14 + 99, 2e12],
    [3e14 + 100, 2e12 + 1],
  ] as const)
    assert.equal(framesOfRun(program, { bytes }), frames);
});

test('10^15 bytes of a large mix take no longer than a few', async () => {
  const streams = Array.from({ length: 2000 }, (_, i) =>
    streamOf(['udp'], {
      name: `s${i}`,
      weight: 1 + (i % 7),
      count: i % 3 === 0 ? 1e6 + i : null,
      sizes: sizesOf(64, 65 + i),
    }),
  );
  const program = await compile(modelOf(streams));
  const start = performance.now();
  const frames = framesOfRun(program, { bytes: 1e15 }) ?? 0;
  assert.ok(performance.now() - start < 2000);
  assert.ok(frames > 1e15 / 2064 && frames < 1e15 / 64);
});

test('where all streams end before, it is all their frames', async () => {
  const streams = [
    streamOf(['udp'], { name: 'a', count: 3, sizes: sizesOf(64, 128) }),
    streamOf(['udp'], { name: 'b', count: 5, weight: 3 }),
  ];
  const program = await compile(modelOf(streams));
  assert.equal(framesOfRun(program, { bytes: 1e9 }), 8);
  assert.equal(framesOfRun(program, { bytes: 128 + 7 * 64 }), counted(program, 128 + 7 * 64));
});

test('the smaller of bytes and count wins', async () => {
  const program = await compile(modelOf([streamOf(['udp'])]));
  assert.equal(framesOfRun(program, { bytes: 640 }), 10);
  assert.equal(framesOfRun(program, { bytes: 640, countPackets: 3 }), 3);
  assert.equal(framesOfRun(program, { bytes: 640, countPackets: 30 }), 10);
  assert.equal(framesOfRun(program, { countPackets: 30 }), 30);
  assert.equal(framesOfRun(program, {}), null);
});

test('what depends on chance or on the time is refused, unless all frames are of one size', async () => {
  const small = streamOf(['udp'], { name: 'small' });
  const large = streamOf(['udp'], { name: 'large', sizes: sizesOf(1000) });
  const drawn = streamOf(['udp'], { sizes: { ...sizesOf(64, 65), order: 'random' } });
  const alone = { ...large, timing: { startNs: 1e9 } };
  const asked = async (streams: readonly Stream[], order: Order, bytes = 6400) =>
    framesOfRun(await compile(modelOf(streams, { order })), { bytes });
  await assert.rejects(
    asked([small, large], 'random'),
    usageError('--bytes 6400: streams of unequal sizes take turns at random'),
  );
  await assert.rejects(asked([drawn], 'smooth'), usageError('--bytes 6400: the sizes are drawn at random'));
  await assert.rejects(asked([small, alone], 'smooth'), usageError('an order that their rates decide'));
  assert.equal(await asked([small, { ...small, name: 'other' }], 'random'), 100);
  assert.equal(await asked([{ ...small, timing: { startNs: 1e9 } }], 'smooth'), 100);
  const same = { ...drawn, sizes: { ...sizesOf(64, 64), order: 'random' as const } };
  assert.equal(await asked([same], 'smooth'), 100);
  // Of a single stream chance decides nothing.
  const sizes = { ...small, sizes: sizesOf(64, 256) };
  assert.equal(await asked([sizes], 'random'), await asked([sizes], 'smooth'));
});

test('at least one frame has to fit', async () => {
  const program = await compile(modelOf([streamOf(['udp'], { sizes: sizesOf(1000, 64) })]));
  const message = '--bytes 999: not even the first frame fits in 999 bytes: it has 1,000, FCS included';
  assert.throws(() => framesOfRun(program, { bytes: 999 }), usageError(message));
  for (const bytes of [0, -1, 1.5, Number.NaN])
    assert.throws(
      () => framesOfRun(program, { bytes }),
      usageError('--bytes', 'expected a whole number from 1'),
    );
});

test('bytes of a stream are a count of its own frames; with a count the smaller one', async () => {
  const random = new Random(9);
  for (let round = 0; round < 100; round++) {
    const stream = randomStream(random, 'a', false);
    const whole = await compile(modelOf([stream]));
    const bytes = random.whole(300, 20_000);
    const frames = counted(whole, bytes);
    const limited = await compile(
      modelOf([streamOf(['udp'], { name: 'other' }), { ...stream, timing: { bytes } }]),
    );
    assert.equal(limited.streams[1]?.count, BigInt(frames));
    assert.equal(limited.alone, undefined, 'bytes alone are no time of its own');
    const both = await compile(modelOf([{ ...stream, count: 2, timing: { bytes } }]));
    assert.equal(both.streams[0]?.count, BigInt(Math.min(2, frames)));
    assert.ok(whole.streams[0] && streamFramesWithin(whole.streams[0], bytes) === frames);
  }
});

test('bytes of a stream, to the byte', async () => {
  const framesIn = async (bytes: number) => {
    const stream = streamOf(['udp'], { sizes: sizesOf(100, 200, 300), timing: { bytes } });
    return (await compile(modelOf([stream]))).streams[0]?.count;
  };
  for (const [bytes, frames] of [
    [100, 1n],
    [299, 1n],
    [300, 2n],
    [599, 2n],
    [600, 3n],
    [699, 3n],
    [700, 4n],
    [6e14 + 300, 3_000_000_000_002n],
  ] as const)
    assert.equal(await framesIn(bytes), frames);
});

test('bytes of a stream are refused at their place', async () => {
  const drawn = streamOf(['udp'], {
    sizes: { ...sizesOf(64, 65), order: 'random' },
    timing: { bytes: 1000 },
  });
  const short = streamOf(['udp'], { name: 'short', timing: { bytes: 63 } });
  await assert.rejects(compile(modelOf([drawn, short])), (error) => {
    assert.ok(error instanceof TrafficError);
    assert.deepEqual(
      error.problems.map(({ path, message }) => `${path.join('.')}: ${message}`),
      [
        'streams.0.timing.bytes: the sizes are drawn at random; count frames instead',
        'streams.1.timing.bytes: not even the first frame fits in 63 bytes: it has 64, FCS included',
      ],
    );
    return true;
  });
});
