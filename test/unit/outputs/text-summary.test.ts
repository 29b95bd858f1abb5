import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunPlan } from '#src/run/plan.js';
import type { Snapshot } from '#src/run/snapshot.js';
import { type Finding, type Summary, summarize } from '#src/run/summary.js';
import { delta, LINE_RATE, plan, snapshot, TRAFFIC, worker } from '../support/samples.js';
import { cellsOf, HEADINGS, lineOf, linesOf } from '../support/text.js';

const { packets: PACKETS } = LINE_RATE;

interface Case extends Partial<Snapshot> {
  readonly plan?: Partial<RunPlan>;
  readonly events?: readonly Finding[];
  readonly driver?: string | null;
  readonly streams?: Summary['streams'];
}

/** What is written at the end of one worker's run at line rate, but for the changes. */
function ending({
  plan: changes = {},
  events = [],
  driver = 'ixgbe',
  streams = [],
  ...last
}: Case = {}): string[] {
  const summary = summarize(plan(changes), snapshot([worker()], { streams, ...last }), {
    driver,
    events,
    processStartedAtMs: 0,
  });
  return linesOf((output) => output.end(summary));
}

test('one worker ends with one row of totals over the whole run and what was sent', () => {
  const lines = ending();
  assert.deepEqual(cellsOf(lines[1]), HEADINGS);
  assert.deepEqual(cellsOf(lines[2]), [
    ...[
      '21.00 s',
      'total',
      '14.88 Mpps',
      '7.619 Gbit/s',
      '10.00 Gbit/s',
      '100.00',
      '67.2',
      '65.9',
      '50.0',
      '0',
    ],
  ]);
  assert.deepEqual(lines.slice(3), [
    '',
    'sent     312,500,000 frames, 20,000,000,000 bytes (FCS included) in 6,250,000 system calls',
  ]);
});

test('where the time of a packet went stands below what was sent, without parts that are zero', () => {
  const measured = { sampledSeconds: 2, sampledCallSeconds: 1.5, sampledCalls: 2e6, emptyCallNs: 100 };
  const busy = worker({ ...measured, packets: 1_000_000, seconds: 1, cpuSeconds: 1 });
  const lines = ending({ workers: [busy] });
  assert.equal(lines[5], 'time     a packet: fill 250.0 ns, entry 100.0, kernel 650.0 (from samples)');
  const waited = worker({ ...measured, packets: 1_000_000, seconds: 1, idleSeconds: 0.5, roomSeconds: 0.5 });
  assert.equal(
    lineOf(ending({ workers: [waited] }), 'time  '),
    'time     a packet: room 500.0 ns, idle 500.0 (from samples)',
  );
});

test('several workers end with a row each above the total', () => {
  const workers = [worker({ packets: PACKETS / 5 }), worker({ cpu: 3, packets: (PACKETS * 4) / 5 })];
  const rows = ending({ workers }).slice(2, 5).map(cellsOf);
  assert.deepEqual(
    rows.map((cells) => cells.slice(-9, -4)),
    [
      ['2', '2.976 Mpps', '1.524 Gbit/s', '2.000 Gbit/s', '20.00'],
      ['3', '11.90 Mpps', '6.095 Gbit/s', '8.000 Gbit/s', '80.00'],
      ['total', '14.88 Mpps', '7.619 Gbit/s', '10.00 Gbit/s', '100.00'],
    ],
  );
});

test('errors are shown by name with their counts', () => {
  const lines = ending({ workers: [worker({ errors: { EAGAIN: 1234 } })] });
  assert.equal(lineOf(lines, 'errors'), 'errors   EAGAIN 1,234');
  const both = ending({ workers: [worker({ errors: { EAGAIN: 1234, ENOBUFS: 5 } })] });
  assert.equal(lineOf(both, 'errors'), 'errors   EAGAIN 1,234, ENOBUFS 5');
});

for (const [difference, verdict] of [
  [0, 'agrees exactly'],
  [1, 'agrees within 0.01 %'],
  [-31_250, 'agrees within 0.01 %'],
  [-31_251, 'DISAGREES'],
  [31_251, 'DISAGREES'],
] as const) {
  test(`a device that counts ${difference} of 312,500,000 frames ${verdict}`, () => {
    const lines = ending({ device: delta({ txPackets: PACKETS + difference, txDropped: 7 }) });
    const count = (PACKETS + difference).toLocaleString('en-US');
    assert.equal(
      lineOf(lines, 'device'),
      `device   eth1 (ixgbe) counted ${count} (tx_packets), dropped 7: ${verdict}`,
    );
    assert.equal(
      lines.some((line) => line.startsWith('NOT HELD')),
      verdict === 'DISAGREES',
    );
  });
}

