import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  parseShape,
  type Rate,
  type Run,
  type RunOptions,
  resolvePlan,
  type Summary,
  startRun,
  type Timing,
  type TrafficModel,
} from 'pktgen';
import { needsRoot, withNamespace } from '../support/namespace.js';
import { finished, lineOf, pktgen, pktgenJson, spawnPktgen } from '../support/pktgen.js';
import { written } from '../support/written.js';
import { modelOf, sizesOf, streamOf } from '../unit/support/model.js';

const TX_RING = ['--engine', 'tx-ring', '--qdisc-bypass'];
const LAB = ['--lab', ...TX_RING];

async function summaryOf(options: RunOptions): Promise<Summary> {
  return (await startRun(await resolvePlan({ engine: 'null', ...options }))).done;
}

/** A worker that does not get its CPU at the end of its time sends less for so long. */
const DESCHEDULED_SECONDS = 0.03;

/**
 * As many as were due, but for those of the time that the workers themselves say they lost: other work on the CPUs of a
 * test is no failure.
 */
function assertSent(packets: number, due: number, pps: number, { pace }: Summary): void {
  const missedNs = (pace?.behindNs ?? 0) + (pace?.skippedNs ?? 0);
  const lost = Math.ceil((missedNs / 1e9 + DESCHEDULED_SECONDS) * pps);
  assert.ok(packets <= due, `${packets} of ${due}: more than were due`);
  assert.ok(packets >= due - lost - 2, `${packets} of ${due}, with ${lost} missed`);
}

describe('a rate', () => {
  it('goes on when a full ring has places again, also for the last frames of a count', {
    skip: needsRoot,
  }, async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      // 130 frames are 0.6 s of that; without the frames that are queued none would be due any more.
      namespace.shape('near0', '100kbit', '2kb');
      const run = '--engine tx-ring --ring-frames 8 --cpus 0 --rate 2kpps --count 130 --json --quiet';
      const { stdout } = await finished(spawnPktgen(['--iface', 'near0', ...run.split(' ')], namespace));
      const { total } = JSON.parse(stdout) as Summary;
      assert.equal(total.packets, 130);
      assert.ok(total.busy > 0);
      // The rest is in the queue of the device.
      assert.ok(namespace.received('far0') > 50);
    });
  });

  for (const cpus of [[0], [0, 1]]) {
    it(`is that of all workers together, and no frame is early: ${cpus.length}`, async () => {
      const summary = await pktgenJson([
        ...LAB,
        '--cpus',
        cpus.join(),
        '--rate',
        '5kpps',
        '--duration',
        '1s',
      ]);
      assertSent(summary.total.packets, 5000, 5000, summary);
      assert.equal(summary.farEnd?.rxPackets, summary.total.packets);
      assert.equal(summary.pace?.askedPps, 5000);
      assert.equal(summary.pace?.lateness?.packets, summary.total.packets);
      const rates = summary.plan.schedule.rate;
      assert.deepEqual([rates?.pps, rates?.bpsL2, rates?.bpsL1], [5000, 2_560_000, 3_360_000]);
    });

    it(`has exactly the count that was asked, shared evenly: ${cpus.length}`, async () => {
      const summary = await pktgenJson([
        ...LAB,
        '--cpus',
        cpus.join(),
        '--rate',
        '10kpps',
        '--count',
        '2001',
      ]);
      assert.equal(summary.total.packets, 2001);
      assert.equal(summary.farEnd?.rxPackets, 2001);
      assert.ok(summary.total.seconds >= 0.2 - 1e-4, `${summary.total.seconds} s for 2000 gaps of 100 µs`);
      for (const worker of summary.workers) assert.ok(worker.packets <= Math.ceil(2001 / cpus.length) + 1);
    });
  }

  it('in bits is one of frames of the mean size', async () => {
    const args = ['--rate', '1.5Mbps', '--size', '64,686', '--count', '100', '--engine', 'null'];
    const { plan, total } = await pktgenJson(args);
    assert.equal(plan.schedule.rate?.pps, 500);
    assert.ok(total.seconds >= 99 / 500 - 1e-4);
  });

  it('of the null engine needs no device', async () => {
    const summary = await summaryOf({ shape: parseShape('gap 100us'), countPackets: 1000 });
    assert.equal(summary.total.packets, 1000);
    assert.ok(summary.total.seconds >= 0.0999);
  });

  it('that no engine of packets sends is missed, and said so: exit code 1', async () => {
    const args = ['--lab', '--engine', 'packet', '--cpus', '0', '--rate', '14Mpps', '--duration', '500ms'];
    const { findings, status, pace } = await pktgenJson(args);
    assert.equal(status, 1);
    const missed = findings.find(({ code }) => code === 'rate-missed');
    assert.match(
      missed?.message ?? '',
      /asked 14\.00 Mpps, sent .*%\) of the schedule were behind or given up at the end; /,
    );
    assert.ok((pace?.achievedPps ?? 14e6) < 14e6);
  });

  for (const pacing of ['hybrid', 'spin', 'sleep'] as const) {
    it(`is kept by ${pacing} pacing`, async () => {
      const summary = await summaryOf({ shape: parseShape('2kpps'), pacing, durationNs: 500e6 });
      assertSent(summary.total.packets, 1000, 2000, summary);
    });
  }
});

