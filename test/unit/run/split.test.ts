import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TimeSplit, totalFigures, workerFigures } from '#src/run/rates.js';
import type { WorkerSnapshot } from '#src/run/snapshot.js';
import { snapshot, worker } from '../support/samples.js';

/** A million packets in a second, wholly on the CPU: 1000 ns each. A tenth of it was measured, a fifth in user space. */
function busy(changes: Partial<WorkerSnapshot> = {}): WorkerSnapshot {
  return worker({
    packets: 1_000_000,
    seconds: 1,
    cpuSeconds: 1,
    syscalls: 20_000,
    sampledSeconds: 0.1,
    sampledCallSeconds: 0.08,
    sampledCalls: 2000,
    emptyCallNs: 100,
    ...changes,
  });
}

const NOTHING: TimeSplit = { fillNs: 0, entryNs: 0, kernelNs: 0, roomNs: 0, idleNs: 0, offCpuNs: 0 };

/** The split of one worker, and of it as the only one of a run; the parts have to add up. */
function splitOf(after: WorkerSnapshot, before?: WorkerSnapshot): TimeSplit {
  const figures = workerFigures(before, after);
  const all = totalFigures(before && snapshot([before]), snapshot([after]));
  assert.deepEqual(all.split, figures.split);
  assert.ok(figures.split);
  addsUp(figures.split, figures.nsPerPacket);
  return figures.split;
}

function addsUp(split: TimeSplit, nsPerPacket: number | null): void {
  const parts = Object.values(split);
  assert.ok(parts.every((part) => part >= 0));
  const whole = parts.reduce((a, b) => a + b, 0);
  assert.ok(Math.abs(whole - (nsPerPacket ?? 0)) <= 1e-9 * whole, `${whole} ≠ ${nsPerPacket}`);
}

/** Equal but for the last bits of floating-point numbers. */
function same(actual: TimeSplit, expected: Partial<TimeSplit>): void {
  const wanted = { ...NOTHING, ...expected };
  for (const name of Object.keys(NOTHING) as (keyof TimeSplit)[])
    assert.ok(
      Math.abs(actual[name] - wanted[name]) < 1e-6,
      `${name}: ${actual[name]} instead of ${wanted[name]}`,
    );
}

test('what holds for the measured part of the work is taken for all of it', () => {
  same(splitOf(busy()), { fillNs: 200, entryNs: 2, kernelNs: 798 });
});

test('a worker that never called the kernel was in user space', () => {
  same(splitOf(busy({ syscalls: 0, sampledCallSeconds: 0, sampledCalls: 0 })), { fillNs: 1000 });
});

test('calls that cost less than an empty one are entry and no kernel', () => {
  same(splitOf(busy({ emptyCallNs: 50_000 })), { fillNs: 200, entryNs: 800 });
});

test('a wait for frames to be due is idle, a wait for room is not', () => {
  const paced = busy({ idleSeconds: 0.5, roomSeconds: 0.25, cpuSeconds: 0.3 });
  same(splitOf(paced), { fillNs: 50, entryNs: 0.5, kernelNs: 199.5, roomNs: 250, idleNs: 500 });
});

test('calls in vain are no entry: they are in the time without room', () => {
  same(splitOf(busy({ syscalls: 1_000_000, roomSeconds: 0.5 })), {
    fillNs: 100,
    entryNs: 1,
    kernelNs: 399,
    roomNs: 500,
  });
});

test('others on the CPU: what is left of the work is split as it was measured', () => {
  same(splitOf(busy({ cpuSeconds: 0.5, offCpuSeconds: 0.5 })), {
    fillNs: 100,
    entryNs: 1,
    kernelNs: 399,
    offCpuNs: 500,
  });
});

