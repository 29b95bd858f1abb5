import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExitCode } from '#src/errors.js';
import type { RunPlan } from '#src/run/plan.js';
import type { Snapshot } from '#src/run/snapshot.js';
import { type Finding, summarize } from '#src/run/summary.js';
import { delta, plan, snapshot, worker } from '../support/samples.js';

const PACKETS = 1_000_000;
/** 0.01 % of them. */
const TOLERANCE = 100;

const STREAMS = [{ name: 'udp', packets: PACKETS, bytes: 64 * PACKETS }];

interface Case {
  readonly plan?: Partial<RunPlan>;
  readonly last?: Partial<Snapshot>;
  readonly driver?: string | null;
  readonly events?: readonly Finding[];
}

function summaryOf({ plan: changes = {}, last = {}, driver = 'ixgbe', events = [] }: Case) {
  const state = snapshot([worker({ packets: PACKETS })], { streams: STREAMS, ...last });
  return summarize(plan(changes), state, { driver, events, processStartedAtMs: 1000 });
}

function codesOf(what: Case): string[] {
  return summaryOf(what).findings.map((finding) => finding.code);
}

test('a run whose device and far end agree exactly holds', () => {
  const summary = summaryOf({
    plan: { countPackets: PACKETS },
    last: { device: delta({ txPackets: PACKETS }), farEnd: delta({ name: 'eth2', rxPackets: PACKETS }) },
  });
  assert.deepEqual(summary.findings, []);
  assert.equal(summary.exitCode, ExitCode.ok);
  assert.equal(summary.schemaVersion, 4);
  assert.equal(summary.total.packets, PACKETS);
  assert.equal(summary.device?.differencePackets, 0);
  assert.equal(summary.device?.agrees, true);
  assert.equal(summary.device?.driver, 'ixgbe');
  assert.equal(summary.farEnd?.agrees, true);
});

for (const [difference, agrees] of [
  [TOLERANCE, true],
  [-TOLERANCE, true],
  [TOLERANCE + 1, false],
  [-TOLERANCE - 1, false],
] as const) {
  test(`a device that counts ${difference} of a million ${agrees ? 'agrees' : 'disagrees'}`, () => {
    const summary = summaryOf({ last: { device: delta({ txPackets: PACKETS + difference }) } });
    assert.equal(summary.device?.differencePackets, difference);
    assert.equal(summary.device?.agrees, agrees);
    assert.equal(summary.exitCode, agrees ? ExitCode.ok : ExitCode.notHeld);
  });
}

test('in a lab, where nobody else sends, a single frame is a disagreement', () => {
  const target = { kind: 'lab', name: 'lab0', farEnd: 'lab1', farEndDoes: 'stack', queues: 2 } as const;
  for (const difference of [-1, 0, 1]) {
    const device = delta({ txPackets: PACKETS + difference });
    assert.equal(summaryOf({ plan: { target }, last: { device } }).device?.agrees, difference === 0);
  }
});

test('a device that counts fewer, or more, is a finding with its name, the number and what it dropped', () => {
  const fewer = summaryOf({ last: { device: delta({ txPackets: PACKETS - 1234, txDropped: 5678 }) } });
  assert.deepEqual(fewer.findings, [
    {
      code: 'device-disagrees',
      message: 'eth1 counted 1,234 frames fewer than were sent in tx_packets, and dropped 5,678',
    },
  ]);
  const more = summaryOf({ last: { device: delta({ txPackets: PACKETS + 1234 }) } });
  assert.match(more.findings[0]?.message ?? '', /1,234 frames more than were sent/);
});

test('an ifb is judged by what it received, any other device by what it sent', () => {
  const device = delta({ rxPackets: PACKETS, txPackets: 3 });
  assert.equal(summaryOf({ last: { device }, driver: 'ifb' }).device?.counter, 'rx_packets');
  assert.deepEqual(codesOf({ last: { device }, driver: 'ifb' }), []);
  assert.deepEqual(codesOf({ last: { device }, driver: 'veth' }), ['device-disagrees']);
  assert.deepEqual(codesOf({ last: { device }, driver: null }), ['device-disagrees']);
});

