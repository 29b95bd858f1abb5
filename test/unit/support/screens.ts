import type { RunPlan } from '#src/run/plan.js';
import type { Snapshot, StreamCount, WorkerSnapshot } from '#src/run/snapshot.js';
import { createDashboard, type Dashboard, type LegFacts } from '#src/tui/dashboard.js';
import { BLOCKS, type Glyphs, type Looks, type Page, type Size } from '#src/tui/page.js';
import { delta, plan, snapshot, TRAFFIC, worker, workerPlan } from './samples.js';

export const LAB = { kind: 'lab', name: 'lab0', farEnd: 'lab1', farEndDoes: 'stack', queues: 2 } as const;
export const LOOKS: Looks = { page: 1, selected: 0, scroll: 0, question: null };
export const SIZES: readonly Size[] = [
  { columns: 60, rows: 15 },
  { columns: 80, rows: 24 },
  { columns: 100, rows: 30 },
  { columns: 132, rows: 43 },
  { columns: 200, rows: 60 },
];
export const SMALL: Size = { columns: 80, rows: 24 };
export const LARGE: Size = { columns: 132, rows: 43 };

export function leg(changes: Partial<LegFacts> = {}): LegFacts {
  return {
    plan: labPlan(),
    driver: 'veth',
    modes: ['', ''],
    countPackets: null,
    durationNs: null,
    muted: [],
    sentBefore: { packets: 0, bytes: 0, seconds: 0 },
    ...changes,
  };
}

/** Two workers in a lab. */
export function labPlan(changes: Partial<RunPlan> = {}): RunPlan {
  return plan({ target: LAB, workers: [workerPlan(0, 0), workerPlan(1, 1)], ...changes });
}

/** Streams with these weights. */
export function mix(weights: Readonly<Record<string, number>>) {
  const [first] = TRAFFIC.streams;
  if (!first) throw new Error('the sample has a stream');
  return {
    ...TRAFFIC,
    streams: Object.entries(weights).map(([name, weight]) => ({ ...first, name, weight })),
  };
}

/** Per second of each of them. */
export interface Pace {
  readonly packets: readonly number[];
  /** Of a second. */
  readonly times?: Partial<Record<'idleSeconds' | 'roomSeconds' | 'offCpuSeconds' | 'stolenSeconds', number>>;
}

/** The snapshot after so many quarters of a second at a steady pace. */
export function after(quarters: number, pace: Pace, changes: Partial<Snapshot> = {}): Snapshot {
  const seconds = quarters / 4;
  const workers = pace.packets.map((pps, i) => {
    const packets = pps * seconds;
    const times = Object.entries(pace.times ?? {}).map(([name, each]) => [name, each * seconds] as const);
    return running(packets, seconds, { cpu: i, ...Object.fromEntries(times) });
  });
  const sent = workers.reduce((sum, { packets }) => sum + packets, 0);
  return snapshot(workers, {
    elapsedSeconds: seconds,
    device: delta({ name: 'lab0', txPackets: sent, txBytes: sent * 60 }),
    farEnd: delta({ name: 'lab1', rxPackets: sent, rxBytes: sent * 60 }),
    streams: streams({ udp: sent }),
    ...changes,
  });
}

/** 64 packets a call, 96 % of the time on the CPU. */
export function running(
  packets: number,
  seconds: number,
  changes: Partial<WorkerSnapshot> = {},
): WorkerSnapshot {
  return worker({
    state: 'running',
    endReason: null,
    packets,
    bytes: packets * 64,
    syscalls: packets / 64,
    seconds,
    cpuSeconds: seconds * 0.96,
    ...changes,
  });
}

/** 64 bytes each. */
export function streams(packets: Readonly<Record<string, number>>): StreamCount[] {
  return Object.entries(packets).map(([name, count]) => ({ name, packets: count, bytes: 64 * count }));
}

/** What was seen of a steady run, up to so many quarters of a second. */
export function watched(quarters: number, pace: Pace, facts: LegFacts = leg()): Dashboard {
  const dashboard = createDashboard();
  dashboard.begin(facts);
  for (let i = 1; i <= quarters; i++) dashboard.observe(after(i, pace));
  return dashboard;
}

export interface Way {
  readonly looks?: Partial<Looks>;
  readonly size?: Size;
  readonly glyphs?: Glyphs;
}

export function pageOf(dashboard: Dashboard, { looks = {}, size = SMALL, glyphs = BLOCKS }: Way = {}): Page {
  return dashboard.page({ ...LOOKS, ...looks }, size, glyphs);
}

export function linesOf({ lines }: Page): string[] {
  return lines.map((line) => line.map(({ text }) => text).join(''));
}

export function shown(dashboard: Dashboard, way: Way = {}): string {
  return linesOf(pageOf(dashboard, way)).join('\n');
}

/** The line that begins with the word. */
export function lineWith(dashboard: Dashboard, beginning: RegExp, way: Way = {}): string {
  const found = shown(dashboard, way)
    .split('\n')
    .find((line) => beginning.test(line));
  if (found === undefined) throw new Error(`no line with ${beginning} in\n${shown(dashboard, way)}`);
  return found;
}