test('of a worker that also spun, others took from its work as much as that has of the time awake', () => {
  const spinning = busy({ idleSeconds: 0.75, cpuSeconds: 0.8, offCpuSeconds: 0.2 });
  same(splitOf(spinning), { idleNs: 750, offCpuNs: 50, fillNs: 40, entryNs: 0.4, kernelNs: 159.6 });
});

test('more time off the CPU than there was work leaves no work', () => {
  const late = busy({ idleSeconds: 0.9, offCpuSeconds: 3, cpuSeconds: 0 });
  same(splitOf(late), { idleNs: 900, offCpuNs: 100 });
});

test('clocks that were read one after the other never make a part negative or more than the whole', () => {
  same(splitOf(busy({ idleSeconds: 1.2, roomSeconds: 0.1 })), { idleNs: 1000 });
  same(splitOf(busy({ idleSeconds: 0.6, roomSeconds: 0.6 })), { idleNs: 600, roomNs: 400 });
  same(splitOf(busy({ idleSeconds: -1e-6 })), { fillNs: 200, entryNs: 2, kernelNs: 798 });
  same(splitOf(busy({ sampledCallSeconds: 0.2 })), { entryNs: 2, kernelNs: 998 });
});

test('between two snapshots only the difference counts, and a pause is in none of it', () => {
  const before = busy({ idleSeconds: 0.25, sampledCallSeconds: 0.1 });
  const after = busy({
    packets: 2_000_000,
    seconds: 2, // in three seconds, of which one was paused
    cpuSeconds: 2,
    idleSeconds: 0.75,
    sampledSeconds: 0.2,
    sampledCallSeconds: 0.15,
    sampledCalls: 4000,
  });
  same(splitOf(after, before), { idleNs: 500, fillNs: 250, entryNs: 1, kernelNs: 249 });
});

test('work of which nothing was measured has no split, and neither has nothing', () => {
  const nothing = { sampledSeconds: 0, sampledCallSeconds: 0, sampledCalls: 0 };
  assert.equal(workerFigures(undefined, busy(nothing)).split, null);
  assert.equal(workerFigures(busy(), busy({ seconds: 2, packets: 2_000_000 })).split, null);
  assert.equal(workerFigures(undefined, busy({ packets: 0 })).split, null);
  assert.equal(totalFigures(undefined, snapshot([])).split, null);
});

test('waiting alone needs no measuring', () => {
  const nothing = { sampledSeconds: 0, sampledCallSeconds: 0, sampledCalls: 0 };
  same(splitOf(busy({ ...nothing, idleSeconds: 1, cpuSeconds: 0 })), { idleNs: 1000 });
});

test('the parts of several workers count by their packets', () => {
  const slow = busy({ cpu: 3, packets: 250_000, idleSeconds: 0.5, emptyCallNs: 300 });
  const { split, nsPerPacket } = totalFigures(undefined, snapshot([busy(), slow]));
  assert.ok(split);
  addsUp(split, nsPerPacket);
  assert.equal(nsPerPacket, 1600);
  same(split, { fillNs: 240, entryNs: 4, kernelNs: 956, idleNs: 400 });
});

test('a worker of several of which nothing was measured is taken to be like the others', () => {
  const rare = busy({ cpu: 3, sampledSeconds: 0, sampledCallSeconds: 0, sampledCalls: 0 });
  const { split } = totalFigures(undefined, snapshot([busy(), rare]));
  assert.ok(split);
  same(split, { fillNs: 200, entryNs: 2, kernelNs: 798 });
});

test('time off the CPU and stolen time of all workers add up', () => {
  const one = busy({ offCpuSeconds: 0.25, stolenSeconds: 0.5 });
  const later = busy({ offCpuSeconds: 1, stolenSeconds: 2 });
  const figures = totalFigures(snapshot([one, one]), snapshot([later, one]));
  assert.equal(figures.stolenSeconds, 1.5);
  assert.equal(figures.offCpuSeconds, 0.75);
  assert.equal(totalFigures(undefined, snapshot([one, one])).offCpuSeconds, 0.5);
});
