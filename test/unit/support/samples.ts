import { type TrafficModel, ZEROS } from '#src/model/traffic.js';
import type { RunPlan } from '#src/run/plan.js';
import type { SchedulePlan } from '#src/run/schedule.js';
import type { LinkDelta, Snapshot, WorkerSnapshot } from '#src/run/snapshot.js';
import type { WorkerPlan } from '#src/run/workers.js';

/**
 * 64-byte frames at the line rate of 10 Gbit/s for 21 seconds, the shortest time with a whole number of them:
 * 10e9 / 672 × 21. One worker, 98 % of its time on the CPU, 50 frames per system call.
 */
export const LINE_RATE = { seconds: 21, packets: 312_500_000, pps: 14_880_952.380952381 } as const;

export function worker(changes: Partial<WorkerSnapshot> = {}): WorkerSnapshot {
  const packets = changes.packets ?? LINE_RATE.packets;
  return {
    cpu: 2,
    state: 'done',
    endReason: 'count',
    endError: null,
    packets,
    bytes: packets * 64,
    syscalls: packets / 50,
    busy: 0,
    errors: {},
    latePackets: 0,
    behindNs: 0,
    skippedNs: 0,
    caughtUpNs: 0,
    stalls: 0,
    waits: 0,
    idleSeconds: 0,
    roomSeconds: 0,
    offCpuSeconds: 0,
    stolenSeconds: 0,
    sampledSeconds: 0,
    sampledCallSeconds: 0,
    sampledCalls: 0,
    emptyCallNs: 0,
    seconds: LINE_RATE.seconds,
    cpuSeconds: LINE_RATE.seconds * 0.98,
    firstPacketAtMs: null,
    ...changes,
  };
}

export function snapshot(workers: readonly WorkerSnapshot[], changes: Partial<Snapshot> = {}): Snapshot {
  return {
    elapsedSeconds: LINE_RATE.seconds,
    workers,
    streams: [],
    warmup: null,
    speed: null,
    askedPps: null,
    device: null,
    farEnd: null,
    ...changes,
  };
}

export function delta(changes: Partial<LinkDelta>): LinkDelta {
  return {
    name: 'eth1',
    rxPackets: 0,
    rxBytes: 0,
    rxDropped: 0,
    rxOtherhostDropped: 0,
    txPackets: 0,
    txBytes: 0,
    txDropped: 0,
    txErrors: 0,
    gone: false,
    ...changes,
  };
}

export const TRAFFIC: TrafficModel = {
  seed: 1,
  order: 'smooth',
  streams: [
    {
      name: 'udp',
      weight: 1,
      count: null,
      sizes: { order: 'smooth', list: [{ sizeBytes: 64, weight: 1 }] },
      headers: [],
      payload: ZEROS,
      flows: null,
    },
  ],
};

export function workerPlan(cpu: number, queue: number | null): WorkerPlan {
  return { cpu, queue, numaNode: 0, sharesCoreWith: [] };
}

/** Nothing waits for its time. */
export const UNPACED: SchedulePlan = {
  asked: null,
  isPaced: false,
  lineRateBps: 10e9,
  pacing: 'hybrid',
  late: 'catch-up',
  warmupNs: 0,
  rate: null,
  framesTogether: 1,
  lanes: [
    {
      name: null,
      stream: null,
      shape: null,
      rate: null,
      weight: 1,
      startNs: 0,
      durationNs: null,
      after: null,
    },
  ],
};

export function plan(changes: Partial<RunPlan> = {}): RunPlan {
  return {
    target: { kind: 'interface', name: 'eth1' },
    linkSpeedMbps: 10_000,
    engine: {
      name: 'tx-ring',
      options: { qdiscBypass: true, ringFrames: 128 },
      chosen: 'asked',
      why: '',
    },
    batch: 64,
    workers: [workerPlan(2, null)],
    countPackets: null,
    durationNs: null,
    schedule: UNPACED,
    traffic: TRAFFIC,
    frameHex: '',
    sizes: { minBytes: 64, meanBytes: 64, maxBytes: 64, meanWireBytes: 64 },
    captures: [],
    loops: null,
    notes: [],
    ...changes,
  };
}
