import { formatNumberOf, formatPps, formatSeconds } from '../units.js';
import type { RunPlan } from './plan.js';
import type { LaneSchedule } from './schedule.js';
import type { WorkerSnapshot } from './snapshot.js';

/** How well a paced run kept its schedule. */
export interface PaceSummary {
  /** The most that was asked for at a time, at the end; null where something was as fast as possible. */
  readonly askedPps: number | null;
  /** Frames by the time that they took: the gap before the first and after the last one is not counted twice. */
  readonly achievedPps: number;
  /**
   * achieved / asked − 1; null where the asked rate was not one and the same all the time, or where the frames of a moment
   * are more than 0.1 % of all.
   */
  readonly rateError: number | null;
  /** How much of the schedule was left out or behind at the end, as a share of the time. */
  readonly missedShare: number;
  /** How often the rate was changed by hand. */
  readonly changes: number;
  /** Frames that were handed over more than 1 ms late. */
  readonly latePackets: number;
  /** How often a worker was more than 1 ms behind. */
  readonly stalls: number;
  /** Of the worker that was worst off: behind at the end, given up, made up. */
  readonly behindNs: number;
  readonly skippedNs: number;
  readonly caughtUpNs: number;
  /** How late frames were handed to the kernel; null where none was. */
  readonly lateness: Lateness | null;
}

/** Percentiles are upper bounds: exact to 12.5 %. */
export interface Lateness {
  readonly packets: number;
  readonly p50Ns: number;
  readonly p90Ns: number;
  readonly p99Ns: number;
  readonly p999Ns: number;
  readonly maxNs: number;
  /** Shares of the frames, 0 to 1, that were at most so late; those in a class that goes beyond it are left out. */
  readonly within1us: number;
  readonly within10us: number;
  readonly within100us: number;
  readonly within1ms: number;
  /** Classes that have frames, ascending: later than the one before, and below this. null: without a bound. */
  readonly histogram: readonly { readonly belowNs: number | null; readonly packets: number }[];
}

/** What a session knows besides the counters. */
export interface Pacemaker {
  /** At the end frames waited for nothing: then nothing is behind. */
  readonly isFree: boolean;
  readonly askedPps: number | null;
  readonly changes: number;
  readonly lateness: Lateness | null;
}

/** Words of NativeRun.lateness() and their bounds → percentiles. Pure. */
export function latenessOf(words: BigUint64Array, boundsNs: Float64Array): Lateness | null {
  const classes = [...words].map((count, i) => ({
    bound: boundsNs[i] ?? Number.POSITIVE_INFINITY,
    count: Number(count),
  }));
  const used = classes.filter(({ count }) => count > 0);
  const packets = used.reduce((sum, { count }) => sum + count, 0);
  if (packets === 0) return null;
  // Of the class without a bound the bound below is all that is known.
  const largest = boundsNs.findLast((bound) => Number.isFinite(bound)) ?? 0;
  const within = (ns: number) => sumOf(used.filter(({ bound }) => bound <= ns)) / packets;
  const percentile = (share: number) => {
    let seen = 0;
    const found = used.find(({ count }) => {
      seen += count;
      return seen >= share * packets;
    });
    return Math.min(found?.bound ?? largest, largest);
  };
  return {
    packets,
    p50Ns: percentile(0.5),
    p90Ns: percentile(0.9),
    p99Ns: percentile(0.99),
    p999Ns: percentile(0.999),
    maxNs: percentile(1),
    within1us: within(1e3),
    within10us: within(10e3),
    within100us: within(100e3),
    within1ms: within(1e6),
    histogram: used.map(({ bound, count }) => ({
      belowNs: Number.isFinite(bound) ? bound : null,
      packets: count,
    })),
  };
}

function sumOf(classes: readonly { readonly count: number }[]): number {
  return classes.reduce((sum, { count }) => sum + count, 0);
}

/** `workers`, `packets` and `seconds` without the warm-up. Pure. */
export function paceOf(
  plan: RunPlan,
  workers: readonly WorkerSnapshot[],
  { packets, seconds }: { readonly packets: number; readonly seconds: number },
  { isFree, askedPps, changes, lateness }: Pacemaker,
): PaceSummary {
  const isCounted = workers.every(({ endReason }) => endReason === 'count');
  const group = plan.schedule.framesTogether;
  // The last of n frames that ends a run leaves n − 1 gaps after its start; of those together the first counts.
  const gaps = isCounted ? packets - 1 - ((packets - 1) % group) : packets;
  const achievedPps = seconds > 0 ? Math.max(0, gaps) / seconds : 0;
  const unsure = isCounted && group === 1 ? 0 : group;
  const isEven =
    askedPps !== null &&
    changes === 0 &&
    packets > 1 &&
    seconds > 0 &&
    unsure <= askedPps * seconds * RATE_TOLERANCE &&
    isSteady(plan);
  const most = (of: (worker: WorkerSnapshot) => number) => Math.max(0, ...workers.map(of));
  const behind = (worker: WorkerSnapshot) => (isFree ? 0 : worker.behindNs);
  const missed = workers.map((worker) => behind(worker) + worker.skippedNs);
  const meanMissedNs = missed.reduce((sum, ns) => sum + ns, 0) / workers.length;
  return {
    askedPps,
    achievedPps,
    rateError: isEven ? achievedPps / askedPps - 1 : null,
    missedShare: seconds > 0 ? meanMissedNs / 1e9 / seconds : 0,
    changes,
    latePackets: workers.reduce((sum, worker) => sum + worker.latePackets, 0),
    stalls: workers.reduce((sum, worker) => sum + worker.stalls, 0),
    behindNs: most(behind),
    skippedNs: most((worker) => worker.skippedNs),
    caughtUpNs: most((worker) => worker.caughtUpNs),
    lateness,
  };
}

