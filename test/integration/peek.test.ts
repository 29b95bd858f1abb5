// Frames as libpcap sees them, by the optional package cap: at the device, at the far end, or not at all and why.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { Peeked, PeekOptions, RunOptions } from 'pktgen';
import { needsCap } from '../support/cap.js';
import { needsRoot, withNamespace } from '../support/namespace.js';
import { PATIENCE, ROOT, spawnPktgen, WITHOUT_CAPABILITIES } from '../support/pktgen.js';

const SOURCE = `
  import { formatPeeked, peekRun, resolvePlan, startRun } from 'pktgen';
  const [options, peekOptions] = process.argv.slice(1).map((word) => JSON.parse(word));
  const run = await startRun(await resolvePlan(options));
  const peeked = await peekRun(run, peekOptions);
  run.stop();
  const { plan } = await run.done;
  process.stdout.write(JSON.stringify({ ...peeked, frameHex: plan.frameHex, lines: peeked.seen.map((f) => formatPeeked(f)) }));`;

/** Enough for the slowest machine; a run ends when it has been looked at. */
const RUN: RunOptions = { cpus: [0], durationNs: 20e9 * PATIENCE };
const NOBODY = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];

interface Look extends Peeked {
  readonly frameHex: string;
  readonly lines: readonly string[];
}

async function look(
  options: RunOptions,
  peekOptions: PeekOptions = {},
  prefix: readonly string[] = [],
): Promise<Look> {
  const words = ['--input-type=module', '-e', SOURCE, JSON.stringify({ ...RUN, ...options })];
  const [program = '', ...args] = [...prefix, process.execPath, ...words, JSON.stringify(peekOptions)];
  const { stdout } = await promisify(execFile)(program, args, { cwd: ROOT, timeout: 30_000 * PATIENCE });
  return JSON.parse(stdout) as Look;
}

const UDP =
  'eth 02:70:6b:74:00:01 → 02:00:00:00:00:00, ipv4 198.18.0.1 → 198.19.0.1, udp 9 → 9, payload 18 bytes, frame 64 bytes with FCS';
const BYPASS = { engine: 'tx-ring', engineOptions: { qdiscBypass: true } } as const;

function requireFrames({ seen, lines, frameHex }: Look, count: number): void {
  assert.deepEqual(
    seen.map(({ hex }) => hex),
    Array(count).fill(frameHex),
  );
  assert.deepEqual(lines, Array(count).fill(UDP));
}