describe('a shape', () => {
  it('of bursts ends by itself, with exactly its frames', async () => {
    const summary = await summaryOf({ shape: parseShape('burst 10 every 50ms times 4') });
    assert.equal(summary.total.packets, 40);
    assert.ok(
      summary.total.seconds >= 0.15 - 1e-4,
      `${summary.total.seconds} s from the first burst to the fourth`,
    );
  });

  it('of steps ends with the last one', async () => {
    const summary = await summaryOf({ shape: parseShape('steps 1kpps for 100ms, 3kpps for 100ms') });
    assert.equal(summary.total.packets, 400);
  });

  it('is on and off', async () => {
    const shape = parseShape('on 20ms off 80ms 10kpps');
    const summary = await summaryOf({ shape, durationNs: 500e6 });
    assertSent(summary.total.packets, 1000, 10_000, summary);
  });

  it('is a ramp', async () => {
    const summary = await summaryOf({ shape: parseShape('ramp 1kpps to 9kpps in 400ms'), durationNs: 400e6 });
    assertSent(summary.total.packets, 2001, 9000, summary);
  });

  it('of Poisson has its mean, and is the same again', async () => {
    const options = { shape: parseShape('poisson 20kpps'), countPackets: 4000 } as const;
    const { total } = await summaryOf(options);
    // The 4000th comes after 200 ms, give or take 4 standard deviations of 1.6 %.
    assert.ok(total.seconds > 0.2 * 0.93, `${total.seconds}`);
  });
});

describe('streams with a time of their own', () => {
  it('have their rate, and the others what is left of the run’s', async () => {
    const traffic = timed({ a: { shape: parseShape('3kpps') }, b: {}, c: {} });
    for (const cpus of [[0], [0, 1]]) {
      const shape = parseShape('5kpps');
      const summary = await summaryOf({ traffic, shape, cpus, durationNs: 1e9 });
      const [a = 0, b = 0, c = 0] = summary.streams.map(({ packets }) => packets);
      assertSent(a, 3000, 3000, summary);
      assertSent(b + c, 2000, 2000, summary);
      assert.ok(Math.abs(b - c) <= 1);
    }
  });

  it('start late, and end after their time', async () => {
    const shape = parseShape('1kpps');
    const traffic = timed({ a: { shape, startNs: 100e6, durationNs: 200e6 } });
    const summary = await summaryOf({ traffic });
    assert.equal(summary.total.packets, 200);
    assert.ok(summary.total.seconds >= 0.299 - 1e-4);
  });

  it('start when another one has ended', async () => {
    const shape = parseShape('5kpps');
    const model = timed({ b: { shape }, a: { shape, then: 'b' } }, 50);
    const summary = await summaryOf({ traffic: model, cpus: [0, 1] });
    assert.deepEqual(
      summary.streams.map(({ packets }) => packets),
      [50, 50],
    );
    assert.ok(summary.total.seconds >= 99 / 5000 - 1e-4);
  });
});

describe('a limit in bytes', () => {
  it('is of frame sizes with the FCS', async () => {
    assert.equal((await pktgenJson([...LAB, '--bytes', '64k'])).total.packets, 1000);
    const { total } = await pktgenJson([...LAB, '--bytes', '10000', '--size', '1000', '--rate', '1kpps']);
    assert.deepEqual([total.packets, total.bytes], [10, 10_000]);
  });
});

