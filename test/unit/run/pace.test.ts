import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { ExitCode } from '#src/errors.js';
import { latenessOf, type Pacemaker } from '#src/run/pace.js';
import type { RunPlan } from '#src/run/plan.js';
import type { SchedulePlan } from '#src/run/schedule.js';
import type { WorkerSnapshot } from '#src/run/snapshot.js';
import { summarize } from '#src/run/summary.js';
import { delta, plan, snapshot, UNPACED, worker } from '../support/samples.js';
import { linesOf } from '../support/text.js';

const [UNPACED_MIX] = UNPACED.lanes;
const RATE = { pps: 1e6, bpsL1: 672e6, bpsL2: 512e6, percentOfLine: 6.72 };

function paced(changes: Partial<SchedulePlan> = {}): SchedulePlan {
  assert.ok(UNPACED_MIX);
  const mix = { ...UNPACED_MIX, shape: { kind: 'constant', rate: 1e6 }, rate: RATE } as const;
  return { ...UNPACED, asked: '1Mpps', isPaced: true, rate: RATE, lanes: [mix], ...changes };
}

const PACEMAKER: Pacemaker = { isFree: false, askedPps: 1e6, changes: 0, lateness: null };

/** Sent in a second, by the schedule, with waits. */
function keeping(changes: Partial<WorkerSnapshot> = {}): WorkerSnapshot {
  return worker({
    packets: 1_000_000,
    seconds: 1,
    cpuSeconds: 0.5,
    syscalls: 1_000_000,
    waits: 900_000,
    endReason: 'duration',
    ...changes,
  });
}

function summaryOf(
  workers: readonly WorkerSnapshot[],
  {
    pacemaker = PACEMAKER,
    warmup = null,
    schedule = paced(),
    ...rest
  }: Partial<RunPlan> & {
    readonly pacemaker?: Pacemaker;
    readonly warmup?: readonly WorkerSnapshot[] | null;
  } = {},
) {
  const packets = workers.reduce((sum, one) => sum + one.packets, 0);
  const last = snapshot(workers, { warmup, device: delta({ txPackets: packets }) });
  const context = { driver: 'ixgbe', events: [], processStartedAtMs: 0, streams: [], pacemaker };
  return summarize(plan({ schedule, ...rest }), last, context);
}

