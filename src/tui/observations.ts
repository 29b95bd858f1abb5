import type { RunPlan } from '../run/plan.js';
import { totalFigures } from '../run/rates.js';
import type { Snapshot, WorkerSnapshot } from '../run/snapshot.js';
import { countOf, sentBy, witnessOf } from '../run/witness.js';
import type { LegFacts } from './dashboard.js';
import { History } from './history.js';
import { HeldLimit, lagOf, limitOf, timesOf } from './limit.js';
import { LinkTally } from './link-tally.js';
import { Messages } from './messages.js';
import { startsInSeconds } from './pacing.js';
import { StreamTally } from './stream-tally.js';
import { Tally } from './tally.js';
import { lagSeconds } from './truth.js';

/** Rates are over as many spans between snapshots, a second: steady, and still quick. */
const SPANS_OF_RATES = 4;
/** As far back as any driver's statistics may lie. */
const TRAIL_SECONDS = 3;

/** Of our own counts, over all legs; without the warm-up but where it says so. */
type Own = 'packets' | 'bytes' | 'warmup' | 'seconds' | 'workerSeconds' | 'late' | 'skippedNs';

/** What was seen so far: as much of it as a page needs, in a fixed amount of memory. */
export class Observations {
  leg: LegFacts | null = null;
  /** The last one of the present leg. */
  now: Snapshot | null = null;
  /** The clock when zero() was called last. */
  zeroedAt: number | null = null;
  readonly history = new History();
  readonly messages = new Messages();
  readonly streams = new StreamTally();
  readonly limit = new HeldLimit();
  readonly device = new LinkTally();
  readonly farEnd = new LinkTally();
  private readonly own = new Tally<Own>();
  private readonly errorTally = new Tally();
  /** The snapshots of the rates' span without the last one; undefined stands for the start of the leg. */
  private earlier: (Snapshot | undefined)[] = [];
  /** When so much had been sent in this leg. */
  private trail: { readonly seconds: number; readonly packets: number }[] = [];
  /** Of legs that are over, in seconds. */
  private clockBefore = 0;
  /** In this leg what was before is not counted. */
  private baseline: Snapshot | null = null;

  begin(leg: LegFacts): void {
    this.clockBefore = this.clockSeconds;
    for (const tally of [this.own, this.errorTally, this.device, this.farEnd]) tally.begin();
    this.leg = leg;
    this.now = null;
    this.earlier = [];
    this.trail = [];
    this.baseline = null;
    this.limit.reset();
    this.streams.begin(leg);
  }

  observe(snapshot: Snapshot): void {
    const last = this.now;
    this.history.add(spanBetween(last, snapshot));
    this.earlier = nextSpan(this.earlier, last, snapshot);
    this.now = snapshot;
    this.streams.observe(snapshot.streams);
    this.count(snapshot);
    this.judge(snapshot, last);
    const { packets } = sentBy(snapshot.workers);
    this.trail.push({ seconds: snapshot.elapsedSeconds, packets });
    while (snapshot.elapsedSeconds - (this.trail[1]?.seconds ?? Number.POSITIVE_INFINITY) > TRAIL_SECONDS) {
      this.trail.shift();
    }
  }

  zero(): void {
    this.baseline = this.now && !isWarmingUp(this.now) ? this.now : null;
    this.zeroedAt = this.clockSeconds;
    this.own.zero();
    this.errorTally.zero();
    this.device.zero(this.onTheWayToDevice);
    this.farEnd.zero(this.onTheWayToFarEnd);
    this.history.zero();
    this.streams.zero();
  }

  /** Since the first leg's start. */
  get clockSeconds(): number {
    return this.clockBefore + (this.now?.elapsedSeconds ?? 0);
  }

  /** Where the rates' span begins; undefined for the start of the leg. */
  get before(): Snapshot | undefined {
    return this.earlier[0];
  }

  /** Where the leg's means and counts begin: at its start, after its warm-up, or at zero(). */
  get since(): Snapshot | undefined {
    if (this.baseline) return this.baseline;
    const { now } = this;
    return now?.warmup && !isWarmingUp(now) ? { ...now, workers: now.warmup } : undefined;
  }

  /** Since zero(), over all legs, without warm-ups. */
  get sent(): Readonly<Record<Own, number>> {
    return this.own.since;
  }

  /** Since zero(), over all legs. */
  get errors(): Readonly<Record<string, number>> {
    return Object.fromEntries(Object.entries(this.errorTally.since).filter(([, count]) => count > 0));
  }

  /** Over all legs, as the limits count: without warm-ups and pauses. */
  get progress(): { readonly packets: number; readonly seconds: number } {
    const { now, leg } = this;
    const { packets = 0, seconds = 0 } = leg?.sentBefore ?? {};
    const sent = sentBy(now?.workers ?? []).packets - sentBy(now?.warmup ?? []).packets;
    return { packets: packets + sent, seconds: seconds + (now ? secondsOf(now) : 0) };
  }

  /** What was sent in the time by which a reading of the device may be older than our own. */
  get onTheWayToDevice(): number {
    return this.sentWithin(lagSeconds(this.leg?.driver ?? null));
  }

  /** The far end is of the same kind as the device of a lab, and counts at once. */
  get onTheWayToFarEnd(): number {
    return this.sentWithin(lagSeconds('veth'));
  }

