import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { replayTraffic } from '#src/capture/traffic.js';
import { compile } from '#src/compile/compile.js';
import { Files, pcapOf } from '../../support/capture-file.js';
import { compileFrame, headersOf } from '../../support/compiled.js';
import { ANSWERS, conversations, hostless } from '../../support/conversations.js';
import { replayed, type Seen, seen } from '../../support/replayed.js';

const LOOPS = 5;
const BAD = '0';

const swapped = (words: string) => words.split(' ').reverse().join(' ');
/** The same for both directions. */
const conversationOf = ({ src, dst, ports }: Seen) =>
  [`${src} ${ports.split(' ')[0]}`, `${dst} ${ports.split(' ')[1]}`].sort().join(' | ');

describe('unique addresses in each loop', () => {
  const files = new Files();
  after(() => files.remove());
  const fileOf = (frames: readonly Uint8Array[]) =>
    files.write('frames.pcap', pcapOf(frames.map((data) => ({ data }))));

  for (const workers of [1, 2, 3]) {
    it(`move on, with right checksums and both directions together (${workers} workers)`, async () => {
      const frames = await conversations();
      const options = { file: fileOf(frames), uniquePerLoop: true };
      const { frames: sent } = await replayed(options, LOOPS * frames.length, workers);
      assert.deepEqual(
        sent.slice(0, frames.length),
        frames.map((frame) => new Uint8Array(frame)),
      );
      const rows = seen(sent);
      const before = rows.slice(0, frames.length);
      const loops = Array.from({ length: LOOPS }, (_, loop) =>
        rows.slice(loop * frames.length, (loop + 1) * frames.length),
      );
      const conversationsSeen = new Set<string>();
      for (const loop of loops) {
        const fresh = new Set(loop.map(conversationOf));
        for (const one of fresh) assert.ok(!conversationsSeen.has(one), `${one} again`);
        for (const one of fresh) conversationsSeen.add(one);
        loop.forEach(({ ports, statuses, dst }, i) => {
          assert.equal(ports, before[i]?.ports);
          assert.deepEqual(statuses, before[i]?.statuses);
          assert.ok(!statuses.includes(BAD));
          if (before[i]?.dst === '224.0.0.251') assert.equal(dst, '224.0.0.251');
        });
        for (const i of ANSWERS) {
          const { src, dst, ports } = loop[i - 1] as Seen;
          assert.deepEqual([loop[i]?.dst, loop[i]?.src, swapped(loop[i]?.ports ?? '')], [src, dst, ports]);
        }
      }
      assert.equal(loops[3]?.[0]?.src, '10.1.2.6');
    });
  }

  it('keep the order of the file, whatever the layouts of its frames', async () => {
    const frames = await conversations();
    const { program, frames: sent } = await replayed(
      { file: fileOf(frames), uniquePerLoop: true },
      3 * frames.length,
    );
    assert.ok(program.streams.length > 4);
    assert.deepEqual(
      sent.map(({ length }) => length),
      [0, 1, 2].flatMap(() => frames.map(({ length }) => length)),
    );
  });

  it('step over neighbouring conversations', async () => {
    const numbers = [0, 1, 2, 7];
    const frames = await Promise.all(
      numbers.map((i) =>
        compileFrame(headersOf([['ipv4', { src: `10.0.0.${i + 1}`, dst: `10.0.1.${i + 1}` }], 'udp'])),
      ),
    );
    const { frames: sent } = await replayed(
      { file: fileOf(frames), uniquePerLoop: true },
      40 * frames.length,
    );
    const rows = seen(sent).map(conversationOf);
    assert.equal(new Set(rows).size, rows.length);
  });

  it('add a carry through all of the address and its checksums', async () => {
    const headers = [
      ['ipv4', { src: '10.255.255.254', dst: '10.0.255.255' }],
      ['ipv6', { src: '2001:db8::ffff:fffe', dst: '2001:db8::1:0:0' }],
    ] as const;
    const frames = await Promise.all(headers.map((ip) => compileFrame(headersOf([ip, 'udp']))));
    const { frames: sent } = await replayed({ file: fileOf(frames), uniquePerLoop: true }, 8);
    const rows = seen(sent);
    assert.deepEqual([rows[4]?.src, rows[4]?.dst], ['11.0.0.0', '10.1.0.1']);
    assert.deepEqual([rows[5]?.src, rows[5]?.dst], ['2001:db8::', '2001:db8::1:0:2']);
    for (const { statuses } of rows) assert.ok(!statuses.includes(BAD));
  });

  it('never switch the checksum of UDP off: a computed 0 is sent as 0xffff', async () => {
    const frame = await compileFrame(headersOf([['ipv4', { src: '10.0.0.1', dst: '10.9.0.1' }], 'udp']));
    const { frames } = await replayed({ file: fileOf([frame]), uniquePerLoop: true }, 70_000);
    const checksums = frames.map((one) => Buffer.from(one).readUInt16BE(40));
    assert.ok(checksums.includes(0xffff));
    assert.ok(!checksums.includes(0));
  });

  it('say how many loops differ, and which frames are always the same', async () => {
    const frames = [...(await hostless()), ...(await conversations()).slice(0, 1)];
    const file = fileOf(frames);
    const { program, frames: sent } = await replayed({ file, uniquePerLoop: true }, 6);
    assert.deepEqual(sent.slice(3, 5), sent.slice(0, 2));
    assert.notDeepEqual(sent[5], sent[2]);
    assert.deepEqual(program.notes, [
      `2 of 3 frames of ${file} that are sent have no IP address of a host, and are the same in every loop: frame 1, 2`,
    ]);
    // 192.0.2.9 is the highest address: until 223.255.255.255.
    assert.equal(program.captures?.[0]?.uniqueLoops, 0xe0000000 - 0xc0000209);
  });

  it('need a capture that is alone, and no count of its own', async () => {
    const file = fileOf(await conversations());
    const traffic = replayTraffic({ file, uniquePerLoop: true });
    const two = { ...traffic, streams: [...traffic.streams, ...traffic.streams] };
    await assert.rejects(compile(two), /need the capture to be the only stream/);
    const counted = { ...traffic, streams: traffic.streams.map((stream) => ({ ...stream, count: 5 })) };
    await assert.rejects(compile(counted), /count the run instead/);
  });
});