describe('the pace of a run', () => {
  it('is the one asked for, within the last gap', () => {
    const { pace, exitCode, findings } = summaryOf([keeping()]);
    assert.equal(pace?.achievedPps, 1e6);
    assert.equal(pace?.rateError, 0);
    assert.equal(pace?.missedShare, 0);
    assert.deepEqual(findings, []);
    assert.equal(exitCode, ExitCode.ok);
  });

  it('of n frames that end a run has n − 1 gaps', () => {
    // The first of 11 frames leaves at once, the last one after 10 µs.
    const { pace } = summaryOf([keeping({ packets: 11, seconds: 10e-6, endReason: 'count' })], {
      countPackets: 11,
    });
    assert.ok(Math.abs(pace?.rateError ?? 1) < 1e-9, `${pace?.rateError}`);
  });

  it('of frames that leave together is known by their groups, where these are few of all', () => {
    const errorOf = (packets: number, framesTogether: number, ends: Partial<WorkerSnapshot>) => {
      const schedule = paced({ framesTogether });
      return summaryOf([keeping({ packets, seconds: 1, ...ends })], { schedule }).pace?.rateError;
    };
    assert.equal(errorOf(1_000_064, 64, { endReason: 'count' }), 0);
    assert.equal(errorOf(1_000_001, 64, { endReason: 'count' }), 0);
    assert.equal(errorOf(1_000_000, 2000, { endReason: 'count' }), null);
    assert.equal(errorOf(1_000_000, 64, { endReason: 'duration' }), 0);
  });

  it('of few frames in a time has no error in per cent', () => {
    const slow = keeping({ packets: 6, seconds: 5.5, endReason: 'duration' });
    assert.equal(summaryOf([slow], { pacemaker: { ...PACEMAKER, askedPps: 1 } }).pace?.rateError, null);
  });

  it('of other than one rate is told as what it is', () => {
    const textOf = (shape: unknown, changes: Partial<WorkerSnapshot> = {}) => {
      const lanes = paced().lanes.map((lane) => ({ ...lane, ...(shape ? { shape } : {}) }));
      const schedule = paced({ lanes: lanes as SchedulePlan['lanes'] });
      const summary = summaryOf([keeping({ packets: 500_000, ...changes })], { schedule });
      const lines = linesOf((output) => output.end(summary));
      return [lines.find((line) => line.startsWith('rate ')), summary.findings[0]?.message];
    };
    const ramp = { kind: 'ramp', from: 1, to: 1e6, timeNs: 1e9, steps: null };
    const [line, finding] = textOf(ramp, { skippedNs: 5e6 });
    assert.equal(line, 'rate     asked at most 1.000 Mpps, sent 500.0 kpps on average');
    assert.match(finding ?? '', /asked at most 1\.000 Mpps, sent 500\.0 kpps on average; 5 ms of 1\.00 s/);
    const poisson = { kind: 'poisson', rate: 1e6 };
    assert.equal(textOf(poisson)[0], 'rate     asked 1.000 Mpps on average, sent 500.0 kpps');
    const single = { packets: 1, syscalls: 1, seconds: 1e-6, endReason: 'count' } as const;
    assert.equal(textOf(null, single)[0], 'rate     asked 1.000 Mpps, sent 1 frame');
  });

  it('of two workers is that of both', () => {
    const half = keeping({ packets: 500_000, behindNs: 1e6, skippedNs: 2e6, stalls: 1, latePackets: 7 });
    const { pace } = summaryOf([half, { ...half, skippedNs: 4e6 }]);
    assert.equal(pace?.achievedPps, 1e6);
    assert.deepEqual([pace?.behindNs, pace?.skippedNs, pace?.stalls, pace?.latePackets], [1e6, 4e6, 2, 14]);
    assert.ok(Math.abs((pace?.missedShare ?? 0) - 0.004) < 1e-12);
  });

  for (const [why, changes, says] of [
    [
      'an engine that was busy',
      { busy: 12, skippedNs: 5e8 },
      'limited by the engine: 12 calls met back-pressure',
    ],
    ['no time to wait', { waits: 0, cpuSeconds: 1, skippedNs: 5e8 }, 'limited by the engine or its CPU'],
    ['a CPU that was taken', { waits: 0, cpuSeconds: 0.2, skippedNs: 5e8 }, 'CPU 2 for 20 % of the time'],
    [
      'no time to wait, without system calls',
      { waits: 0, syscalls: 0, cpuSeconds: 1, skippedNs: 5e8 },
      'limited by the engine or its CPU',
    ],
    ['one busy call', { busy: 1, skippedNs: 5e8 }, 'limited by the engine: 1 call met back-pressure'],
    ['a stall', { behindNs: 5e8 }, 'something else ran there, or they were stopped'],
  ] as const) {
    it(`was missed because of ${why}`, () => {
      const packets = 500_000;
      const { findings, exitCode } = summaryOf([keeping({ packets, ...changes })]);
      const [finding] = findings;
      assert.equal(finding?.code, 'rate-missed');
      assert.ok(finding.message.includes(says), finding.message);
      assert.ok(finding.message.includes('asked 1.000 Mpps, sent 500.0 kpps; 0.50 s of 1.00 s (50.0 %)'));
      assert.equal(exitCode, ExitCode.notHeld);
    });
  }

  it('of less than a frame, or at top speed in the end, is held', () => {
    const slow = keeping({ packets: 1, skippedNs: 0.5e9 });
    assert.equal(summaryOf([slow], { pacemaker: { ...PACEMAKER, askedPps: 1 } }).exitCode, ExitCode.ok);
    const free = { ...PACEMAKER, isFree: true, askedPps: null };
    const { pace, exitCode } = summaryOf([keeping({ behindNs: 0.5e9 })], { pacemaker: free });
    assert.deepEqual([pace?.behindNs, exitCode], [0, ExitCode.ok]);
  });

  it('within a thousandth is held', () => {
    assert.equal(summaryOf([keeping({ skippedNs: 0.9e6 })]).exitCode, ExitCode.ok);
    assert.equal(summaryOf([keeping({ skippedNs: 1.1e6 })]).exitCode, ExitCode.notHeld);
  });

  it('that changed on the way, or is not the same all the time, has no error in per cent', () => {
    assert.equal(summaryOf([keeping()], { pacemaker: { ...PACEMAKER, changes: 1 } }).pace?.rateError, null);
    const schedule = paced({
      lanes: paced().lanes.map((lane) => ({
        ...lane,
        shape: { kind: 'on-off', onNs: 1, offNs: 1, rate: 1e6 },
      })),
    });
    assert.equal(summaryOf([keeping()], { schedule }).pace?.rateError, null);
  });

  it('is none where nothing waited', () => {
    const context = { driver: 'ixgbe', events: [], processStartedAtMs: 0, streams: [] };
    assert.equal(summarize(plan(), snapshot([worker()]), context).pace, null);
  });
});