  private count(snapshot: Snapshot): void {
    const { workers, warmup, device, farEnd } = snapshot;
    const sum = (of: (worker: WorkerSnapshot) => number, all = workers) =>
      all.reduce((total, worker) => total + of(worker), 0);
    const sent = sentBy(workers);
    const before = sentBy(warmup ?? []);
    this.own.observe({
      packets: sent.packets - before.packets,
      bytes: sent.bytes - before.bytes,
      warmup: before.packets,
      seconds: secondsOf(snapshot),
      workerSeconds: sum(({ seconds }) => seconds) - sum(({ seconds }) => seconds, warmup ?? []),
      late: sum(({ latePackets }) => latePackets),
      skippedNs: Math.max(0, ...workers.map(({ skippedNs }) => skippedNs)),
    });
    this.errorTally.observe(errorsOf(workers, warmup ?? []));
    const { driver = null, modes = [] } = this.leg ?? {};
    const counted = device && countOf(device, witnessOf(driver, modes), sent);
    this.device.observe(device && { delta: device, counted: counted ?? 0, sent: sent.packets });
    this.farEnd.observe(farEnd && { delta: farEnd, counted: farEnd.rxPackets, sent: sent.packets });
  }

  /** What limits; nothing does where nothing is to be sent. */
  private judge(snapshot: Snapshot, last: Snapshot | null): void {
    const { leg, before, limit } = this;
    const { workers, askedPps, elapsedSeconds } = snapshot;
    if (last && last.askedPps !== askedPps) limit.reset();
    const isStill = !workers.some(({ state }) => state === 'running');
    if (!leg || isStill || startsInSeconds(leg.plan, snapshot) !== null) {
      limit.reset();
      return;
    }
    const pairs = workers.map((worker, i) => [before?.workers[i], worker] as const);
    const figures = totalFigures(before, snapshot);
    const lineRateBps = boundOf(leg.plan);
    limit.observe(
      limitOf({ figures, times: timesOf(pairs), lag: lagOf(pairs), askedPps, lineRateBps }),
      elapsedSeconds,
    );
  }

  /** Sent in the last seconds of this leg, and what each worker hands over in one call: that is counted when it returns. */
  private sentWithin(seconds: number): number {
    const last = this.trail.at(-1);
    if (!last) return 0;
    const previous = this.trail.findLast((one) => one.seconds < last.seconds);
    const from = this.trail.findLast((one) => one.seconds <= last.seconds - seconds);
    const sent = last.packets - (from?.packets ?? 0);
    const span = last.seconds - (previous?.seconds ?? 0);
    const lately = last.packets - (previous?.packets ?? 0);
    // Of less than the time between two looks its share.
    return (span > seconds ? (lately * seconds) / span : sent) + (lately > 0 ? this.framesInCalls() : 0);
  }

  private framesInCalls(): number {
    const workers = this.now?.workers ?? [];
    const perCall = workers.map(({ packets, syscalls }) => (syscalls > 0 ? packets / syscalls : 0));
    return Math.ceil(2 * perCall.reduce((sum, one) => sum + one, 0));
  }
}

/** The speed of a private interface is a yardstick, and no limit. */
function boundOf({ target, schedule }: RunPlan): number | null {
  return target.kind === 'interface' ? schedule.lineRateBps : null;
}

/** Of the worker that has run longest, without the warm-up. */
function secondsOf({ workers, warmup }: Snapshot): number {
  const running = (all: readonly WorkerSnapshot[]) => Math.max(0, ...all.map(({ seconds }) => seconds));
  return running(workers) - running(warmup ?? []);
}

/** Without those of the warm-up. */
function errorsOf(
  workers: readonly WorkerSnapshot[],
  warmup: readonly WorkerSnapshot[],
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [i, { errors }] of workers.entries()) {
    for (const [name, count] of Object.entries(errors))
      counts[name] = (counts[name] ?? 0) + count - (warmup[i]?.errors[name] ?? 0);
  }
  return counts;
}

/** What its warm-up has sent so far is all that it has sent. */
export function isWarmingUp({ workers, warmup }: Snapshot): boolean {
  return warmup?.some((then, i) => then === workers[i]) ?? false;
}

/** A change of what is asked begins a new span: the old rate says nothing about the new one. */
function nextSpan(
  earlier: readonly (Snapshot | undefined)[],
  last: Snapshot | null,
  now: Snapshot,
): (Snapshot | undefined)[] {
  if (!last) return [undefined];
  const start = earlier.at(-1);
  const isFirstAfterChange = start !== undefined && start.askedPps !== last.askedPps;
  if (isFirstAfterChange || last.askedPps !== now.askedPps) return [last];
  return [...earlier, last].slice(-SPANS_OF_RATES);
}

function spanBetween(last: Snapshot | null, now: Snapshot) {
  const sum = (workers: readonly WorkerSnapshot[] = []) =>
    workers.reduce((all, { seconds }) => all + seconds, 0);
  const growth = (after: number, before: number) => (after > before ? after - before : 0);
  return {
    seconds: growth(now.elapsedSeconds, last?.elapsedSeconds ?? 0),
    packets: growth(sentBy(now.workers).packets, sentBy(last?.workers ?? []).packets),
    workerSeconds: growth(sum(now.workers), sum(last?.workers)),
  };
}