test('frames lost on the way to the far end are a finding', () => {
  const summary = summaryOf({
    last: { farEnd: delta({ name: 'lab1', rxPackets: PACKETS - 2000, txPackets: PACKETS }) },
  });
  assert.equal(summary.farEnd?.differencePackets, -2000);
  assert.equal(summary.exitCode, ExitCode.notHeld);
  assert.deepEqual(summary.findings, [
    { code: 'far-end-disagrees', message: 'lab1 received 2,000 frames fewer than were sent' },
  ]);
});

test('a count is missed by a single frame, in either direction', () => {
  assert.deepEqual(codesOf({ plan: { countPackets: PACKETS } }), []);
  assert.deepEqual(codesOf({ plan: { countPackets: PACKETS - 1 } }), ['count-missed']);
  const summary = summaryOf({ plan: { countPackets: PACKETS + 1 } });
  assert.deepEqual(summary.findings, [
    { code: 'count-missed', message: '1,000,000 of 1,000,001 frames were sent' },
  ]);
  assert.equal(summary.exitCode, ExitCode.notHeld);
});

test('what runs before have sent of the same task is part of the count', () => {
  const of = (packets: number, countPackets: number, packetsBefore: number) =>
    summarize(plan({ countPackets }), snapshot([worker({ packets })]), {
      driver: null,
      events: [],
      processStartedAtMs: 0,
      packetsBefore,
    }).findings;
  assert.deepEqual(of(661_894, 1_216_345, 783_655), [
    { code: 'count-missed', message: '1,445,549 of 2,000,000 frames were sent' },
  ]);
  assert.deepEqual(of(1_216_346, 1_216_345, 783_655), [
    { code: 'count-missed', message: '2,000,001 of 2,000,000 frames were sent' },
  ]);
  assert.deepEqual(of(1_216_345, 1_216_345, 783_655), []);
});

test('with a duration a count is the most', () => {
  const ending = (endReason: 'duration' | 'stopped', packets: number, count: number) =>
    codesOf({
      plan: { countPackets: count, durationNs: 1e9 },
      last: { workers: [worker({ packets, endReason })] },
    });
  assert.deepEqual(ending('duration', 10, 20), []);
  assert.deepEqual(ending('stopped', 10, 20), ['count-missed']);
  assert.deepEqual(ending('duration', 21, 20), ['count-missed']);
  assert.deepEqual(ending('duration', 0, 20), ['nothing-sent']);
});

test('who stops a warm-up is not told that nothing was sent', () => {
  const ending = (packets: number, endReason: 'stopped' | 'error') => {
    const now = worker({ packets, endReason });
    return codesOf({ last: { workers: [now], warmup: [now] } });
  };
  assert.deepEqual(ending(10, 'stopped'), []);
  assert.deepEqual(ending(0, 'stopped'), ['nothing-sent']);
  assert.deepEqual(ending(10, 'error'), ['nothing-sent']);
});

test('what happened on the way stands before what follows from the counters', () => {
  const events = [{ code: 'link-down', message: 'eth1 went down during the run' }];
  assert.deepEqual(codesOf({ events, plan: { countPackets: 5 } }), ['link-down', 'count-missed']);
  assert.equal(summaryOf({ events }).exitCode, ExitCode.notHeld);
});

test('a device that is gone keeps its last reading, and is not compared', () => {
  const device = delta({ txPackets: PACKETS - 5000, gone: true });
  const events = [{ code: 'link-gone', message: 'eth1 disappeared during the run' }];
  const summary = summaryOf({ last: { device }, events });
  assert.equal(summary.device?.txPackets, PACKETS - 5000);
  assert.equal(summary.device?.agrees, null);
  assert.deepEqual(codesOf({ last: { device }, events }), ['link-gone']);
});