describe('a warm-up', () => {
  const warm = keeping({
    packets: 100,
    bytes: 6400,
    seconds: 0.25,
    cpuSeconds: 0.1,
    syscalls: 100,
    waits: 50,
  });

  it('is in no figure, but in the device’s', () => {
    const { total, warmup, device, findings, workers } = summaryOf(
      [keeping({ packets: 1_000_100, bytes: 64_006_400, seconds: 1.25 })],
      { warmup: [warm], countPackets: 1_000_000 },
    );
    assert.deepEqual([total.packets, total.seconds, workers[0]?.packets], [1_000_000, 1, 1_000_000]);
    assert.deepEqual(warmup, { packets: 100, bytes: 6400 });
    assert.deepEqual([device?.countedPackets, device?.differencePackets], [1_000_100, 0]);
    assert.deepEqual(findings, []);
  });

  it('that was never over leaves nothing to count', () => {
    const now = keeping();
    const { total, warmup } = summaryOf([now], { warmup: [now] });
    assert.equal(total.packets, 0);
    assert.equal(warmup?.packets, 1_000_000);
  });

  it('is told', () => {
    const lines = linesOf((output) => output.end(summaryOf([keeping()], { warmup: [warm] })));
    assert.ok(lines.some((line) => line === 'warm-up  sent 100 frames before; they are not counted'));
  });
});

describe('lateness', () => {
  const BOUNDS = Float64Array.of(500, 1000, 10_000, 100_000, 1e6, 1e7, Number.POSITIVE_INFINITY);
  const of = (...counts: number[]) => latenessOf(BigUint64Array.from(counts, BigInt), BOUNDS);

  it('of nothing is none', () => assert.equal(of(0, 0, 0, 0, 0, 0, 0), null));

  it('is an upper bound for so many frames', () => {
    const found = of(500, 400, 90, 9, 0, 1, 0);
    assert.ok(found);
    assert.deepEqual(
      [found.packets, found.p50Ns, found.p90Ns, found.p99Ns, found.p999Ns, found.maxNs],
      [1000, 500, 1000, 10_000, 100_000, 1e7],
    );
    assert.deepEqual(
      [found.within1us, found.within10us, found.within100us, found.within1ms],
      [0.9, 0.99, 0.999, 0.999],
    );
    assert.deepEqual(
      found.histogram.map(({ belowNs }) => belowNs),
      [500, 1000, 10_000, 100_000, 1e7],
    );
  });

  it('beyond all bounds is plain data, too', () => {
    const found = of(0, 0, 0, 0, 0, 0, 1);
    assert.equal(found?.maxNs, 1e7);
    assert.deepEqual(found.histogram, [{ belowNs: null, packets: 1 }]);
    assert.equal(found.within1ms, 0);
  });
});

test('the text says what was asked, what came of it, and how late frames were', () => {
  const lateness = latenessOf(BigUint64Array.of(9n, 1n), Float64Array.of(640, 1.5e6));
  const pacemaker = { ...PACEMAKER, lateness };
  const worst = keeping({ packets: 999_900, latePackets: 1, stalls: 1, caughtUpNs: 500e6, behindNs: 100e3 });
  const lines = linesOf((output) => output.end(summaryOf([worst], { pacemaker })));
  for (const line of [
    'rate     asked 1.000 Mpps, sent 999.9 kpps (-0.0100 %)',
    'late     half ≤ 640 ns, 90 % ≤ 640 ns, 99 % ≤ 1.5 ms, 99.9 % ≤ 1.5 ms, all ≤ 1.5 ms',
    '         within 1 µs 90.00 %, 10 µs 90.00 %, 100 µs 90.00 %, 1 ms 90.00 %',
    'stalls   1: 1 frame more than 1 ms late, 500 ms caught up, 100 µs behind at the end',
  ])
    assert.ok(lines.includes(line), `${line} in\n${lines.join('\n')}`);
});

test('the plan says the rate in all its units, and those of streams', () => {
  const of = (schedule: SchedulePlan) => linesOf((output) => output.plan(plan({ schedule })));
  assert.ok(
    of(paced()).includes(
      'rate     1.000 Mpps = 512.0 Mbit/s L2 = 672.0 Mbit/s L1 = 6.72 % of 10.00 Gbit/s; hybrid pacing, late frames are caught up',
    ),
  );
  assert.ok(!of(UNPACED).some((line) => line.startsWith('rate ')));
  const [mix] = paced().lanes;
  assert.ok(mix);
  const own = { ...mix, name: 'dns', stream: 1, startNs: 1e9, durationNs: 2e9 };
  const bursts = { kind: 'bursts', packets: 8, everyNs: 1e6, at: null, times: 5 } as const;
  const last = { ...mix, name: 'ntp', stream: 2, after: 1, shape: bursts };
  const lines = of(paced({ lanes: [mix, own, last], warmupNs: 1e9, late: 'skip', pacing: 'spin' }));
  for (const part of [
    'spin pacing, late frames are not caught up',
    '         the mix: 1.000 Mpps = ',
    '         dns: 1.000 Mpps = 512.0 Mbit/s L2 = 672.0 Mbit/s L1 = 6.72 % of 10.00 Gbit/s, after 1s, for 2s',
    '         ntp: burst 8 every 1ms times 5: 1.000 Mpps',
    'when dns has ended',
    'warm-up  1s is sent before anything is counted',
  ])
    assert.ok(
      lines.some((line) => line.includes(part)),
      `${part} in\n${lines.join('\n')}`,
    );
});