/** One and the same rate from the start of the run to its end. */
function isSteady({ schedule, traffic }: RunPlan): boolean {
  const counts = traffic.streams.some(({ count, timing }) => count !== null || timing?.bytes !== undefined);
  return (
    !counts &&
    schedule.lanes.every(
      ({ shape, weight, startNs, durationNs }) =>
        (shape === null ? weight === 0 : shape.kind === 'constant') && startNs === 0 && durationNs === null,
    )
  );
}

/** A run that lost more of its schedule than this did not hold its rate. */
export const RATE_TOLERANCE = 1e-3;

/** What to say of a rate that was not held; null of one that was. */
export function rateMissed(
  plan: RunPlan,
  pace: PaceSummary,
  workers: readonly WorkerSnapshot[],
  total: { readonly packets: number; readonly seconds: number },
): string | null {
  const { missedShare, askedPps } = pace;
  const { seconds } = total;
  const isAFrame = askedPps === null || missedShare * seconds * askedPps >= 1;
  if (missedShare <= RATE_TOLERANCE || !isAFrame) return null;
  const rates = askedPps === null ? '' : `: ${askedAndSent(plan, pace, total)}`;
  const lost = formatSeconds(missedShare * seconds);
  return `the rate was not held${rates}; ${lost} of ${formatSeconds(seconds)} (${percent(missedShare)}) of the schedule were behind or given up at the end; ${limitOf(workers, plan.batch)}`;
}

/** "asked 1.000 Mpps, sent 999.9 kpps". What was not one rate all the time is compared in words, not in numbers. */
export function askedAndSent(
  plan: RunPlan,
  { askedPps, achievedPps, changes }: PaceSummary,
  { packets }: { readonly packets: number },
): string {
  const isOneMoment = achievedPps === 0 && packets > 0;
  const sent = `sent ${isOneMoment ? formatNumberOf(packets, 'frame') : formatPps(achievedPps)}`;
  if (askedPps === null) return sent;
  const end = changes > 0 ? ' at the end' : '';
  const asked = formatPps(askedPps);
  const isOneRate = isSteady(plan);
  if (!isOneRate && isMean(plan.schedule.lanes)) return `asked ${asked} on average${end}, ${sent}`;
  const average = (isOneRate && changes === 0) || isOneMoment ? '' : ' on average';
  return `asked ${isOneRate ? '' : 'at most '}${asked}${end}, ${sent}${average}`;
}

/** The rate of some lane is that of a long time. */
export function isMean(lanes: readonly Pick<LaneSchedule, 'shape'>[]): boolean {
  return lanes.some(({ shape }) => shape && ['bursts', 'poisson', 'recorded'].includes(shape.kind));
}

/** A worker that never waits uses all of its time on the CPU, unless something else runs there. */
export const SHARED_BELOW = 0.95;
/** A worker that keeps up waits before nearly every call. */
const OFTEN = 0.5;

function limitOf(workers: readonly WorkerSnapshot[], batch: number): string {
  const busy = workers.reduce((sum, worker) => sum + worker.busy, 0);
  if (busy > 0) return `limited by the engine: ${formatNumberOf(busy, 'call')} met back-pressure`;
  // Not every engine makes system calls.
  const callsOf = ({ packets, syscalls }: WorkerSnapshot) => Math.max(syscalls, packets / batch);
  const never = workers.filter((worker) => worker.waits < callsOf(worker) * OFTEN);
  const robbed = never.filter(({ seconds, cpuSeconds }) => cpuSeconds < seconds * SHARED_BELOW);
  if (robbed.length > 0) {
    const shares = robbed.map(({ cpu, seconds, cpuSeconds }) => {
      return `CPU ${cpu} for ${Math.round((100 * cpuSeconds) / seconds)} % of the time`;
    });
    return `limited by other work on its CPU: a worker had ${shares.join(', ')}`;
  }
  if (never.length > 0) {
    const cpus = never.map(({ cpu }) => cpu).join(', ');
    return `limited by the engine or its CPU: the worker on CPU ${cpus} had no time left to wait`;
  }
  return 'the workers waited for the CPU: something else ran there, or they were stopped';
}

function percent(share: number): string {
  return `${(100 * share).toPrecision(3)} %`;
}
