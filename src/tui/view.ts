import type { RunPlan } from '../run/plan.js';
import { type Figures, totalFigures, workerFigures } from '../run/rates.js';
import type { Snapshot, WorkerSnapshot } from '../run/snapshot.js';
import { type Witness, witnessOf } from '../run/witness.js';
import { lineRatePps } from '../units.js';
import type { LegFacts } from './dashboard.js';
import type { History } from './history.js';
import { type Limit, type Times, timesOf } from './limit.js';
import type { LinkReading } from './link-tally.js';
import type { Message } from './messages.js';
import { isWarmingUp, type Observations } from './observations.js';
import { type Pacing, pacingOf, startsInSeconds } from './pacing.js';
import type { Glyphs, Looks } from './page.js';
import type { StreamTally } from './stream-tally.js';
import { judgeDevice, judgeFarEnd, toleratedOf, type Verdict } from './truth.js';

/** All that the parts of a page are made of; the rates are those of the last second. */
export interface View {
  readonly columns: number;
  readonly glyphs: Glyphs;
  readonly looks: Looks;
  readonly leg: LegFacts;
  readonly now: Snapshot;
  readonly state: State;
  /** Until the first frame is due; null where it was, or none has a time. */
  readonly startsInSeconds: number | null;
  readonly limit: Limit | null;
  /** null where nothing waits for its time. */
  readonly pacing: Pacing | null;
  readonly total: Figures;
  readonly times: Times;
  readonly workers: readonly WorkerView[];
  /** Of the present leg since its start or zero(). */
  readonly mean: Figures;
  /** Since zero(), over all legs, without warm-ups. Seconds are those of the longest worker of each leg, and of all added up. */
  readonly sent: Observations['sent'];
  readonly errors: Readonly<Record<string, number>>;
  readonly clockSeconds: number;
  readonly progress: { readonly packets: number; readonly seconds: number };
  readonly line: Yardstick;
  /** Since zero(), over all legs. */
  readonly device: Account | null;
  readonly farEnd: Account | null;
  /** The clock at the last zero(); null before. */
  readonly zeroedAt: number | null;
  readonly history: History;
  readonly messages: readonly Message[];
  readonly streams: StreamTally;
  /** Where the span of the rates begins; undefined for the start of the leg. */
  readonly before: Snapshot | undefined;
}

export type State = 'starting' | 'warming up' | 'running' | 'paused' | 'done';

export interface WorkerView {
  readonly snapshot: WorkerSnapshot;
  readonly queue: number | null;
  readonly rates: Figures;
  readonly times: Times;
  /** Since the start of the leg, the end of its warm-up, or zero(). */
  readonly mean: Figures;
}

/** What a rate is compared with. */
export interface Yardstick {
  readonly bps: number;
  /** false: neither the device nor the caller tells a speed, and it is 10 Gbit/s. */
  readonly isKnown: boolean;
  /** At the mean frame size of the plan. */
  readonly pps: number;
  /** The time that each worker has for a packet at line rate. */
  readonly budgetNs: number;
}

/** A link's counters beside our own. */
export interface Account extends LinkReading {
  readonly counter: Witness;
  /** Of what is counted and sent; a link cannot tell it from the rest. */
  readonly warmup: number;
  readonly verdict: Verdict;
}

/** The project's own yardstick. */
const DEFAULT_LINE_BPS = 10e9;

/** null as long as there is nothing to show. */
export function viewOf(seen: Observations, looks: Looks, columns: number, glyphs: Glyphs): View | null {
  const { leg, now, before } = seen;
  if (!leg || !now) return null;
  const { plan } = leg;
  const { since } = seen;
  const total = totalFigures(before, now);
  const times = timesOf(now.workers.map((worker, i) => [before?.workers[i], worker]));
  return {
    columns,
    glyphs,
    looks,
    leg,
    now,
    before,
    ...stateAndStart(plan, now),
    limit: seen.limit.shown,
    pacing: pacingOf(plan, now, seen.sent),
    total,
    times,
    workers: now.workers.map((worker, i) => ({
      snapshot: worker,
      queue: plan.workers[i]?.queue ?? null,
      rates: workerFigures(before?.workers[i], worker),
      times: timesOf([[before?.workers[i], worker]]),
      mean: workerFigures(since?.workers[i], worker),
    })),
    mean: totalFigures(since, now),
    sent: seen.sent,
    errors: seen.errors,
    clockSeconds: seen.clockSeconds,
    progress: seen.progress,
    line: yardstickOf(plan),
    device: deviceAccount(seen, leg),
    farEnd: farEndAccount(seen),
    zeroedAt: seen.zeroedAt,
    history: seen.history,
    messages: seen.messages.all,
    streams: seen.streams,
  };
}

function stateAndStart(plan: RunPlan, now: Snapshot): Pick<View, 'state' | 'startsInSeconds'> {
  const state = stateOf(now);
  const seconds = state === 'running' || state === 'starting' ? startsInSeconds(plan, now) : null;
  return { state: seconds === null ? state : 'starting', startsInSeconds: seconds };
}

function stateOf(now: Snapshot): State {
  const { workers } = now;
  if (workers.length > 0 && workers.every(({ state }) => state === 'done')) return 'done';
  if (workers.some(({ state }) => state === 'paused') && !workers.some(({ state }) => state === 'running')) {
    return 'paused';
  }
  if (isWarmingUp(now)) return 'warming up';
  return workers.some(({ packets, state }) => packets > 0 || state === 'running') ? 'running' : 'starting';
}

function yardstickOf({ schedule: { lineRateBps }, sizes, workers }: RunPlan): Yardstick {
  const bps = lineRateBps ?? DEFAULT_LINE_BPS;
  const pps = lineRatePps(bps, sizes.meanWireBytes);
  return { bps, isKnown: lineRateBps !== null, pps, budgetNs: (workers.length * 1e9) / pps };
}

function deviceAccount(seen: Observations, { plan, driver, modes }: LegFacts): Account | null {
  const reading = seen.device.since;
  if (!reading) return null;
  const { sent, counted, delta } = reading;
  const tolerated = toleratedOf(plan, sent);
  const { gone, txDropped: dropped } = delta;
  const comparison = { sent, counted, onTheWay: seen.onTheWayToDevice, tolerated, gone, dropped };
  const { warmup } = seen.sent;
  return { ...reading, counter: witnessOf(driver, modes), warmup, verdict: judgeDevice(comparison) };
}

function farEndAccount(seen: Observations): Account | null {
  const reading = seen.farEnd.since;
  if (!reading) return null;
  const { sent, counted, delta } = reading;
  const { gone } = delta;
  const comparison = { sent, counted, onTheWay: seen.onTheWayToFarEnd, tolerated: 0, gone, dropped: 0 };
  const { warmup } = seen.sent;
  return { ...reading, counter: 'rx_packets', warmup, verdict: judgeFarEnd(comparison) };
}
