import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Figures, resolvePlan, type Summary, startRun } from 'pktgen';
import { needsRoot, withNamespace } from '../support/namespace.js';
import { pktgenJson } from '../support/pktgen.js';

const TX_RING = ['--engine', 'tx-ring', '--cpus', '0'];

type Parts = Record<'fill' | 'entry' | 'kernel' | 'room' | 'idle' | 'offCpu', number>;

/** The parts as shares of the whole, which they have to add up to. */
function sharesOf({ split, nsPerPacket }: Figures): Parts {
  assert.ok(split, 'a run has a split');
  const whole = nsPerPacket ?? 0;
  const parts = Object.values(split);
  assert.ok(parts.every((part) => part >= 0));
  assert.ok(Math.abs(parts.reduce((a, b) => a + b, 0) - whole) <= 1e-9 * whole);
  const { fillNs, entryNs, kernelNs, roomNs, idleNs, offCpuNs } = split;
  const share = (ns: number) => ns / whole;
  return {
    fill: share(fillNs),
    entry: share(entryNs),
    kernel: share(kernelNs),
    room: share(roomNs),
    idle: share(idleNs),
    offCpu: share(offCpuNs),
  };
}

/** The same of what the worker did while nobody else had its CPU: other programs run here, too. */
function ownSharesOf(figures: Figures): Parts {
  const { offCpu, ...own } = sharesOf(figures);
  const share = (part: number) => part / (1 - offCpu);
  const { fill, entry, kernel, room, idle } = own;
  return {
    fill: share(fill),
    entry: share(entry),
    kernel: share(kernel),
    room: share(room),
    idle: share(idle),
    offCpu,
  };
}

/** A loop on CPU 0 until it is killed by its id. */
function burnCpu0(): ChildProcess {
  return spawn('taskset', ['-c', '0', process.execPath, '-e', 'for (;;);'], {
    stdio: 'ignore',
    timeout: 20_000,
    killSignal: 'SIGKILL',
  });
}

/** User and kernel time of a thread in ticks, by /proc/self/task/TID/stat; of a worker by its name. */
function ticksOf(name: string): { readonly user: number; readonly kernel: number } {
  for (const tid of readdirSync('/proc/self/task')) {
    const [, comm, rest = ''] =
      /\((.*)\) (.*)/s.exec(readFileSync(`/proc/self/task/${tid}/stat`, 'utf8')) ?? [];
    const fields = rest.split(' ');
    if (comm === name) return { user: Number(fields[11]), kernel: Number(fields[12]) };
  }
  throw new Error(`no thread ${name}`);
}

