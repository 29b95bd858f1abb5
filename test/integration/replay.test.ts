import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, describe, it } from 'node:test';
import { framesOf } from '../support/capture.js';
import { Files, pcapOf, plainFrame } from '../support/capture-file.js';
import { conversations } from '../support/conversations.js';
import { needsRoot, withNamespace } from '../support/namespace.js';
import { pktgen, pktgenJson } from '../support/pktgen.js';

const SIZES = [60, 61, 64, 128, 1514, 4000, 9018, 60];
const MIXED = SIZES.map((bytes, i) => ({ data: plainFrame(bytes, i), timeNs: BigInt(i) * 1_000_000n }));

describe('pktgen replay', () => {
  const files = new Files();
  after(() => files.remove());
  const mixed = files.write('mixed.pcap', pcapOf(MIXED));
  const out = files.path('out.pcap');
  // What is sent, not when: test/integration/replay-timing.test.ts looks at that.
  const replay = (...args: readonly string[]) => pktgenJson(['replay', ...args, '--to', out, '--top-speed']);
  const hex = MIXED.map(({ data }) => Buffer.from(data).toString('hex'));

  it('sends the frames of the file in their order, once', async () => {
    const summary = await replay(mixed);
    assert.equal(summary.status, 0);
    assert.deepEqual(framesOf(out), hex);
    assert.equal(summary.total.packets, SIZES.length);
    const bytes = SIZES.reduce((sum, size) => sum + size + 4, 0);
    assert.equal(summary.total.bytes, bytes);
    const times = { durationNs: 7_000_000, lapNs: 8_000_000 };
    const facts = { file: mixed, frames: 8, bytes, leftOut: 0, ...times, uniqueLoops: null };
    assert.deepEqual(summary.plan.captures, [facts]);
  });

  it('goes through it as often as asked, or through its beginning', async () => {
    assert.equal((await replay(mixed, '--loop', '40')).total.packets, 320);
    assert.deepEqual(framesOf(out), Array(40).fill(hex).flat());
    await replay(mixed, '--limit', '3', '--loop', '2', '--batch', '1');
    assert.deepEqual(framesOf(out), [...hex.slice(0, 3), ...hex.slice(0, 3)]);
    // The engine ends by itself.
    assert.equal((await replay(mixed, '--loop', 'forever')).total.packets, 1000);
    assert.deepEqual(framesOf(out), Array(125).fill(hex).flat());
  });

  it('reads pcapng as it reads pcap, whatever wrote it', async () => {
    for (const format of ['pcapng', 'nsecpcap', 'pcap']) {
      execFileSync('editcap', ['-F', format, mixed, files.path(format)]);
      await replay(files.path(format));
      assert.deepEqual(framesOf(out), hex);
    }
    execFileSync('mergecap', ['-a', '-w', files.path('merged'), mixed, files.path('pcapng')]);
    await replay(files.path('merged'));
    assert.deepEqual(framesOf(out), [...hex, ...hex]);
    await replay(out, '--loop', '2');
    assert.deepEqual(framesOf(out), Array(4).fill(hex).flat(), 'read to the end before it is written');
  });

  it('says which frames are left out, and how many there are', async () => {
    const short = files.path('short.pcap');
    execFileSync('editcap', ['-F', 'pcap', '-s', '1000', mixed, short]);
    const { status, stdout } = await pktgen(['replay', short, '--to', out, '--loop', '2', '--top-speed']);
    assert.equal(status, 0);
    assert.match(stdout, /capture {2}\S+: 5 frames, 393 bytes \(FCS included\); 3 left out; 2 loops\n/);
    assert.match(
      stdout,
      /note {5}3 of 8 frames of \S+ were captured in part and are left out: frame 5, 6, 7\n/,
    );
    assert.match(stdout, /; gone through 2\.00 times\n/);
    const kept = hex.filter((frame) => frame.length <= 2000);
    assert.deepEqual(framesOf(out), [...kept, ...kept]);
  });

  it('rewrites addresses and moves them on, with checksums that tshark confirms', async () => {
    const frames = await conversations();
    const file = files.write('talk.pcap', pcapOf(frames.map((data) => ({ data }))));
    const rules = ['--src-ip', '10.0.0.0/8=198.18.0.0/16', '--dst-ip', '10.0.0.0/8=198.18.0.0/16'];
    await replay(file, '--loop', '3', '--unique-ip', ...rules, '--dst-mac', '02:00:00:00:00:77');
    const checks = ['ip', 'udp', 'tcp'].flatMap((one) => ['-o', `${one}.check_checksum:TRUE`]);
    const show = (filter: string) =>
      execFileSync(
        'tshark',
        ['-r', out, ...checks, '-Y', filter, '-T', 'fields', '-e', 'ip.src', '-e', 'ip.dst'],
        {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        },
      );
    for (const protocol of ['ip', 'udp', 'tcp', 'icmpv6']) {
      assert.equal(show(`${protocol}.checksum.status == 0`), '', protocol);
      assert.notEqual(show(`${protocol}.checksum.status == 1`), '', protocol);
    }
    assert.equal(show('eth.dst != 02:00:00:00:00:77'), '');
    const talk = ['198.18.2.3\t192.0.2.9', '192.0.2.9\t198.18.2.3', '198.18.2.4\t192.0.2.10'];
    assert.deepEqual(show('tcp && ip').split('\n').slice(0, 3), talk);
  });

  it('refuses in one line, and says what would be right', async () => {
    const cooked = files.write('cooked.pcap', pcapOf(MIXED, { linkType: 113 }));
    for (const [args, status, pattern] of [
      [[], 2, /^pktgen: FILE is missing: the capture file\n$/],
      [[mixed, 'more', '--to', out], 2, /^pktgen: more: one word too many\n$/],
      [[mixed, '--to', out, '--size', '64'], 2, /^pktgen: --size: no such option/],
      [[mixed, '--to', out, '--loop', 'x'], 2, /^pktgen: --loop x: expected a whole number from 0/],
      [
        [mixed, '--to', out, '--limit', '0'],
        2,
        /^pktgen: --limit 0: expected a whole number from 1 to 1048576\n$/,
      ],
      [
        [mixed, '--to', out, '--loop', '9000000G'],
        2,
        /^pktgen: --loop 9000000000000000: expected a whole number/,
      ],
      [[mixed, '--to', out, '--dst-ip', 'x'], 2, /^pktgen: [^\n]*dstIp x: expected an IPv4 address/],
      [[files.path('no'), '--to', out], 4, /^pktgen: [^\n]*no: No such file or directory \(ENOENT\)\n$/],
      [
        [cooked, '--to', out],
        2,
        /^pktgen: [^\n]*Linux cooked v1 \(LINUX_SLL\); expected Ethernet \(EN10MB\)\n$/,
      ],
      [[mixed], 2, /^pktgen: where to\?/],
    ] as const) {
      const result = await pktgen(['replay', ...args]);
      assert.equal(result.status, status, result.stderr);
      assert.match(result.stderr, pattern);
      assert.equal(result.stdout, '');
    }
  });

  it('is counted by the far end of a wire, frame by frame', { skip: needsRoot }, async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      const summary = await pktgenJson(
        ['replay', mixed, '--iface', 'near0', '--loop', '1251', '--top-speed'],
        namespace,
      );
      assert.equal(summary.status, 0);
      assert.equal(summary.total.packets, 10_008);
      assert.equal(namespace.received('far0'), 10_008);
      assert.equal(summary.workers.length, 1);
    });
  });

  it('arrives over a wire in order, unique addresses and several workers included', {
    skip: needsRoot,
  }, async () => {
    const frames = await conversations();
    const file = files.write('talk.pcap', pcapOf(frames.map((data) => ({ data }))));
    await withNamespace(async (namespace) => {
      namespace.addPair();
      const args = [
        'replay',
        file,
        '--iface',
        'near0',
        '--loop',
        '500',
        '--unique-ip',
        '--qdisc-bypass',
        '--top-speed',
      ];
      const summary = await pktgenJson([...args, '--cpus', '0,1'], namespace);
      assert.equal(namespace.received('far0'), 500 * frames.length);
      assert.match(summary.plan.notes.join(), /2 workers share the frames/);
      // One stream of the model, several of the program.
      const { packets, bytes } = summary.total;
      assert.deepEqual(summary.streams, [{ name: 'capture', packets, bytes }]);
    });
  });

  it('names the MTU when the longest frame does not fit', { skip: needsRoot }, async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair('near0', 'far0', 1, 1500);
      const { status, stderr } = await pktgen(['replay', mixed, '--iface', 'near0'], namespace);
      assert.equal(status, 4);
      assert.match(stderr, /the longest frame of the capture: 9022: the MTU of near0 is 1500/);
    });
  });
});
