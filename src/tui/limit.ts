import type { Figures, TimeSplit } from '../run/rates.js';
import type { WorkerSnapshot } from '../run/snapshot.js';
import { partsOf } from '../run/split.js';
import { formatSpan } from '../units.js';

/** What keeps the rate from being higher. */
export interface Limit {
  readonly by: 'rate' | 'line' | 'device' | 'CPU' | 'engine';
  /** In few words, with the figure that decided. */
  readonly why: string;
}

/** What is looked at, all of the same span of time. */
export interface Evidence {
  readonly figures: Pick<Figures, 'pps' | 'bpsL1' | 'nsPerPacket' | 'split' | 'syscalls' | 'busy'>;
  /** Of the workers, added up. */
  readonly times: Times;
  readonly lag: Lag;
  /** null: as fast as possible. */
  readonly askedPps: number | null;
  /** Of a real link; null where none is known, or where the speed that a device tells is no limit: in a lab. */
  readonly lineRateBps: number | null;
}

/** Parts of the workers' time: with work itself, and without what was stolen, they add up to it. */
export interface Times {
  readonly seconds: number;
  readonly idleSeconds: number;
  readonly roomSeconds: number;
  /** With work to do, as in TimeSplit: what others had while nothing was due is idle time. */
  readonly offCpuSeconds: number;
  /** By a hypervisor, from any of the parts. */
  readonly stolenSeconds: number;
}

/** Of the worker that is worst off. */
export interface Lag {
  /** At the end of the span. */
  readonly behindNs: number;
  /** Given up in the span. */
  readonly skippedNs: number;
}

/** Of what is asked. */
const RATE_KEPT = 0.99;
/** Less is made up before anybody has read of it. */
const BEHIND_NS = 10e6;
/** Of what the line carries. A virtual device is not bound by the speed that it tells, and may pass it. */
const LINE_FULL = { from: 0.995, to: 1.01 } as const;
/** Of the time. */
const LARGE_PART = 0.1;
/** Of the calls. */
const MOST_CALLS = 0.5;

/** null as long as nothing has been sent, and nothing can be said. The first that holds, in this order. Pure. */
export function limitOf(evidence: Evidence): Limit | null {
  const limit =
    byRate(evidence) ?? byLine(evidence) ?? byDevice(evidence) ?? byCpu(evidence) ?? byEngine(evidence);
  const late = evidence.askedPps === null ? null : lateness(evidence.lag);
  return limit && late !== null ? { ...limit, why: `${late}: ${limit.why}` } : limit;
}

/** null where the schedule is kept. */
function lateness({ behindNs, skippedNs }: Lag): string | null {
  if (behindNs >= BEHIND_NS) return `behind by ${rounded(behindNs)}`;
  return skippedNs >= BEHIND_NS ? `${rounded(skippedNs)} were given up just now` : null;
}

/** 999.9 ms are a second. */
const rounded = (ns: number) => formatSpan(Number(ns.toPrecision(3)));

/** A rate that changes with time is below its highest most of the time: then workers wait, and nothing is in their way. */
function byRate({
  figures: { pps },
  askedPps,
  lag,
  times: { seconds, idleSeconds },
}: Evidence): Limit | null {
  if (askedPps === null || !(askedPps > 0) || lateness(lag) !== null) return null;
  if (pps >= askedPps * RATE_KEPT) return { by: 'rate', why: 'kept' };
  if (!(idleSeconds / seconds >= LARGE_PART)) return null;
  return { by: 'rate', why: 'waits for its rate, and keeps up' };
}

function byLine({ figures: { bpsL1 }, lineRateBps }: Evidence): Limit | null {
  const share = lineRateBps ? bpsL1 / lineRateBps : 0;
  if (!(share >= LINE_FULL.from && share <= LINE_FULL.to)) return null;
  return { by: 'line', why: `${inPercent(share)} of line rate: the link is full` };
}

function byDevice({ figures: { syscalls, busy }, times }: Evidence): Limit | null {
  const waited = times.roomSeconds / times.seconds;
  if (waited >= LARGE_PART) return { by: 'device', why: `${inPercent(waited)} of the time it had no room` };
  const refused = busy / Math.max(syscalls, busy); // attempts in vain need no call
  if (refused > MOST_CALLS) return { by: 'device', why: `${inPercent(refused)} of the calls found no room` };
  return null;
}

