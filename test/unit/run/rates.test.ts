import assert from 'node:assert/strict';
import { test } from 'node:test';
import { totalFigures, workerFigures } from '#src/run/rates.js';
import { LINE_RATE, snapshot, worker } from '../support/samples.js';

/** Equal but for the last bits of a floating-point number. */
function near(actual: number | null, expected: number): void {
  assert.ok(
    actual !== null && Math.abs(actual - expected) <= Math.abs(expected) * 1e-12,
    `${actual} ≠ ${expected}`,
  );
}

test('64-byte frames at line rate fill 10 Gbit/s of L1 and 64/84 of it in L2', () => {
  const figures = workerFigures(undefined, worker());
  near(figures.pps, LINE_RATE.pps);
  near(figures.bpsL1, 10e9);
  near(figures.bpsL2, (10e9 * 64) / 84);
});

test('a worker at line rate takes 67.2 ns for a packet, 98 % of them on the CPU', () => {
  const figures = workerFigures(undefined, worker());
  near(figures.nsPerPacket, 67.2);
  near(figures.cpuNsPerPacket, 65.856);
  near(figures.packetsPerSyscall, 50);
  assert.equal(figures.busy, 0);
});

test('L1 and L2 follow from the mean frame size of a mix', () => {
  const figures = workerFigures(undefined, worker({ seconds: 1, packets: 10, bytes: 9 * 64 + 1518 }));
  near(figures.bpsL2, (9 * 64 + 1518) * 8);
  near(figures.bpsL1, (9 * 84 + 1538) * 8);
});

test('between two snapshots only the difference counts', () => {
  const before = worker({ packets: 1000, seconds: 1, cpuSeconds: 1, syscalls: 10, busy: 5 });
  const after = worker({ packets: 4000, seconds: 3, cpuSeconds: 1.6, syscalls: 40, busy: 7 });
  const figures = workerFigures(before, after);
  assert.equal(figures.packets, 3000);
  assert.equal(figures.bytes, 3000 * 64);
  assert.equal(figures.seconds, 2);
  assert.equal(figures.syscalls, 30);
  assert.equal(figures.busy, 2);
  near(figures.pps, 1500);
  near(figures.nsPerPacket, 666_666.666_666_666_6);
  near(figures.cpuNsPerPacket, 200_000);
  near(figures.packetsPerSyscall, 100);
});

test('errors are subtracted by name, and names without new errors disappear', () => {
  const before = worker({ errors: { ENOBUFS: 3, EAGAIN: 2 } });
  const after = worker({ errors: { ENOBUFS: 10, EAGAIN: 2, EMSGSIZE: 1 } });
  assert.deepEqual(workerFigures(before, after).errors, { ENOBUFS: 7, EMSGSIZE: 1 });
  assert.deepEqual(workerFigures(undefined, after).errors, after.errors);
});

test('nothing sent in no time gives zero rates and no quotients', () => {
  const idle = worker({ packets: 0, seconds: 0, cpuSeconds: 0, syscalls: 0 });
  for (const figures of [workerFigures(undefined, idle), totalFigures(undefined, snapshot([idle]))]) {
    assert.equal(figures.pps, 0);
    assert.equal(figures.bpsL1, 0);
    assert.equal(figures.bpsL2, 0);
    assert.equal(figures.nsPerPacket, null);
    assert.equal(figures.cpuNsPerPacket, null);
    assert.equal(figures.packetsPerSyscall, null);
  }
});

test('time without a packet gives zero rates; packets without a system call give no packets per call', () => {
  assert.equal(workerFigures(undefined, worker({ packets: 0 })).pps, 0);
  assert.equal(workerFigures(undefined, worker({ packets: 0 })).bpsL1, 0);
  assert.equal(workerFigures(undefined, worker({ syscalls: 0 })).packetsPerSyscall, null);
});

test('two workers share the rate and each takes twice the time for a packet', () => {
  const half = worker({ packets: LINE_RATE.packets / 2 });
  const figures = totalFigures(undefined, snapshot([half, half]));
  assert.equal(figures.packets, LINE_RATE.packets);
  assert.equal(figures.bytes, LINE_RATE.packets * 64);
  assert.equal(figures.seconds, LINE_RATE.seconds);
  near(figures.pps, LINE_RATE.pps);
  near(figures.bpsL1, 10e9);
  near(figures.nsPerPacket, 134.4);
  near(figures.cpuNsPerPacket, 131.712);
});

test('the total takes as long as its slowest worker', () => {
  const quick = worker({ packets: 1000, seconds: 1 });
  const slow = worker({ packets: 1000, seconds: 4 });
  for (const workers of [
    [quick, slow],
    [slow, quick],
  ]) {
    const figures = totalFigures(undefined, snapshot(workers));
    assert.equal(figures.seconds, 4);
    near(figures.pps, 500);
    near(figures.nsPerPacket, 2_500_000);
  }
});

test('a total between two snapshots subtracts each worker from itself', () => {
  const before = snapshot([worker({ packets: 100, seconds: 1 }), worker({ packets: 900, seconds: 1 })]);
  const after = snapshot([
    worker({ packets: 300, seconds: 2, errors: { EAGAIN: 1 } }),
    worker({ packets: 1000, seconds: 3, errors: { EAGAIN: 2, ENOBUFS: 5 } }),
  ]);
  const figures = totalFigures(before, after);
  assert.equal(figures.packets, 300);
  assert.equal(figures.seconds, 2);
  near(figures.pps, 150);
  assert.deepEqual(figures.errors, { EAGAIN: 3, ENOBUFS: 5 });
});

test('a run without workers has figures of nothing', () => {
  const figures = totalFigures(undefined, snapshot([]));
  assert.equal(figures.packets, 0);
  assert.equal(figures.seconds, 0);
  assert.equal(figures.nsPerPacket, null);
});
