import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Run,
  type RunOptions,
  type RunSeries,
  replayTraffic,
  resolvePlan,
  type Snapshot,
  type Stream,
  type Summary,
  startRun,
  startSeries,
} from 'pktgen';
import { run as command, needsRoot, withNamespace } from '../support/namespace.js';
import { carryOut } from '../support/series.js';

const LAB: RunOptions = { lab: true, engine: 'packet', cpus: [0, 1], cache: false };
const PPS = (value: number) => ({ kind: 'constant', rate: { unit: 'pps', value } }) as const;
const sizesOf = (sizeBytes: number) =>
  ({ sizes: { order: 'smooth', list: [{ sizeBytes, weight: 1 }] } }) as const;

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}

const packetsOf = (legs: readonly Summary[]) => sum(legs, ({ total }) => total.packets);
const sentBy = ({ workers }: Snapshot) => sum(workers, ({ packets }) => packets);

/** Codes of what was not as asked. A machine that is busy with something else may not hold a rate. */
const troublesOf = (legs: readonly Summary[]) =>
  legs.flatMap(({ findings }) => findings.map(({ code }) => code)).filter((code) => code !== 'rate-missed');

/** What the kernel says that the far end of a lab has received, looked at from outside. */
function receivedIn(series: { readonly run: Run }, name = 'lab1'): number {
  const text = command(
    'nsenter',
    `--net=${series.run.namespaces?.net}`,
    'ip',
    '-s',
    '-j',
    'link',
    'show',
    name,
  );
  const [link] = JSON.parse(text) as [{ stats64: { rx: { packets: number } } }];
  return link.stats64.rx.packets;
}

const namespaceOf = ({ run }: RunSeries) => readlinkSync(run.namespaces?.net ?? '');

/** Runs `body` with a series that ends whatever happens. */
async function withSeries(
  options: RunOptions,
  body: (series: RunSeries) => Promise<void>,
): Promise<readonly Summary[]> {
  const series = await startSeries(options);
  try {
    await body(series);
  } finally {
    series.stop();
  }
  return series.done;
}

async function sends(series: RunSeries): Promise<void> {
  const { run } = series;
  const before = sentBy(run.snapshot());
  const deadline = performance.now() + 10_000;
  while (sentBy(run.snapshot()) <= before) {
    assert.ok(performance.now() < deadline, 'nothing is sent');
    await sleep(5);
  }
}