/** Where a rate is kept nobody misses the CPU: this is asked later. */
function byCpu({ times: { seconds, offCpuSeconds, stolenSeconds } }: Evidence): Limit | null {
  const lost = Math.min(1, (offCpuSeconds + stolenSeconds) / seconds);
  if (!(lost >= LARGE_PART)) return null;
  const who = stolenSeconds > offCpuSeconds ? 'a hypervisor' : 'others';
  return { by: 'CPU', why: `${who} had the CPU ${inPercent(lost)} of the time` };
}

function byEngine({ figures: { nsPerPacket, split } }: Evidence): Limit | null {
  if (nsPerPacket === null || !Number.isFinite(nsPerPacket)) return null;
  const whole = formatSpan(nsPerPacket);
  const { name, partNs } = split ? largest(split) : { name: '', partNs: Number.NaN };
  if (!Number.isFinite(partNs)) return { by: 'engine', why: `a packet takes it ${whole}` };
  return { by: 'engine', why: `${inPercent(partNs / nsPerPacket)} of a packet's ${whole} ${name}` };
}

/** Of the parts that are the engine's and ours. */
function largest({ fillNs, entryNs, kernelNs }: TimeSplit): { name: string; partNs: number } {
  const parts = [
    { name: "are the kernel's send path", partNs: kernelNs },
    { name: 'are entry into the kernel', partNs: entryNs },
    { name: 'are making frames', partNs: fillNs },
  ];
  return parts.reduce((a, b) => (b.partNs > a.partNs ? b : a));
}

/** Two digits where they tell more than one. */
function inPercent(share: number): string {
  const value = 100 * share;
  return `${value >= 99 && value < 100 ? (Math.floor(value * 10) / 10).toFixed(1) : value.toFixed(0)} %`;
}

type Sides = readonly [before: WorkerSnapshot | undefined, now: WorkerSnapshot];

/** Of all workers between two snapshots; since their start where there is none before. */
export function timesOf(pairs: readonly Sides[]): Times {
  const spans = pairs.map(([before, now]) => {
    const grown = (of: (worker: WorkerSnapshot) => number) => of(now) - (before ? of(before) : 0);
    const seconds = grown((worker) => worker.seconds);
    const parts = partsOf({
      seconds,
      cpuSeconds: grown((worker) => worker.cpuSeconds),
      idleSeconds: grown((worker) => worker.idleSeconds),
      roomSeconds: grown((worker) => worker.roomSeconds),
      offCpuSeconds: grown((worker) => worker.offCpuSeconds),
    });
    return { ...parts, seconds, stolenSeconds: grown((worker) => worker.stolenSeconds) };
  });
  const sum = (name: keyof Times) => spans.reduce((all, span) => all + span[name], 0);
  return {
    seconds: sum('seconds'),
    idleSeconds: sum('idleSeconds'),
    roomSeconds: sum('roomSeconds'),
    offCpuSeconds: sum('offCpuSeconds'),
    stolenSeconds: sum('stolenSeconds'),
  };
}

export function lagOf(pairs: readonly Sides[]): Lag {
  const most = (of: (sides: Sides) => number) => pairs.reduce((all, sides) => Math.max(all, of(sides)), 0);
  return {
    behindNs: most(([, now]) => now.behindNs),
    skippedNs: most(([before, now]) => now.skippedNs - (before?.skippedNs ?? 0)),
  };
}

/** So long nothing else is said of a run that does not change. */
const HOLDS_SECONDS = 2;

/** What limits, without flickering: another limit is told of when the one that is shown has not held for a while. */
export class HeldLimit {
  shown: Limit | null = null;
  private heldAt = 0;

  reset(): void {
    this.shown = null;
  }

  /** `seconds`: of the snapshots' clock. */
  observe(limit: Limit | null, seconds: number): void {
    const isSame = this.shown !== null && kindOf(limit) === kindOf(this.shown);
    if (this.shown && !isSame && Math.abs(seconds - this.heldAt) < HOLDS_SECONDS) return;
    this.shown = limit;
    this.heldAt = seconds;
  }
}

/** The same limit for the same reason, whatever its figures. */
function kindOf(limit: Limit | null): string {
  return limit ? `${limit.by}: ${limit.why.replace(/[\d.]+ \S+/g, '')}` : '';
}