describe('a warm-up', () => {
  it('is sent, but not counted', async () => {
    const args = ['--rate', '5kpps', '--warmup', '200ms', '--count', '500', '--cpus', '0,1'];
    const summary = await pktgenJson([...LAB, ...args]);
    assert.equal(summary.total.packets, 500);
    assert.equal(summary.streams[0]?.packets, 500);
    const before = summary.warmup?.packets ?? 0;
    assert.ok(before > 0 && before <= 1010, `${before}`);
    assert.equal(summary.farEnd?.rxPackets, 500 + before);
    assert.deepEqual(
      summary.findings.filter(({ code }) => code !== 'rate-missed'),
      [],
    );
  });

  it('ends for a worker that has no frames, and keeps the rate of a sequence that is short', async () => {
    const alone = ['--engine', 'null', '--cpus', '0,1', '--warmup', '100ms', '--count', '1'];
    assert.equal((await pktgenJson(alone)).total.packets, 1);
    const rate = ['--rate', '100pps', '--warmup', '200ms', '--count', '1', '--cpus', '0'];
    const { total, warmup } = await pktgenJson(['--engine', 'null', ...rate]);
    assert.equal(total.packets, 1);
    assert.ok((warmup?.packets ?? 0) <= 20, `${warmup?.packets} frames of 20`);
  });

  it('works without a rate, too, and the sequence begins anew after it', async () => {
    const summary = await pktgenJson([...LAB, '--warmup', '50ms', '--count', '1000']);
    assert.equal(summary.total.packets, 1000);
    assert.equal(summary.farEnd?.rxPackets, 1000 + (summary.warmup?.packets ?? 0));
    const frames = await written(['--warmup', '5ms', '--src-port', '1000-1999'], 30);
    const ports = frames.map((frame) => frame.readUInt16BE(34));
    assert.deepEqual(
      ports.slice(-30),
      Array.from({ length: 30 }, (_, i) => 1000 + i),
    );
    assert.equal(ports[0], 1000);
    assert.ok(ports.length > 30);
  });

  it('that is stopped has counted nothing', async () => {
    const run = await startRun(await resolvePlan({ engine: 'null', warmupNs: 60e9 }));
    await sleep(50);
    run.stop();
    const { total, streams, warmup } = await run.done;
    assert.deepEqual([total.packets, streams[0]?.packets], [0, 0]);
    assert.ok((warmup?.packets ?? 0) > 0);
  });
});