describe('a look at the frames of a run', { skip: needsCap }, () => {
  it('sees them byte for byte at the far end of a lab, past the queueing discipline as well', async () => {
    const seen = await look({ lab: true, ...BYPASS });
    requireFrames(seen, 5);
    assert.equal(seen.at, 'lab1');
    assert.match(seen.note ?? '', /slowed the sender down for .*s$/);
  });

  it('sees them at the device where the far end drops them before', { skip: needsRoot }, async () => {
    const seen = await look({ lab: true, engine: 'packet', farEnd: 'drop' }, { frames: 2 });
    requireFrames(seen, 2);
    assert.equal(seen.at, 'lab0');
  });

  it('says why where there is nothing to be seen', { skip: needsRoot }, async () => {
    const seen = await look({ lab: true, ...BYPASS, farEnd: 'drop' }, { timeoutMs: 100 });
    assert.deepEqual(seen.seen, []);
    assert.equal(
      seen.note,
      'nothing seen: lab1 drops by XDP before it shows anything; --qdisc-bypass passes by what lab0 shows to packet sockets',
    );
  });

  it('enters the user namespace of a lab without any capability', async () => {
    const prefix = process.getuid?.() === 0 ? NOBODY : [];
    const seen = await look({ lab: true, engine: 'packet' }, { frames: 1 }, prefix);
    requireFrames(seen, 1);
  });

  it('tells our frames from others by their source, on an interface that is not ours', {
    skip: needsRoot,
  }, async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      const args = [
        '--iface',
        'far0',
        '--engine',
        'packet',
        '--rate',
        '100pps',
        '--duration',
        '20s',
        '--quiet',
      ];
      const stranger = spawnPktgen(args, namespace);
      try {
        const shape = { kind: 'constant', rate: { unit: 'pps', value: 20 } } as const;
        const options = { iface: 'near0', engine: 'packet', shape };
        const { seen, frameHex } = await look(options, { frames: 3 }, namespace.prefix);
        assert.deepEqual(
          seen.map(({ hex }) => hex),
          Array(3).fill(frameHex),
        );
        const all = await look(options, { frames: 20, filter: '' }, namespace.prefix);
        assert.ok(all.seen.some(({ hex }) => hex !== frameHex));
      } finally {
        stranger.kill();
      }
    });
  });

  it('decodes what there is: VLAN, IPv6, TCP, ARP, unknown types', async () => {
    const packets: readonly (readonly [object[], RegExp])[] = [
      [
        [
          { protocol: 'vlan', fields: { id: 7 } },
          { protocol: 'ipv6', fields: {} },
          { protocol: 'tcp', fields: { srcPort: 5, dstPort: 80 } },
        ],
        /, vlan id 7, ipv6 \S+ → \S+, tcp 5 → 80, payload 0 bytes, frame \d+ bytes with FCS$/,
      ],
      [
        [{ protocol: 'arp', fields: {} }],
        /, arp \S+ → \S+ operation 1, payload 0 bytes, frame 64 bytes with FCS$/,
      ],
      [[{ protocol: 'raw', fields: { bytes: '0102' } }], /eth \S+ → \S+/],
    ];
    for (const [headers, pattern] of packets) {
      const ethernet = { protocol: 'ethernet', fields: {} };
      const stream = {
        name: 'one',
        weight: 1,
        count: null,
        sizes: null,
        headers: [ethernet, ...headers],
        payload: { kind: 'byte', value: 0, lengthBytes: null },
        flows: null,
      };
      const traffic = { seed: 1, order: 'smooth', streams: [stream] } as unknown as NonNullable<
        RunOptions['traffic']
      >;
      const { lines } = await look({ lab: true, engine: 'packet', traffic }, { frames: 1 });
      assert.match(lines[0] ?? '', pattern);
    }
  });

  it('ends at once when it is told to, and its process with it', { skip: needsRoot }, async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      const script = `
        import { readFileSync } from 'node:fs';
        import { setTimeout as sleep } from 'node:timers/promises';
        import { peek } from 'pktgen';
        const telling = new AbortController();
        const place = { interface: 'near0', namespaces: null, farEnd: null };
        const looking = peek(place, { timeoutMs: 60e3, signal: telling.signal });
        const isWatched = () => readFileSync('/proc/net/packet', 'utf8').trim().includes('\\n');
        while (!isWatched()) await sleep(20);
        telling.abort();
        process.stdout.write((await looking).note);
        while (isWatched()) await sleep(20);`;
      const [program = '', ...prefix] = namespace.prefix;
      const args = [...prefix, process.execPath, '--input-type=module', '-e', script];
      const { stdout } = await promisify(execFile)(program, args, { cwd: ROOT, timeout: 30_000 * PATIENCE });
      assert.match(stdout, /^nothing could be watched: .*aborted$/);
    });
  });

  it('is refused without CAP_NET_RAW in one line', { skip: needsRoot }, async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      const script = `
        import { peek } from 'pktgen';
        const { note } = await peek({ interface: 'near0', namespaces: null, farEnd: null });
        process.stdout.write(note);`;
      const words = [
        ...namespace.prefix,
        ...WITHOUT_CAPABILITIES,
        process.execPath,
        '--input-type=module',
        '-e',
        script,
      ];
      const [program = '', ...args] = words;
      const { stdout } = await promisify(execFile)(program, args, { cwd: ROOT });
      assert.equal(stdout, 'near0 cannot be watched: not permitted: it needs CAP_NET_RAW');
    });
  });
});