describe('a series', () => {
  it('sends exactly the count over all legs, whatever changes between them', {
    skip: needsRoot,
  }, async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      const base: RunOptions = { iface: 'near0', engine: 'tx-ring', cpus: [0, 1], countPackets: 1_000_003 };
      const changes: RunOptions[] = [
        { engine: 'packet' },
        { engine: 'packet', sizeBytes: 512 },
        { engine: 'packet', engineOptions: { qdiscBypass: true } },
        { cpus: [1], ...sizesOf(128) },
        { engine: 'xdp', sizeBytes: 64 },
      ];
      const { legs, refused } = await carryOut(namespace, base, changes, 40);
      assert.deepEqual(refused, []);
      assert.deepEqual(
        legs.map(({ plan }) => plan.engine.name),
        ['tx-ring', 'packet', 'packet', 'packet', 'tx-ring', 'xdp'],
      );
      assert.deepEqual(
        legs.map(({ plan }) => plan.sizes.maxBytes),
        [64, 64, 512, 64, 128, 64],
      );
      assert.equal(packetsOf(legs), 1_000_003);
      const links = JSON.parse(namespace.run('ip', '-s', '-j', 'link')) as {
        ifname: string;
        stats64: { tx: { packets: number }; rx: { packets: number } };
      }[];
      const statsOf = (name: string) => links.find(({ ifname }) => ifname === name)?.stats64;
      assert.equal(statsOf('near0')?.tx.packets, 1_000_003);
      assert.equal(statsOf('far0')?.rx.packets, 1_000_003);
      for (const { device, total } of legs) assert.equal(device?.txPackets, total.packets);
      assert.deepEqual(troublesOf(legs), []);
    });
  });

  it('sends no more bytes than asked, and as many as fit', async () => {
    const bytes = 3_000_000;
    const legs = await withSeries({ ...LAB, bytes, shape: PPS(5000) }, async (series) => {
      await sleep(100);
      await series.change({ ...series.options, sizeBytes: 1000 });
      await sleep(100);
      await series.change({ ...series.options, sizeBytes: 1518, shape: PPS(20_000) });
      await series.done;
    });
    const sent = sum(legs, ({ total }) => total.bytes);
    assert.equal(legs.length, 3);
    assert.ok(sent <= bytes && bytes - sent < 1518, `${sent} of ${bytes}`);
    assert.equal(
      sum(legs, ({ farEnd }) => farEnd?.rxBytes ?? Number.NaN),
      sent - 4 * packetsOf(legs),
    );
  });

  it('lasts as long as asked, pauses and what lies between legs not counted', async () => {
    const startedAt = performance.now();
    const legs = await withSeries({ ...LAB, durationNs: 600e6, shape: PPS(2000) }, async (series) => {
      for (const sizeBytes of [128, 256]) {
        await sleep(100);
        series.pause();
        await sleep(150);
        await series.change({ ...series.options, sizeBytes });
        series.resume();
      }
      await series.done;
    });
    const seconds = sum(legs, ({ total }) => total.seconds);
    assert.equal(legs.length, 3);
    assert.ok(seconds > 0.55 && seconds < 0.75, `${seconds} s`);
    assert.ok(performance.now() - startedAt > 850, 'a pause was taken for running time');
    // 2,000 a second: what was sent is the time by another clock.
    assert.ok(Math.abs(packetsOf(legs) - 1200) < 150, `${packetsOf(legs)} frames`);
  });

  it('keeps a rate that was set meanwhile, unless the change has one itself', async () => {
    await withSeries({ ...LAB, shape: PPS(1000) }, async (series) => {
      series.setRate(3000);
      await series.change({ ...series.options, sizeBytes: 512 });
      assert.equal(series.run.snapshot().askedPps, 3000);
      const { run } = series;
      await sleep(300);
      const rate = sentBy(run.snapshot()) / (run.snapshot().workers[0]?.seconds ?? Number.NaN);
      assert.ok(rate > 2400 && rate < 3600, `${rate} a second instead of 3000`);
      assert.equal(series.summaryNow().pace?.changes, 0); // it began so
      await series.change({ ...series.options, shape: PPS(500) });
      assert.equal(series.run.snapshot().askedPps, 500);
      series.setTopSpeed();
      await series.change({ ...series.options, sizeBytes: 64 });
      assert.equal(series.run.snapshot().speed, null);
    });
  });

  it('refuses a change to frames that a kept rate is too much for, and goes on', async () => {
    await withSeries({ ...LAB, shape: PPS(1000) }, async (series) => {
      const { run } = series;
      series.setRate(14_000_000);
      series.pause(); // it need not be sent
      await assert.rejects(
        series.change({ ...series.options, sizeBytes: 1518 }),
        /^UsageError: rate 14Mpps: /,
      );
      assert.equal(series.run, run);
      series.setRate(1000);
      series.resume();
      await sends(series);
    });
  });

  it('keeps a pause: not a frame leaves before it is over', { skip: needsRoot }, async () => {
    const legs = await withSeries(LAB, async (series) => {
      await sends(series);
      series.pause();
      await sleep(30);
      const before = receivedIn(series);
      await series.change({ ...series.options, engine: 'tx-ring' });
      await series.change({ ...series.options, sizeBytes: 256 });
      await sleep(100);
      assert.equal(series.isPaused, true);
      assert.equal(receivedIn(series), before);
      const held = series.run.snapshot();
      assert.deepEqual(
        held.workers.map(({ state, packets, seconds }) => [state, packets, seconds]),
        [
          ['paused', 0, 0],
          ['paused', 0, 0],
        ],
      );
      series.resume();
      await sends(series);
      assert.ok(receivedIn(series) > before);
    });
    assert.deepEqual(
      legs.map(({ total }) => total.packets > 0),
      [true, false, true],
    );
    // The leg in which nothing was sent was not asked to.
    assert.deepEqual(troublesOf(legs), []);
  });

  it('refuses what cannot be before anything ends', async () => {
    await withSeries({ ...LAB, countPackets: 10_000_000, shape: PPS(1000) }, async (series) => {
      const { run, options } = series;
      for (const [change, message] of [
        [{ engine: 'tx-rign' }, /no such engine; did you mean tx-ring/],
        [{ cpus: [1023] }, /CPU 1023/],
        [{ engine: 'null' }, /sends nothing/],
        [{ engine: 'xdp', engineOptions: { qdiscBypass: true } }, /no such option; it belongs to/],
        [{ shape: PPS(1e9) }, /1\.000 Gpps is too much/],
      ] as const) {
        await assert.rejects(series.change({ ...options, ...change }), message);
        assert.equal(series.run, run);
        assert.equal(series.options, options);
      }
      await sends(series);
    });
  });

  it('goes on as before where the new leg cannot be opened after all', { skip: needsRoot }, async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      // Somebody else holds the queue that the change would bind: only opening it tells.
      const source = `
        import { setTimeout as sleep } from 'node:timers/promises';
        import { resolvePlan, startRun, startSeries } from 'pktgen';
        const base = { iface: 'near0', engine: 'packet', cpus: [0], countPackets: 50_001,
          shape: { kind: 'constant', rate: { unit: 'pps', value: 40_000 } } };
        const other = await startRun(await resolvePlan({ ...base, engine: 'xdp' }), { isHeld: true });
        const series = await startSeries(base);
        await sleep(200);
        let refused = '';
        await series.change({ ...base, engine: 'xdp' }).catch((error) => { refused = error.message; });
        const engine = series.plan.engine.name;
        const legs = await series.done;
        other.stop();
        await other.done;
        process.stdout.write(JSON.stringify({ refused, engine, legs }));`;
      const text = namespace.run(process.execPath, '--input-type=module', '-e', source);
      const { refused, engine, legs } = JSON.parse(text) as {
        refused: string;
        engine: string;
        legs: Summary[];
      };
      assert.match(refused, /^engine xdp on near0 cannot start: /);
      assert.equal(engine, 'packet');
      assert.equal(legs.length, 2);
      assert.deepEqual(troublesOf(legs), []);
      assert.equal(packetsOf(legs), 50_001);
      assert.equal(namespace.received('far0'), 50_001);
    });
  });

  it('has sent exactly the count when a change and the end come together', async () => {
    for (let delayMs = 0; delayMs < 40; delayMs += 4) {
      const series = await startSeries({ ...LAB, countPackets: 2003, shape: PPS(100_000) });
      await sleep(delayMs);
      const change = series.change({ ...series.options, engine: 'tx-ring' }).then(
        () => 'changed',
        (error: Error) => error.message,
      );
      const legs = await series.done;
      assert.match(await change, /^(?:changed|nothing was changed: the run has ended)$/);
      assert.equal(packetsOf(legs), 2003);
      assert.deepEqual(troublesOf(legs), []);
      await assert.rejects(
        series.change(series.options),
        /^UsageError: nothing was changed: the run has ended$/,
      );
    }
  });

  it('can be stopped during a change, and what is missing then is said', async () => {
    for (const delayMs of [0, 2, 5, 10, 15, 20, 30, 40, 60, 80]) {
      const series = await startSeries({ ...LAB, shape: PPS(1000), countPackets: 1_000_000 });
      const change = series.change({ ...series.options, engine: 'tx-ring' }).then(
        () => null,
        (error: Error) => error.message,
      );
      await sleep(delayMs);
      series.stop();
      const legs = await series.done;
      assert.ok(legs.length <= 2);
      // So short a run may have missed its rate, too.
      assert.equal(legs.at(-1)?.findings[0]?.code, 'count-missed', `after ${delayMs} ms`);
      const refused = await change;
      assert.equal(refused, legs.length === 2 ? null : 'nothing was changed: the run has ended');
    }
  });

  it('makes changes that come together one after the other', async () => {
    const legs = await withSeries({ ...LAB, shape: PPS(1000) }, async (series) => {
      const changes = [128, 256, 512].map((sizeBytes) => series.change({ ...series.options, sizeBytes }));
      await Promise.all(changes);
      assert.equal(series.before.length, 3);
      assert.equal(series.plan.sizes.maxBytes, 512);
    });
    assert.deepEqual(
      legs.map(({ plan }) => plan.sizes.maxBytes),
      [64, 128, 256, 512],
    );
  });

  it('stays in its lab, and makes another one only where it has to', { skip: needsRoot }, async () => {
    const legs = await withSeries({ ...LAB, sizeBytes: 512 }, async (series) => {
      await sends(series);
      const namespace = namespaceOf(series);
      const path = series.run.namespaces?.net;
      const seen = receivedIn(series);
      for (const change of [{ engine: 'tx-ring' }, { sizeBytes: 1518 }, { cpus: [1] }, { engine: 'udp' }]) {
        await series.change({ ...LAB, ...change });
        await sends(series);
        assert.equal(namespaceOf(series), namespace, JSON.stringify(change));
        assert.equal(series.run.namespaces?.net, path);
      }
      assert.ok(receivedIn(series) > seen + sentBy(series.run.snapshot()), 'the counters began anew');
      await series.change({ ...LAB, sizeBytes: 9000 });
      await sends(series);
      const wide = namespaceOf(series);
      assert.notEqual(wide, namespace, 'frames of 9000 bytes need another MTU');
      await series.change({ ...LAB, farEnd: 'drop' });
      await sends(series);
      assert.notEqual(namespaceOf(series), wide, 'its far end drops now');
    });
    for (const { farEnd, device, total, plan } of legs) {
      assert.equal(farEnd?.rxPackets, total.packets, plan.engine.name);
      assert.equal(device?.txPackets, total.packets, plan.engine.name);
    }
  });

  it('leaves nothing behind in a hundred changes', async () => {
    const held = () => readdirSync('/proc/self/fd').length;
    const threads = () => readdirSync('/proc/self/task').length;
    const namespaces = () =>
      new Set(
        readdirSync('/proc/self/fd').flatMap((fd) => {
          try {
            return [readlinkSync(`/proc/self/fd/${fd}`)].filter((link) => link.startsWith('net:'));
          } catch {
            return []; // closed meanwhile
          }
        }),
      ).size;
    const state = () => ({ descriptors: held(), threads: threads(), namespaces: namespaces() });
    const outside = state();
    await withSeries({ ...LAB, shape: PPS(1000) }, async (series) => {
      const changes = [
        { engine: 'tx-ring' },
        { farEnd: 'stack', sizeBytes: 4000 },
        { cpus: [1] },
        {},
      ] as const;
      const change = (i: number) =>
        series.change({ ...LAB, shape: PPS(1000), ...changes[i % changes.length] });
      for (let i = 0; i < changes.length; i++) await change(i);
      const before = state();
      for (let i = 0; i < 100; i++) await change(i);
      assert.deepEqual(state(), before);
      assert.equal(series.before.length, 104);
    });
    assert.deepEqual(state(), outside);
  });

  it("keeps the streams' own counts, over all legs and whoever is left out meanwhile", async () => {
    const stream = (name: string, changes: Partial<Stream> = {}): Stream => ({
      name,
      weight: 1,
      count: null,
      sizes: null,
      headers: [{ protocol: 'ethernet', fields: { dst: '02:00:00:00:00:00' } }],
      payload: { kind: 'byte', value: 0, lengthBytes: null },
      flows: null,
      ...changes,
    });
    const a = stream('a', { count: 300, timing: { then: 'b' } });
    const b = stream('b', { timing: { bytes: 400 * 64 } });
    const c = stream('c', { count: 700 });
    const traffic = (...streams: Stream[]) => ({ seed: 1, order: 'smooth', streams }) as const;
    const options: RunOptions = { ...LAB, traffic: traffic(a, b, c), shape: PPS(3000) };
    const legs = await withSeries(options, async (series) => {
      await sleep(60);
      await series.change({ ...options, sizeBytes: 64, engine: 'tx-ring' });
      await sleep(60);
      await series.change({ ...options, traffic: traffic(a, b) });
      await sleep(60);
      await series.change(options);
      await series.done;
    });
    const sentOf = (name: string) =>
      sum(legs, ({ streams }) => streams.find((one) => one.name === name)?.packets ?? 0);
    assert.deepEqual(['a', 'b', 'c'].map(sentOf), [300, 400, 700]);
    assert.equal(legs.length, 4);
    assert.equal(
      sum(legs, ({ farEnd }) => farEnd?.rxPackets ?? Number.NaN),
      1400,
    );
  });

  it('goes through a capture as often as asked', async () => {
    const traffic = replayTraffic({ file: 'profiles/pcap-example.pcap' });
    const options: RunOptions = { ...LAB, traffic, loops: 30, shape: PPS(500) };
    const legs = await withSeries(options, async (series) => {
      await sleep(20);
      await series.change({ ...series.options, engine: 'tx-ring' });
      await series.done;
    });
    const frames = legs[0]?.plan.captures[0]?.frames ?? Number.NaN;
    assert.equal(packetsOf(legs), 30 * frames);
    assert.deepEqual(troublesOf(legs), []);
  });

  it('tells at any moment what the summary would be, without judging what is not over', async () => {
    const options: RunOptions = { ...LAB, countPackets: 1_000_000_000, shape: PPS(5000) };
    const legs = await withSeries(options, async (series) => {
      await sends(series);
      const now = series.summaryNow();
      assert.deepEqual(
        now.workers.map(({ endReason }) => endReason),
        [null, null],
      );
      assert.ok(now.total.packets > 0);
      assert.deepEqual([now.findings, now.exitCode], [[], 0]);
      assert.deepEqual([now.device?.agrees, now.farEnd?.agrees], [null, null]);
      assert.equal(now.device?.driver, 'veth');
      assert.equal(series.run.driver, 'veth');
      await series.change({ ...options, engine: 'tx-ring' });
      assert.equal(series.before[0]?.plan.engine.name, 'packet');
      series.stop();
      await series.done;
      assert.deepEqual(series.summaryNow().workers[0]?.endReason, 'stopped');
    });
    // What the first leg left is the second one's to send; what that left is missing.
    assert.deepEqual(
      legs.map((leg) => troublesOf([leg])),
      [[], ['count-missed']],
    );
  });

  it('warms up once', async () => {
    const legs = await withSeries(
      { ...LAB, warmupNs: 100e6, countPackets: 2000, shape: PPS(5000) },
      async (series) => {
        await sleep(200);
        await series.change({ ...series.options, engine: 'tx-ring' });
        await series.done;
      },
    );
    assert.deepEqual(
      legs.map(({ warmup }) => warmup !== null),
      [true, false],
    );
    assert.equal(packetsOf(legs), 2000);
  });
});

