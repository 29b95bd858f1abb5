import { l1RateBps, l2RateBps } from '../units.js';
import type { Snapshot, WorkerSnapshot } from './snapshot.js';

/** What happened in a span of time, and what follows from it. Every quotient is null when its divisor is zero. */
export interface Figures {
  readonly packets: number;
  /** Frame sizes added up, FCS included. */
  readonly bytes: number;
  /** How long it took: for a worker its own running time, in total the longest of them. */
  readonly seconds: number;
  readonly pps: number;
  /** Wire bits per second, preamble and gap included. */
  readonly bpsL1: number;
  /** Frame bits per second. */
  readonly bpsL2: number;
  /** Worker time per packet: in total the workers' times added up, divided by all packets. */
  readonly nsPerPacket: number | null;
  readonly cpuNsPerPacket: number | null;
  readonly packetsPerSyscall: number | null;
  readonly syscalls: number;
  readonly busy: number;
  readonly errors: Readonly<Record<string, number>>;
}

type Sums = Pick<
  WorkerSnapshot,
  'packets' | 'bytes' | 'syscalls' | 'busy' | 'seconds' | 'cpuSeconds' | 'errors'
>;

const NOTHING: Sums = { packets: 0, bytes: 0, syscalls: 0, busy: 0, seconds: 0, cpuSeconds: 0, errors: {} };

/** One worker's figures between two snapshots; since the start when `before` is undefined. */
export function workerFigures(before: WorkerSnapshot | undefined, after: WorkerSnapshot): Figures {
  const span = subtract(after, before ?? NOTHING);
  return figures(span, span.seconds);
}

/** All workers' figures together between two snapshots of the same run. */
export function totalFigures(before: Snapshot | undefined, after: Snapshot): Figures {
  const spans = after.workers.map((worker, i) => subtract(worker, before?.workers[i] ?? NOTHING));
  return figures(spans.reduce(add, NOTHING), Math.max(0, ...spans.map((span) => span.seconds)));
}

function figures(sums: Sums, seconds: number): Figures {
  const pps = quotient(sums.packets, seconds) ?? 0;
  const meanSizeBytes = quotient(sums.bytes, sums.packets) ?? 0;
  return {
    packets: sums.packets,
    bytes: sums.bytes,
    seconds,
    pps,
    bpsL1: l1RateBps(pps, meanSizeBytes),
    bpsL2: l2RateBps(pps, meanSizeBytes),
    nsPerPacket: quotient(sums.seconds * 1e9, sums.packets),
    cpuNsPerPacket: quotient(sums.cpuSeconds * 1e9, sums.packets),
    packetsPerSyscall: quotient(sums.packets, sums.syscalls),
    syscalls: sums.syscalls,
    busy: sums.busy,
    errors: sums.errors,
  };
}

function quotient(dividend: number, divisor: number): number | null {
  return divisor > 0 ? dividend / divisor : null;
}

function subtract(after: Sums, before: Sums): Sums {
  return combine(after, before, (a, b) => a - b);
}

function add(a: Sums, b: Sums): Sums {
  return combine(a, b, (x, y) => x + y);
}

function combine(a: Sums, b: Sums, operation: (a: number, b: number) => number): Sums {
  const names = new Set([...Object.keys(a.errors), ...Object.keys(b.errors)]);
  const errors = [...names].map(
    (name) => [name, operation(a.errors[name] ?? 0, b.errors[name] ?? 0)] as const,
  );
  return {
    packets: operation(a.packets, b.packets),
    bytes: operation(a.bytes, b.bytes),
    syscalls: operation(a.syscalls, b.syscalls),
    busy: operation(a.busy, b.busy),
    seconds: operation(a.seconds, b.seconds),
    cpuSeconds: operation(a.cpuSeconds, b.cpuSeconds),
    errors: Object.fromEntries(errors.filter(([, count]) => count !== 0)),
  };
}
