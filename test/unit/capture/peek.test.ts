import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import type { Layer } from '#src/capture/decode.js';
import { judge, type PeekedFrame, type PeekLine, peek } from '#src/capture/peek.js';
import { formatPeeked } from '#src/capture/peek-text.js';
import { blindSpots } from '#src/run/peek.js';
import { plan } from '../support/samples.js';

const layer = (
  protocol: string,
  from: string | null = null,
  to: string | null = null,
  detail = '',
): Layer => ({
  protocol,
  from,
  to,
  detail,
});
const ETH = layer('eth', '02:00:00:00:00:01', 'ff:ff:ff:ff:ff:ff');

function frame(
  layers: readonly Layer[],
  payloadBytes: number,
  changes: Partial<PeekedFrame> = {},
): PeekedFrame {
  return { hex: '', bytes: 60, isTruncated: false, layers, payloadBytes, ...changes };
}

test('a frame in one line: each header with its ends, then what is left', () => {
  const udp = [ETH, layer('ipv4', '198.18.0.1', '198.19.0.1'), layer('udp', '9', '10')];
  assert.equal(
    formatPeeked(frame(udp, 18)),
    'eth 02:00:00:00:00:01 → ff:ff:ff:ff:ff:ff, ipv4 198.18.0.1 → 198.19.0.1, udp 9 → 10, payload 18 bytes, frame 64 bytes with FCS',
  );
  assert.match(formatPeeked(frame(udp, 18), '->'), /udp 9 -> 10/);
});

test('addresses of IPv6 in their short form, details where there are some', () => {
  const ipv6 = layer(
    'ipv6',
    '2001:0db8:0000:0000:0000:0000:0000:0001',
    'ff02:0000:0000:0000:0000:0000:0000:0001',
  );
  const layers = [ETH, layer('vlan', null, null, 'id 7'), ipv6, layer('protocol 58')];
  assert.equal(
    formatPeeked(frame(layers, 32)),
    'eth 02:00:00:00:00:01 → ff:ff:ff:ff:ff:ff, vlan id 7, ipv6 2001:db8::1 → ff02::1, protocol 58, payload 32 bytes, frame 64 bytes with FCS',
  );
});

test('what could not be decoded is its length, and what was cut says so', () => {
  assert.equal(formatPeeked(frame([], 0)), 'frame 64 bytes with FCS');
  assert.equal(
    formatPeeked(frame([ETH], 46, { isTruncated: true })),
    `eth ${ETH.from} → ${ETH.to}, payload 46 bytes, frame 64 bytes with FCS, cut short`,
  );
});

describe('what the answers of libpcap’s process mean', () => {
  const request = { places: ['lab1', 'lab0'], timeoutMs: 1000 };
  const watched = (at: string, seen: number): PeekLine => ({ kind: 'watched', at, seen, openMs: 12.3 });
  const noteOf = (lines: readonly PeekLine[], failure = '', blind = {}) =>
    judge(lines, request, blind, failure).note;

  it('frames: where, and what it cost', () => {
    const seen = frame([ETH], 46);
    const result = judge(
      [watched('lab1', 0), { kind: 'frame', frame: seen }, watched('lab0', 1)],
      request,
      {},
      '',
    );
    assert.deepEqual(result, {
      seen: [seen],
      at: 'lab0',
      note: 'by libpcap, whose open socket slowed the sender down for 12.3 ms',
    });
  });

  it('nothing: the reason of each place, or how long it was watched', () => {
    const lines = [watched('lab1', 0), watched('lab0', 0)];
    assert.equal(noteOf(lines), 'nothing seen: no frame at lab1 within 1 s; no frame at lab0 within 1 s');
    assert.equal(
      noteOf(lines, '', { lab1: 'it drops' }),
      'nothing seen: it drops; no frame at lab0 within 1 s',
    );
  });

  it('no package, no permission, no interface, no process', () => {
    assert.match(
      noteOf([{ kind: 'missing', message: 'MODULE_NOT_FOUND' }]) ?? '',
      /package cap is not there/,
    );
    const refused = (message: string): PeekLine => ({ kind: 'refused', at: 'eth1', message });
    assert.equal(
      noteOf([refused("You don't have permission to perform this capture on that device")]),
      'eth1 cannot be watched: not permitted: it needs CAP_NET_RAW',
    );
    assert.equal(noteOf([refused('No such device exists')]), 'eth1 cannot be watched: No such device exists');
    assert.equal(noteOf([], 'spawn nsenter ENOENT'), 'nothing could be watched: spawn nsenter ENOENT');
  });
});

test('which interfaces of a plan show nothing, and why', () => {
  const lab = { kind: 'lab', name: 'lab0', farEnd: 'lab1', farEndDoes: 'stack', queues: 2 } as const;
  const engine = (name: string, options = {}) => ({ ...plan().engine, name, options });
  const blind = (...[name, options]: Parameters<typeof engine>) =>
    Object.keys(blindSpots({ engine: engine(name, options), target: lab }));
  assert.deepEqual(blind('tx-ring', { qdiscBypass: false }), []);
  assert.deepEqual(blind('tx-ring', { qdiscBypass: true }), ['lab0']);
  assert.deepEqual(blind('xdp'), ['lab0']);
  assert.deepEqual(blind('live'), ['lab0']);
  const dropping = { engine: engine('packet'), target: { ...lab, farEndDoes: 'drop' } } as const;
  assert.deepEqual(blindSpots(dropping), { lab1: 'lab1 drops by XDP before it shows anything' });
});

describe('a look', () => {
  const NOWHERE = { interface: 'pktgen-nowhere', namespaces: null, farEnd: null };

  it('takes what else its process says for no answer', async () => {
    const before = process.env['NODE_OPTIONS'];
    const noise = 'for (const text of ["{", "null", "7", "[]"]) console.log(text)';
    process.env['NODE_OPTIONS'] = `--import=data:text/javascript,${encodeURIComponent(noise)}`;
    try {
      const { seen, note } = await peek(NOWHERE);
      assert.deepEqual(seen, []);
      assert.match(note ?? '', /^pktgen-nowhere cannot be watched: |package cap is not there/);
    } finally {
      if (before === undefined) delete process.env['NODE_OPTIONS'];
      else process.env['NODE_OPTIONS'] = before;
    }
  });

  it('says in its note what went wrong, whatever it was', async () => {
    const { note } = await peek(NOWHERE, { filter: 'x'.repeat(1 << 20) });
    assert.match(note ?? '', /^nothing could be watched: .*E2BIG/);
    const { note: aborted } = await peek(NOWHERE, { signal: AbortSignal.abort() });
    assert.match(aborted ?? '', /^nothing could be watched: .*aborted/);
  });
});