describe('a run that is held', () => {
  it('sends nothing before resume(), and its time begins then', async () => {
    const run = await startRun(await resolvePlan({ ...LAB, durationNs: 100e6, shape: PPS(1000) }), {
      isHeld: true,
    });
    try {
      run.setRate(5000);
      await sleep(150);
      assert.equal(sentBy(run.snapshot()), 0);
      assert.equal(run.snapshot().device?.txPackets, 0);
      run.pause(); // as it is
      run.resume();
    } finally {
      setTimeout(() => run.stop(), 5000).unref();
    }
    const { total, pace, workers } = await run.done;
    assert.equal(workers[0]?.endReason, 'duration');
    assert.ok(total.seconds > 0.09 && total.seconds < 0.2, `${total.seconds} s`);
    assert.deepEqual([pace?.askedPps, pace?.changes], [5000, 0]);
    // 5,000 a second: waiting was no time in which it was behind.
    assert.ok(total.packets > 250 && total.packets <= 500, `${total.packets} frames`);
  });

  it('can be stopped', async () => {
    const run = await startRun(await resolvePlan({ ...LAB, shape: PPS(1000) }), { isHeld: true });
    run.stop();
    const { total, workers } = await run.done;
    assert.deepEqual([total.packets, workers[0]?.endReason], [0, 'stopped']);
    assert.ok(total.seconds < 1e-3, `${total.seconds} s`);
  });
});

describe('a series that is stopped', () => {
  it('while a change is under way has missed its count', async () => {
    const series = await startSeries({ ...LAB, countPackets: 1e9 });
    series.run.stopToContinue();
    series.stop();
    const [leg] = await series.done;
    assert.deepEqual(
      leg?.findings.map(({ code }) => code),
      ['count-missed'],
    );
  });
});