test('a run without a device is not compared with one', () => {
  const summary = summaryOf({ driver: null });
  assert.equal(summary.device, null);
  assert.equal(summary.farEnd, null);
  assert.equal(summary.exitCode, ExitCode.ok);
});

test('what was sent of each stream stands in the summary', () => {
  assert.deepEqual(summaryOf({}).streams, STREAMS);
});

test('each worker keeps its CPU, its own figures and how it ended', () => {
  const last = snapshot([
    worker({ cpu: 1, packets: 100 }),
    worker({ cpu: 3, packets: 200, endReason: 'error', endError: 'ENETDOWN' }),
    worker({ cpu: 4, packets: 300, endReason: null }),
  ]);
  const { workers, total } = summarize(plan(), last, {
    driver: null,
    events: [],
    processStartedAtMs: 0,
  });
  assert.deepEqual(
    workers.map(({ cpu, packets, endReason, endError }) => [cpu, packets, endReason, endError]),
    [
      [1, 100, 'count', null],
      [3, 200, 'error', 'ENETDOWN'],
      [4, 300, 'stopped', null],
    ],
  );
  assert.equal(total.packets, 600);
});

test('the first packet is the earliest of all workers, counted from the start of the process', () => {
  const at = (firstPacketAtMs: number | null) => worker({ packets: PACKETS / 2, firstPacketAtMs });
  const first = (...workers: ReturnType<typeof at>[]) =>
    summaryOf({ last: { workers } }).commandToFirstPacketMs;
  assert.equal(first(at(1090), at(1075.5)), 75.5);
  assert.equal(first(at(null), at(1080)), 80);
  assert.equal(first(at(null), at(null)), null);
});

test('a summary survives JSON unchanged', () => {
  const summary = summaryOf({ last: { device: delta({ txPackets: 7 }) } });
  assert.deepEqual(JSON.parse(JSON.stringify(summary)), summary);
});

test('as long as a run goes on only what happened is a finding', () => {
  const running = snapshot([worker({ packets: 10, state: 'running', endReason: null })], {
    streams: STREAMS,
    device: delta({ txPackets: 7 }),
    farEnd: delta({ rxPackets: 3 }),
  });
  const context = { driver: 'veth', events: [], processStartedAtMs: 0, isOver: false } as const;
  const now = summarize(plan({ countPackets: 100 }), running, context);
  assert.deepEqual([now.findings, now.exitCode], [[], ExitCode.ok]);
  assert.equal(now.workers[0]?.endReason, null);
  assert.deepEqual([now.device?.agrees, now.device?.differencePackets], [null, -3]);
  assert.deepEqual([now.farEnd?.agrees, now.farEnd?.differencePackets], [null, -7]);
  const events = [{ code: 'link-down', message: 'eth1 went down during the run' }];
  const broken = summarize(plan(), running, { ...context, events });
  assert.deepEqual([broken.findings, broken.exitCode], [events, ExitCode.notHeld]);
});

test('what another run of the same task has sent, or will send, is not missing', () => {
  const codes = (packets: number, context: Partial<Parameters<typeof summarize>[2]>) =>
    summarize(plan({ countPackets: 100 }), snapshot([worker({ packets, endReason: 'stopped' })]), {
      driver: null,
      events: [],
      processStartedAtMs: 0,
      ...context,
    }).findings.map(({ code }) => code);
  assert.deepEqual(codes(99, {}), ['count-missed']);
  assert.deepEqual(codes(99, { isContinued: true }), []);
  assert.deepEqual(codes(0, { isContinued: true }), []);
  assert.deepEqual(codes(101, { isContinued: true }), ['count-missed']);
  const unlimited = (packetsBefore: number) =>
    summarize(plan(), snapshot([worker({ packets: 0, endReason: 'stopped' })]), {
      driver: null,
      events: [],
      processStartedAtMs: 0,
      packetsBefore,
    }).findings.map(({ code }) => code);
  assert.deepEqual([unlimited(0), unlimited(1)], [['nothing-sent'], []]);
});
