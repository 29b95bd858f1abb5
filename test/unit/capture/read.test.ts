import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, describe, it } from 'node:test';
import { readCapture } from '#src/capture/read.js';
import { native } from '#src/native/index.js';
import { type Captured, Files, pcapngOf, pcapOf, plainFrame } from '../../support/capture-file.js';

const MICROSECONDS = 1_700_000_000_123_456_000n;
const NANOSECONDS = 1_700_000_000_123_456_789n;
const FRAMES: readonly Captured[] = [60, 61, 1514, 9018].map((bytes, i) => ({
  data: plainFrame(bytes, i),
  timeNs: NANOSECONDS + BigInt(i),
}));

describe('reading captures', () => {
  const files = new Files();
  after(() => files.remove());

  const framesIn = (file: string, limitFrames: number | null = null) => {
    const { bytes, offsets, lengths, ...rest } = readCapture({ file, limitFrames });
    const frames = [...offsets].map((at, i) => [...bytes.subarray(at, at + (lengths[i] ?? 0))]);
    return { frames, ...rest };
  };
  const expected = FRAMES.map(({ data }) => [...data]);

  for (const bigEndian of [false, true]) {
    for (const nanoseconds of [false, true]) {
      const what = `${bigEndian ? 'big' : 'little'}-endian pcap in ${nanoseconds ? 'nano' : 'micro'}seconds`;
      it(`understands ${what}`, () => {
        const file = files.write('a.pcap', pcapOf(FRAMES, { bigEndian, nanoseconds }));
        const { frames, timesNs, notes, leftOut } = framesIn(file);
        assert.deepEqual(frames, expected);
        assert.deepEqual([notes, leftOut], [[], 0]);
        const first = nanoseconds ? NANOSECONDS : MICROSECONDS;
        assert.deepEqual([timesNs[0], timesNs[3]], [first, nanoseconds ? first + 3n : first]);
      });
    }
  }

  it('understands pcapng, by hand and by editcap', () => {
    const byHand = files.write('a.pcapng', pcapngOf(FRAMES));
    assert.deepEqual(framesIn(byHand).frames, expected);
    assert.equal(framesIn(byHand).timesNs[3], NANOSECONDS + 3n);
    const pcap = files.write('b.pcap', pcapOf(FRAMES, { nanoseconds: true }));
    execFileSync('editcap', ['-F', 'pcapng', pcap, files.path('b.pcapng')]);
    assert.deepEqual(framesIn(files.path('b.pcapng')).frames, expected);
    assert.equal(framesIn(files.path('b.pcapng')).timesNs[3], NANOSECONDS + 3n);
  });

  it('stops at the limit', () => {
    const file = files.write('limit.pcap', pcapOf(FRAMES));
    assert.deepEqual(framesIn(file, 2).frames, expected.slice(0, 2));
    assert.deepEqual(framesIn(file, 100).frames, expected);
  });

  it('leaves out what cannot be sent, counts it and names it', () => {
    const whole = { data: plainFrame(60) };
    const part = { data: plainFrame(60), wireBytes: 100 };
    const records = [
      part,
      whole,
      { data: plainFrame(9019) },
      part,
      { data: plainFrame(13) },
      ...Array(5).fill(part),
    ];
    const { frames, notes, leftOut, positions } = framesIn(files.write('mixed.pcap', pcapOf(records)));
    assert.equal(frames.length, 1);
    assert.equal(leftOut, 9);
    assert.deepEqual([...positions], [1]);
    const file = files.path('mixed.pcap');
    assert.deepEqual(notes, [
      `7 of 10 frames of ${file} were captured in part and are left out: frame 1, 4, 6, 7, 8 …`,
      `1 of 10 frames of ${file} is longer than 9,018 bytes and is left out: frame 3`,
      `1 of 10 frames of ${file} is shorter than 14 bytes and is left out: frame 5`,
    ]);
  });

  it('keeps what is before the end of a file that is cut off', () => {
    const content = pcapOf(FRAMES);
    for (const missing of [1, 9018, 9018 + 15]) {
      const file = files.write('cut.pcap', content.subarray(0, content.length - missing));
      const { frames, notes } = framesIn(file);
      assert.deepEqual(frames, expected.slice(0, 3));
      assert.deepEqual(notes, [`${file} ends in the middle of a record; frames before it: 3`]);
    }
  });

  it('refuses in one line what is no capture of Ethernet frames', () => {
    const empty = files.write('empty.pcap', new Uint8Array(0));
    const text = files.write('text', Buffer.from('no capture at all, only words'));
    const none = files.write('none.pcap', pcapOf([]));
    const parts = files.write('parts.pcap', pcapOf([{ data: plainFrame(20), wireBytes: 60 }]));
    const raw = files.write('raw.pcap', pcapOf(FRAMES, { linkType: 101 }));
    const cooked = files.write('cooked.pcap', pcapOf(FRAMES, { linkType: 113 }));
    const broken = pcapOf(FRAMES);
    broken.writeUInt32LE(0x7fffffff, 24 + 8);
    for (const [file, pattern, exitCode] of [
      [empty, /^[^\n]*empty\.pcap: not a capture file: [^\n]+$/, 2],
      [text, /^[^\n]*text: not a capture file: unknown file format$/, 2],
      [none, /none\.pcap: no frame that can be sent$/, 2],
      [parts, /no frame that can be sent; 1 of 1 frames of [^\n]* was captured in part/, 2],
      [raw, /raw\.pcap: its frames are Raw IP \(RAW\); expected Ethernet \(EN10MB\)$/, 2],
      [cooked, /its frames are Linux cooked v1 \(LINUX_SLL\); expected Ethernet/, 2],
      [files.write('broken.pcap', broken), /broken\.pcap: frame 1: invalid packet capture length/, 2],
      [files.path('missing'), /missing: No such file or directory \(ENOENT\)$/, 4],
      [files.path('.'), /: Is a directory \(EISDIR\)$/, 4],
      ['/dev/zero', /^\/dev\/zero: not a regular file$/, 4],
    ] as const) {
      assert.throws(
        () => readCapture({ file, limitFrames: null }),
        (error: Error & { exitCode?: number }) => {
          assert.match(error.message, pattern);
          assert.equal(error.exitCode, exitCode);
          return true;
        },
      );
    }
  });

  it('does not wait for a FIFO', () => {
    execFileSync('mkfifo', [files.path('fifo')]);
    assert.throws(() => readCapture({ file: files.path('fifo'), limitFrames: null }), /not a regular file/);
  });

  it('takes 1,048,576 frames, and not one more', () => {
    const record = { data: plainFrame(14) };
    const most = files.write('most.pcap', pcapOf(Array(1_048_576).fill(record)));
    assert.equal(native().readCapture(most, null).offsets.length, 1_048_576);
    const more = files.write('most.pcap', pcapOf(Array(1_048_577).fill(record)));
    assert.throws(() => readCapture({ file: more, limitFrames: null }), /more than 1,048,576 frames/);
    assert.equal(readCapture({ file: more, limitFrames: 1_048_576 }).lengths.length, 1_048_576);
  });

  it('survives what chance makes of a file', () => {
    let state = 1;
    const random = (below: number) => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return (state >>> 8) % below;
    };
    for (let round = 0; round < 500; round++) {
      const content = round % 2 === 0 ? pcapOf(FRAMES.slice(0, 3)) : pcapngOf(FRAMES.slice(0, 3));
      for (let i = 0; i < 4; i++) content[random(Math.min(content.length, 400))] = random(256);
      const file = files.write('fuzzed', content.subarray(0, random(content.length + 1)));
      try {
        const { lengths, offsets, bytes } = readCapture({ file, limitFrames: null });
        lengths.forEach((length, i) => {
          assert.ok((offsets[i] ?? 0) + length <= bytes.length);
        });
      } catch (error) {
        assert.match(String((error as Error).name), /^(UsageError|HostError)$/);
        assert.doesNotMatch((error as Error).message, /\n/);
      }
    }
  });
});