describe('where the time goes', () => {
  it('of a slow paced run: into waiting', async () => {
    for (const pacing of ['hybrid', 'spin', 'sleep']) {
      const flags = ['--rate', '1kpps', '--duration', '500ms', '--pacing', pacing];
      const { total } = await pktgenJson(['--lab', ...TX_RING, ...flags]);
      const { idle } = sharesOf(total);
      assert.ok(idle > 0.8, `${pacing}: ${idle} idle`);
    }
  });

  it('of the null engine: into making frames, and into no call', async () => {
    const { total } = await pktgenJson(['--engine', 'null', '--cpus', '0', '--duration', '500ms']);
    const own = ownSharesOf(total);
    assert.ok(own.fill > 0.99, `${own.fill} user space`);
    assert.equal(own.entry + own.kernel + own.room + own.idle, 0);
  });

  for (const [engine, ...flags] of [
    ['tx-ring', '--qdisc-bypass'],
    ['packet'],
    ['packet', '--batch', '1'],
    ['udp', '--udp-call', 'send'],
    ['udp', '--udp-call', 'segment'],
    ['xdp'],
    ['live'],
  ]) {
    it(`of ${[engine, ...flags].join(' ')} on a veth: into the kernel`, async () => {
      const args = ['--lab', '--engine', engine ?? '', ...flags, '--cpus', '0', '--duration', '400ms'];
      const { total } = await pktgenJson(args);
      const own = ownSharesOf(total);
      assert.ok(own.kernel > 0.6, JSON.stringify(own));
      assert.ok(own.entry > 0 && own.fill > 0);
      assert.equal(own.idle, 0);
    });
  }

  it('of pcap: no less than one call a batch', async () => {
    const args = ['--engine', 'pcap', '--to', '/dev/null', '--count', '200000', '--cpus', '0'];
    const { total } = await pktgenJson(args);
    assert.equal(total.syscalls, 3125);
    assert.ok(sharesOf(total).entry > 0);
  });

  it('of a full queue: into waiting for room', { skip: needsRoot }, async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      namespace.shape('near0', '8mbit');
      for (const engine of ['tx-ring', 'packet']) {
        const args = ['--iface', 'near0', '--engine', engine, '--cpus', '0', '--duration', '500ms'];
        const { total } = await pktgenJson(args, namespace);
        const own = ownSharesOf(total);
        // A call that had room for one frame and not for the next is work.
        assert.ok(own.room > 0.5, `${engine}: ${JSON.stringify(own)}`);
      }
    });
  });

  it('of a worker that shares its CPU with a busy loop: half into waiting for the CPU', async () => {
    const loop = burnCpu0();
    try {
      await sleep(300);
      for (const args of [
        ['--lab', ...TX_RING],
        ['--engine', 'null', '--cpus', '0'],
      ]) {
        const { total } = await pktgenJson([...args, '--duration', '2s']);
        const { offCpu } = sharesOf(total);
        // More loops than ours may run: then more than half.
        assert.ok(offCpu > 0.35, `${offCpu} off the CPU`);
        const off = total.seconds - (total.cpuNsPerPacket ?? 0) * total.packets * 1e-9;
        assert.ok(Math.abs(offCpu * total.seconds - off) < 0.1 * total.seconds, `${offCpu}, ${off} s`);
      }
    } finally {
      loop.kill('SIGKILL');
    }
  });

  it('of a paced worker that sleeps on a busy CPU: waking up late is pacing', async () => {
    const loop = burnCpu0();
    try {
      await sleep(300);
      const flags = ['--rate', '500pps', '--duration', '1s', '--pacing', 'sleep'];
      const { total } = await pktgenJson(['--lab', ...TX_RING, ...flags]);
      const { idle } = sharesOf(total);
      assert.ok(idle > 0.8, `${idle} idle`);
    } finally {
      loop.kill('SIGKILL');
    }
  });

  it('agrees with the kernel’s own account of user and kernel time', async () => {
    const plan = await resolvePlan({ lab: true, engine: 'packet', cpus: [0], durationNs: 2e9 });
    const run = await startRun(plan);
    await sleep(1800);
    const { user, kernel } = ticksOf('pktgen/0');
    const { total } = await run.done;
    const own = ownSharesOf(total);
    // The kernel counts by ticks here and there; what is in between shows in docs/measurements.md.
    assert.ok(user + kernel > 5);
    assert.ok(Math.abs(own.fill - user / (user + kernel)) < 0.15, `${own.fill} ${user} ${kernel}`);
  });

  it('in the run leaves out what was in its warm-up, and what was paused', async () => {
    const flags = ['--rate', '1kpps', '--warmup', '400ms', '--duration', '400ms'];
    const { total } = await pktgenJson(['--lab', ...TX_RING, ...flags]);
    const { idle } = sharesOf(total);
    assert.ok(idle > 0.8 && idle < 1);

    const plan = await resolvePlan({ engine: 'null', cpus: [0], durationNs: 600e6 });
    const run = await startRun(plan);
    await sleep(200);
    run.pause();
    await sleep(600);
    run.resume();
    const summary: Summary = await run.done;
    const own = ownSharesOf(summary.total);
    assert.ok(summary.total.seconds < 0.7);
    assert.ok(own.fill > 0.99, JSON.stringify(own));
  });
});
