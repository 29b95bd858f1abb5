import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { replayTraffic } from '#src/capture/traffic.js';
import { compile } from '#src/compile/compile.js';
import type { FrameProgram } from '#src/compile/program.js';
import { type Stream, type TrafficModel, ZEROS } from '#src/model/traffic.js';
import { native } from '#src/native/index.js';
import { Files, pcapOf, plainFrame } from '../../support/capture-file.js';
import { conversations } from '../../support/conversations.js';

const FILLER: Stream = {
  name: 'filler',
  weight: 1,
  count: null,
  sizes: { order: 'smooth', list: [{ sizeBytes: 100, weight: 1 }] },
  headers: [{ protocol: 'udp', fields: {} }],
  payload: ZEROS,
  flows: null,
};

describe('a capture as a stream', () => {
  const files = new Files();
  after(() => files.remove());
  const frames = [60, 700, 61].map((bytes, i) => plainFrame(bytes, i));
  const file = files.write('three.pcap', pcapOf(frames.map((data) => ({ data }))));
  const [captured] = replayTraffic({ file, speed: null }).streams;
  if (!captured) throw new Error('no stream');
  const mixOf = (capture: Stream): TrafficModel => ({
    seed: 1,
    order: 'grouped',
    streams: [{ ...capture, weight: 2 }, FILLER],
  });
  const lengths = (program: FrameProgram, most: number) =>
    native()
      .renderFrames(program, 0, 1, most)
      .map(({ frame }) => frame.length);

  it('takes turns with others, in the order of its file', async () => {
    const sent = lengths(await compile(mixOf(captured)), 9);
    assert.deepEqual(sent, [60, 700, 96, 61, 60, 96, 700, 61, 96]);
  });

  it('ends with its count', async () => {
    const sent = lengths(await compile(mixOf({ ...captured, count: 3 })), 6);
    assert.deepEqual(sent, [60, 700, 96, 61, 96, 96]);
  });

  it('of one frame is a frame that never changes', async () => {
    const program = await compile(replayTraffic({ file, limitFrames: 1 }));
    assert.equal(program.streams[0]?.variantIndex, -1);
    assert.deepEqual(lengths(program, 3), [60, 60, 60]);
  });

  it('takes no patches', async () => {
    const patched = { ...captured, patches: [{ offsetBits: 0, bits: 8, value: 1 }] };
    await assert.rejects(
      compile(mixOf(patched)),
      /streams\[0\]\.capture: the frames of a capture take neither/,
    );
  });

  it('has fields that add only to what a variant has of its own', async () => {
    const talk = files.write('talk.pcap', pcapOf((await conversations()).map((data) => ({ data }))));
    const program = await compile(replayTraffic({ file: talk, uniquePerLoop: true }));
    const stream = program.streams[0];
    if (!stream) throw new Error('no stream');
    const { frameBytes, bytes } = stream.variants;
    const variants = { ...stream.variants, headBytes: frameBytes.map(() => 29), body: bytes };
    const broken = { ...program, streams: [{ ...stream, variants }, ...program.streams.slice(1)] };
    assert.throws(
      () => native().renderFrames(broken, 0, 1, 1),
      /relative: expected a field within the heads/,
    );
  });
});
