import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type NativeLinkCounters, type NativeRun, native } from '#src/native/index.js';
import { linkDelta, readWarmup, readWorkers, warmupSoFar } from '#src/run/snapshot.js';

const KEYS = [
  'rxPackets',
  'rxBytes',
  'rxDropped',
  'rxOtherhostDropped',
  'txPackets',
  'txBytes',
  'txDropped',
  'txErrors',
] as const;

/** Every counter at a different distance from `start`: 10, 20, 30 … */
function counters(start: bigint, step: bigint): NativeLinkCounters {
  const entries = KEYS.map((key, i) => [key, BigInt.asUintN(64, start + BigInt(i + 1) * step)]);
  return Object.fromEntries(entries) as NativeLinkCounters;
}

const EXPECTED = {
  name: 'eth1',
  gone: false,
  ...Object.fromEntries(KEYS.map((key, i) => [key, (i + 1) * 10])),
};

for (const [where, start] of [
  ['from zero', 0n],
  ['past 2^53, where a number is no longer exact', 2n ** 53n + 1n],
  ['past 2^63', 2n ** 63n + 1n],
  ['across the wrap at 2^64', 2n ** 64n - 5n],
] as const) {
  test(`every counter of a link is subtracted exactly ${where}`, () => {
    assert.deepEqual(linkDelta('eth1', counters(start, 0n), counters(start, 10n)), EXPECTED);
  });
}

test('a link without traffic counts nothing', () => {
  const still = counters(2n ** 60n, 7n);
  assert.ok(KEYS.every((key) => linkDelta('eth1', still, still)[key] === 0));
});

/** A block of counters as the addon lays it out, each word found by its name. */
function runWith(...blocks: readonly Readonly<Record<string, bigint>>[]): NativeRun {
  const names = native().counterNames;
  for (const word of blocks.flatMap(Object.keys)) assert.ok(names.includes(word), `no counter ${word}`);
  const words = blocks.flatMap((block) => names.map((name) => block[name] ?? 0n));
  return { counters: () => BigUint64Array.from(words) } as NativeRun;
}

test('a worker that ended is read with its times in seconds', () => {
  const run = runWith({
    packets: 1000n,
    bytes: 64_000n,
    syscalls: 20n,
    busy: 3n,
    latePackets: 4n,
    behindNs: 5n,
    skippedNs: 6n,
    caughtUpNs: 7n,
    stalls: 8n,
    waits: 9n,
    idleNs: 1_000_000_000n,
    roomNs: 500_000_000n,
    offCpuNs: 125_000_000n,
    sampledNs: 62_500_000n,
    sampledCallNs: 31_250_000n,
    sampledCalls: 10n,
    emptyCallNs: 110n,
    activeNs: 2_500_000_000n,
    cpuNs: 250_000_000n,
    firstPacketNs: 1_700_000_000_123_500_000n,
    state: 3n,
    endReason: 2n,
  });
  assert.deepEqual(readWorkers(run, [7]), [
    {
      cpu: 7,
      state: 'done',
      endReason: 'duration',
      endError: null,
      packets: 1000,
      bytes: 64_000,
      syscalls: 20,
      busy: 3,
      errors: {},
      latePackets: 4,
      behindNs: 5,
      skippedNs: 6,
      caughtUpNs: 7,
      stalls: 8,
      waits: 9,
      idleSeconds: 1,
      roomSeconds: 0.5,
      offCpuSeconds: 0.125,
      stolenSeconds: 0,
      sampledSeconds: 0.0625,
      sampledCallSeconds: 0.031_25,
      sampledCalls: 10,
      emptyCallNs: 110,
      seconds: 2.5,
      cpuSeconds: 0.25,
      firstPacketAtMs: 1_700_000_000_123.5,
    },
  ]);
});

test('a worker that runs has no end yet; one that has not begun has no time', () => {
  const running = { activeNs: 1_000_000_000n, state: 1n };
  const [first, second] = readWorkers(runWith(running, {}), [0, 1]);
  assert.equal(first?.seconds, 1);
  assert.equal(first?.state, 'running');
  assert.equal(first?.endReason, null);
  assert.equal(second?.seconds, 0);
  assert.equal(second?.state, 'ready');
  assert.equal(second?.firstPacketAtMs, null);
});

test('of a warm-up that goes on all counts so far belong to it, whichever was read first', () => {
  const names = native().counterNames;
  const over = names.map((name) => ({ packets: 5n, state: 3n })[name] ?? 0n);
  const words = BigUint64Array.from([...over, ...names.map(() => 0n)]);
  const run = { warmupCounters: () => words } as NativeRun;
  const now = readWorkers(runWith({ packets: 9n, state: 1n }, { packets: 7n, state: 1n }), [0, 1]);
  const [first, second] = warmupSoFar(readWarmup(run, [0, 1]), now);
  assert.equal(first?.packets, 5);
  assert.equal(second, now[1]);
});

/** enum WorkerState and enum EndReason of addon/counters.h, by their numbers. */
const STATES = ['ready', 'running', 'paused', 'done'];
const END_REASONS = [null, 'count', 'duration', 'stopped', 'error'];

test('every state and every reason to end has its name', () => {
  const states = STATES.map((_, i) => ({ state: BigInt(i) }));
  const reasons = END_REASONS.map((_, i) => ({ endReason: BigInt(i) }));
  assert.deepEqual(
    readWorkers(runWith(...states), [0, 1, 2, 3]).map(({ state }) => state),
    STATES,
  );
  assert.deepEqual(
    readWorkers(runWith(...reasons), [0, 1, 2, 3, 4]).map(({ endReason }) => endReason),
    END_REASONS,
  );
});

test('as many errnos as a block has room for are all read', () => {
  const slots = native().counterNames.filter((name) => /^errno\d+$/.test(name));
  const block = slots.flatMap((name, i) => [
    [name, BigInt(i + 1)],
    [name.replace('errno', 'errorCount'), 3n],
  ]);
  const [worker] = readWorkers(runWith(Object.fromEntries(block)), [0]);
  assert.equal(slots.length, 8);
  assert.deepEqual(Object.values(worker?.errors ?? {}), Array(8).fill(3));
});

test('errors are named by errno, and a worker that failed names its last one', () => {
  const [failed] = readWorkers(
    runWith({
      state: 3n,
      endReason: 4n,
      endErrno: 100n,
      errno0: 105n,
      errorCount0: 7n,
      errno1: 90n,
      errorCount1: 2n,
    }),
    [0],
  );
  assert.equal(failed?.endReason, 'error');
  assert.equal(failed?.endError, 'ENETDOWN');
  assert.deepEqual(failed?.errors, { ENOBUFS: 7, EMSGSIZE: 2 });
});