describe('while it runs', () => {
  it('the rate changes at once, down and up, and frames are never lost from a count', async () => {
    const run = await begin({ shape: parseShape('1kpps'), cpus: [0, 1], countPackets: 30_000 });
    assert.equal(run.snapshot().askedPps, 1000);
    run.setRate(1);
    await sleep(20);
    const slow = packetsOf(run);
    await sleep(300);
    assert.ok(packetsOf(run) - slow <= 2, 'one packet a second');
    run.setRate({ unit: 'bps', layer: 'l2', value: 5_120_000 });
    assert.equal(run.snapshot().askedPps, 10_000);
    await grows(run, 2000);
    run.setTopSpeed();
    assert.equal(run.snapshot().askedPps, null);
    const summary = await run.done;
    assert.equal(summary.total.packets, 30_000);
    assert.equal(summary.pace?.changes, 3);
  });

  it('a run without a rate gets one, and loses it again', async () => {
    const run = await begin({});
    try {
      await grows(run, 10_000);
      run.setRate(2);
      await sleep(20);
      const slow = packetsOf(run);
      await sleep(300);
      assert.ok(packetsOf(run) - slow <= 2);
      run.setTopSpeed();
      await grows(run, 10_000);
    } finally {
      run.stop();
    }
    const { findings, pace } = await run.done;
    assert.deepEqual(findings, []);
    assert.equal(pace?.behindNs, 0);
  });

  it('a pause is no delay to catch up with', async () => {
    const run = await begin({ shape: parseShape('2kpps'), countPackets: 600 });
    await sleep(100);
    run.pause();
    await sleep(300);
    const paused = packetsOf(run);
    await sleep(100);
    assert.equal(packetsOf(run), paused);
    run.resume();
    const { total } = await run.done;
    assert.equal(total.packets, 600);
    assert.ok(total.seconds >= 599 / 2000 - 2e-3, `${total.seconds} s without the pause`);
  });

  it('what is out of range is refused, and changes nothing', async () => {
    const run = await begin({ shape: parseShape('1kpps'), lineRateBps: 1e9 });
    try {
      for (const rate of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
        assert.throws(() => run.setRate(rate), /a rate is from 0\.001pps to 10Gpps/);
      for (const rate of [undefined, null, { unit: 'foo' }, { unit: 'pps' }])
        assert.throws(() => run.setRate(rate as Rate), /^UsageError: rate .*: expected packets per second/);
      assert.throws(() => run.setRate(2e6), /at most 1\.000 Gbit\/s: at 64 bytes 1\.488 Mpps/);
      assert.equal(run.snapshot().askedPps, 1000);
    } finally {
      run.stop();
    }
    const traffic = timed({ a: { shape: parseShape('1kpps') }, b: {} });
    const free = await begin({ traffic });
    try {
      assert.throws(() => free.setRate(1), /some streams are as fast as possible/);
    } finally {
      free.stop();
    }
    await run.done;
    await free.done;
  });
});

describe('a stall of half a second', () => {
  for (const late of ['catch-up', 'skip'] as const) {
    it(`with --late ${late}`, async () => {
      const args = ['--engine', 'null', '--cpus', '0', '--rate', '2kpps', '--duration', '2s', '--late', late];
      const child = spawnPktgen([...args, '--json']);
      const result = finished(child);
      await once(child.stderr ?? child, 'data'); // the head of the run
      await sleep(300);
      child.kill('SIGSTOP');
      await sleep(500);
      child.kill('SIGCONT');
      const { stdout, status } = await result;
      const summary = JSON.parse(stdout) as Summary;
      const pace = summary.pace;
      assert.ok(pace);
      assertSent(summary.total.packets, 4000, 2000, summary);
      assert.ok(pace.stalls > 0);
      if (late === 'catch-up') {
        assert.ok(pace.latePackets > 0);
        assert.equal(pace.skippedNs, 0);
        assert.ok(pace.caughtUpNs + pace.behindNs > 400e6, `${pace.caughtUpNs} + ${pace.behindNs} ns`);
      } else {
        assert.ok(pace.skippedNs > 400e6, `${pace.skippedNs} ns`);
        assert.ok(summary.total.packets < 3200, `${summary.total.packets} in 1.5 s at 2000 a second`);
        assert.equal(status, 1);
      }
    });
  }
});

describe('what it says', () => {
  it('a plan has the rate in all units, a summary what came of it', async () => {
    const { stdout } = await pktgen([...LAB, '--cpus', '0', '--rate', '1kpps', '--count', '100']);
    assert.match(
      stdout,
      /^rate {5}1\.000 kpps = 512\.0 kbit\/s L2 = 672\.0 kbit\/s L1 = 0\.00672 % of 10\.00 Gbit\/s; hybrid pacing/m,
    );
    assert.match(stdout, /^rate {5}asked 1\.000 kpps, sent [\d.]+ k?pps \([+-]?\d+\.\d{4} %\)/m);
    assert.match(stdout, /^late {5}half ≤ .* all ≤ /m);
  });

  it('every second what is asked', async () => {
    const child = spawnPktgen([
      '--engine',
      'null',
      '--rate',
      '1kpps',
      '--duration',
      '1500ms',
      '--warmup',
      '1100ms',
    ]);
    await lineOf(child, /1\.0 s .* asked 1\.000 kpps {2}warming up\n[\s\S]*2\.0 s .* asked 1\.000 kpps\n/);
    assert.match(
      (await finished(child)).stdout,
      /^warm-up {2}sent [\d,]+ frames before; they are not counted$/m,
    );
  });

  it('an engine that sends each frame by itself is chosen where that is what is asked', async () => {
    const asked = { lab: true, cpus: [0], cache: false };
    const fine = await resolvePlan({ ...asked, shape: parseShape('100kpps') });
    assert.notEqual(fine.engine.name, 'live');
    const fastest = await resolvePlan(asked);
    const past = await resolvePlan({ ...asked, shape: parseShape('2Mpps') });
    assert.equal(past.engine.name, fastest.engine.name);
    if (fastest.engine.name === 'live') assert.match(fine.engine.why, /live is faster/);
  });

  it('an engine that sends in calls tells how many frames leave together', async () => {
    const plan = await resolvePlan({ lab: true, engine: 'live', shape: parseShape('1Mpps'), cpus: [0] });
    assert.ok(
      plan.notes.some((note) => /sends what is due every 20 µs: at 1\.000 Mpps 20 frames/.test(note)),
    );
    const gso = { engineOptions: { gso: 64 }, sizeBytes: 128, shape: parseShape('1Mpps') };
    const { notes, schedule } = await resolvePlan({ lab: true, engine: 'tx-ring', ...gso });
    assert.ok(notes.some((note) => /--gso 64: 64 frames leave together, every 64 µs/.test(note)));
    assert.equal(schedule.framesTogether, 64);
  });
});

function timed(streams: Readonly<Record<string, Timing>>, count: number | null = null): TrafficModel {
  return modelOf(
    Object.entries(streams).map(([name, timing]) => {
      const own = Object.keys(timing).length > 0 ? { timing } : {};
      return streamOf(['udp'], { name, count, sizes: sizesOf(64), ...own });
    }),
  );
}

async function begin(options: RunOptions): Promise<Run> {
  return startRun(await resolvePlan({ engine: 'null', ...options }));
}

function packetsOf(run: Run): number {
  return run.snapshot().workers.reduce((sum, { packets }) => sum + packets, 0);
}

async function grows(run: Run, packets: number): Promise<void> {
  const before = packetsOf(run);
  for (const end = performance.now() + 10_000; packetsOf(run) < before + packets; ) {
    assert.ok(performance.now() < end, `${packetsOf(run) - before} of ${packets} packets in 10 s`);
    await sleep(5);
  }
}
