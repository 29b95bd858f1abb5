import { l1RateBps, l2RateBps } from '../units.js';
import type { Snapshot, WorkerSnapshot } from './snapshot.js';
import { splitTime, type TimeSplit } from './split.js';

export type { TimeSplit } from './split.js';

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
  /** null without packets, and where work was done of which nothing was measured. */
  readonly split: TimeSplit | null;
  /** Ready to run while others had the CPU; in total the workers' times added up. */
  readonly offCpuSeconds: number;
  /** Taken from its CPU by a hypervisor; in total the workers' times added up. */
  readonly stolenSeconds: number;
  readonly packetsPerSyscall: number | null;
  readonly syscalls: number;
  readonly busy: number;
  readonly errors: Readonly<Record<string, number>>;
}

const NUMBERS = [
  'packets',
  'bytes',
  'syscalls',
  'busy',
  'seconds',
  'cpuSeconds',
  'idleSeconds',
  'roomSeconds',
  'offCpuSeconds',
  'stolenSeconds',
  'sampledSeconds',
  'sampledCallSeconds',
  'sampledCalls',
] as const;

type Sums = Pick<WorkerSnapshot, (typeof NUMBERS)[number] | 'errors'>;

/** One worker's figures between two snapshots; since the start when `before` is undefined. */
export function workerFigures(before: WorkerSnapshot | undefined, after: WorkerSnapshot): Figures {
  const span = subtract(after, before);
  return figures(span, span.seconds, [{ ...span, emptyCallNs: after.emptyCallNs }]);
}

/** All workers' figures together between two snapshots of the same run. */
export function totalFigures(before: Snapshot | undefined, after: Snapshot): Figures {
  const spans = after.workers.map((worker, i) => ({
    ...subtract(worker, before?.workers[i]),
    emptyCallNs: worker.emptyCallNs,
  }));
  return figures(total(spans), Math.max(0, ...spans.map(({ seconds }) => seconds)), spans);
}

function figures(sums: Sums, seconds: number, spans: Parameters<typeof splitTime>[0]): Figures {
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
    split: splitTime(spans),
    offCpuSeconds: sums.offCpuSeconds,
    stolenSeconds: sums.stolenSeconds,
    packetsPerSyscall: quotient(sums.packets, sums.syscalls),
    syscalls: sums.syscalls,
    busy: sums.busy,
    errors: sums.errors,
  };
}

function quotient(dividend: number, divisor: number): number | null {
  return divisor > 0 ? dividend / divisor : null;
}

/** Since the start when `before` is undefined. */
function subtract(after: Sums, before: Sums | undefined): Sums {
  return before ? combine(after, before, (a, b) => a - b) : after;
}

function total([first, ...others]: readonly Sums[]): Sums {
  const nothing = Object.fromEntries(NUMBERS.map((name) => [name, 0])) as Record<(typeof NUMBERS)[number], 0>;
  const add = (a: Sums, b: Sums) => combine(a, b, (x, y) => x + y);
  return others.reduce(add, first ?? { ...nothing, errors: {} });
}

function combine(a: Sums, b: Sums, operation: (a: number, b: number) => number): Sums {
  const names = new Set([...Object.keys(a.errors), ...Object.keys(b.errors)]);
  const errors = [...names].map(
    (name) => [name, operation(a.errors[name] ?? 0, b.errors[name] ?? 0)] as const,
  );
  const numbers = NUMBERS.map((name) => [name, operation(a[name], b[name])] as const);
  return {
    ...(Object.fromEntries(numbers) as Record<(typeof NUMBERS)[number], number>),
    errors: Object.fromEntries(errors.filter(([, count]) => count !== 0)),
  };
}