test('a device that is gone shows its last reading', () => {
  const lines = ending({ device: delta({ txPackets: PACKETS - 7, gone: true }) });
  assert.match(lineOf(lines, 'device'), /eth1 \(ixgbe\) counted 312,499,993 .*: gone since$/);
});

test('an ifb shows what it received; a device without a driver name says so', () => {
  const device = delta({ name: 'sink0', rxPackets: PACKETS, txPackets: 5 });
  assert.match(
    lineOf(ending({ device, driver: 'ifb' }), 'device'),
    /312,500,000 \(rx_packets\).*agrees exactly$/,
  );
  assert.match(
    lineOf(ending({ device, driver: null }), 'device'),
    /\(no driver name\) counted 5 \(tx_packets\)/,
  );
});

for (const [rxPackets, verdict] of [
  [PACKETS, 'all arrived'],
  [PACKETS - 1_000_000, '1,000,000 missing'],
  [PACKETS + 1_000_000, '1,000,000 more than sent'],
] as const) {
  test(`a far end that received ${rxPackets} of ${PACKETS} frames: ${verdict}`, () => {
    const line = lineOf(ending({ farEnd: delta({ name: 'lab1', rxPackets }) }), 'far end');
    assert.equal(line, `far end  lab1 received ${rxPackets.toLocaleString('en-US')}: ${verdict}`);
  });
}

test('frames that the IP layer of the far end saw are shown beside those that arrived', () => {
  const farEnd = delta({ name: 'lab1', rxPackets: PACKETS, rxOtherhostDropped: 4321 });
  assert.match(lineOf(ending({ farEnd }), 'far end'), /312,500,000; its IP layer saw 4,321: all arrived$/);
});

test('a note about the figures stands below them and is no finding', () => {
  const lines = ending({ workers: [worker({ offCpuSeconds: 10.5 })] });
  assert.match(lineOf(lines, 'note'), /^note {5}CPU 2 was shared.*50 %/);
  assert.ok(!lines.some((line) => line.startsWith('NOT HELD')));
});

test('every finding stands on a line of its own', () => {
  const events = [{ code: 'link-down', message: 'eth1 went down during the run' }];
  const held = ending({ plan: { countPackets: PACKETS } });
  assert.ok(!held.some((line) => line.startsWith('NOT HELD')));
  assert.deepEqual(ending({ plan: { countPackets: PACKETS + 1 }, events }).slice(-2), [
    'NOT HELD eth1 went down during the run',
    'NOT HELD 312,500,000 of 312,500,001 frames were sent',
  ]);
});

test('a dry run shows the headers and the bytes, and says that nothing was sent', () => {
  const headers = [{ protocol: 'udp', fields: { srcPort: 9, dstPort: 53 } }];
  const traffic = {
    ...TRAFFIC,
    streams: TRAFFIC.streams.map((stream) => ({ ...stream, name: 'dns', headers })),
  };
  const frameHex = '00112233445566778899aabbccddeeff0102';
  const lines = linesOf((output) => output.plan(plan({ traffic, frameHex })));
  assert.equal(lineOf(lines, 'to '), 'to       eth1');
  assert.equal(lineOf(lines, 'dns'), 'dns      udp srcPort=9 dstPort=53');
  assert.deepEqual(lines.slice(-3), [
    '0x0000:  0011 2233 4455 6677 8899 aabb ccdd eeff',
    '0x0010:  0102',
    '         dry run: nothing was sent',
  ]);
});

test('several streams are listed with their frames and share; a single one is not', () => {
  const streams = [
    { name: 'dns', packets: 3000, bytes: 3000 * 64 },
    { name: 'video', packets: 1000, bytes: 1000 * 1518 },
  ];
  assert.ok(ending({ streams }).some((line) => /dns +3,000/.test(line)));
  assert.ok(ending({ streams }).some((line) => /video +1,000/.test(line)));
  assert.ok(!ending({ streams: streams.slice(0, 1) }).some((line) => line.includes('dns')));
});
