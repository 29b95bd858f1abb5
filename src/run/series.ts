import { UsageError } from '../errors.js';
import type { Rate } from '../model/timing.js';
import { awaitCarrier } from '../system/carrier.js';
import type { Calibration } from './calibration.js';
import { type Ground, openGround, startOn } from './ground.js';
import { hasSameStreams, hasSameTimes, type LiveRate, requirePossible } from './live-rate.js';
import { open } from './open.js';
import { type RunOptions, type RunPlan, resolvePlan } from './plan.js';
import { programOf } from './program.js';
import { doneBy, restOf } from './rest.js';
import { Run } from './session.js';
import { speedFor } from './steering.js';
import { hasStreamLimits, sentOfStreams, trafficLeft } from './streams-left.js';
import type { Summary } from './summary.js';

/**
 * One task carried out by one run after the other, because some of what is asked changes on the way. Each part is a leg. What was asked
 * in all (a count, bytes, a duration) holds for all legs together. Whatever changes with time in a leg (ramps, steps, the
 * starts of streams, the order of a mix) begins anew with it; a warm-up and a delay of the start are in the first one only.
 */
export interface RunSeries {
  /** Of the present leg; another object after each change. */
  readonly run: Run;
  readonly plan: RunPlan;
  /** What was asked of the present leg, limits as they were asked for the whole series. */
  readonly options: RunOptions;
  /** The legs that have ended, in their order, without the present one. */
  readonly before: readonly Summary[];
  /** All legs, when the last one has ended by its limits, by stop() or by trouble. Rejects where a leg could neither begin nor go on. */
  readonly done: Promise<readonly Summary[]>;
  readonly isPaused: boolean;
  /**
   * Ends the present leg and begins one with these options, with what is left of the limits. Everything is checked before
   * anything ends: when it rejects, the present leg goes on, or one like it where the new one could not be opened. One that
   * was paused stays paused. A rate that was set meanwhile is kept, unless shape or streams are others. Changes are carried
   * out one after the other. Rejects, too, where the series ends first.
   * @throws UsageError, HostError, NotPermittedError, TrafficError
   */
  change(options: RunOptions): Promise<void>;
  pause(): void;
  resume(): void;
  /** @throws UsageError */
  setRate(rate: Rate | number): void;
  setTopSpeed(): void;
  stop(): void;
  /** The present leg as it is now, in the shape of the final summary: what can only be judged at the end is not judged. */
  summaryNow(): Summary;
}

/** Resolves the plan and starts the first leg. @throws as resolvePlan() and startRun(). */
export async function startSeries(
  options: RunOptions,
  { calibration = null }: { readonly calibration?: Calibration | null } = {},
): Promise<RunSeries> {
  const plan = await resolvePlan(options);
  const ground = openGround(plan);
  try {
    const run = new Run(plan, open(plan, await programOf(plan.traffic), ground), { calibration });
    return new Series({ options, plan }, run, ground);
  } catch (error) {
    ground.network.close();
    throw error;
  }
}

/** What a leg is for. */
interface Intent {
  readonly options: RunOptions;
  /** With the limits of the whole series. */
  readonly plan: RunPlan;
}

/** A change that waits for the present leg to end. */
interface Change {
  readonly intent: Intent;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

class Series implements RunSeries {
  readonly done: Promise<readonly Summary[]>;
  before: readonly Summary[] = [];
  isPaused = false;

  private ended: readonly Summary[] = [];
  private liveRate: LiveRate = null;
  /** Number of the first leg that sent these streams. */
  private firstOfTraffic = 0;
  private isStopped = false;
  private isOver = false;
  private waiting: Change | null = null;
  private lastChange: Promise<void> = Promise.resolve();

  constructor(
    private intent: Intent,
    public run: Run,
    private ground: Ground,
  ) {
    this.done = this.follow();
  }

  get plan(): RunPlan {
    return this.run.plan;
  }

  get options(): RunOptions {
    return this.intent.options;
  }

  change(options: RunOptions): Promise<void> {
    const change = this.lastChange.then(() => this.prepare(options));
    this.lastChange = change.catch(() => undefined);
    return change;
  }

  pause(): void {
    this.isPaused = true;
    this.run.pause();
  }

  resume(): void {
    this.isPaused = false;
    this.run.resume();
  }

  setRate(asked: Rate | number): void {
    const rate: Rate = typeof asked === 'number' ? { unit: 'pps', value: asked } : asked;
    speedFor(this.plan, rate);
    this.run.setRate(rate);
    this.liveRate = rate;
  }

  setTopSpeed(): void {
    this.run.setTopSpeed();
    this.liveRate = 'top speed';
  }

  stop(): void {
    this.isStopped = true;
    this.run.stop();
  }

  summaryNow(): Summary {
    return this.run.summaryNow();
  }

  /** Checks a change while the present leg goes on, ends that, and waits until the next one has begun. */
  private async prepare(options: RunOptions): Promise<void> {
    this.requireGoing();
    const intent = { options, plan: await resolvePlan(options) };
    await programOf(intent.plan.traffic);
    requirePossible(intent.plan, this.rateKeptBy(intent));
    this.requireGoing();
    await new Promise<void>((resolve, reject) => {
      this.waiting = { intent, resolve, reject };
      this.run.stopToContinue();
    });
  }

  /** One leg after the other. */
  private async follow(): Promise<readonly Summary[]> {
    try {
      while (await this.goOn());
      return this.ended;
    } finally {
      this.isOver = true;
      this.ground.network.close();
      this.waiting?.reject(new SeriesEnded()); // asked for after the last look
    }
  }

  /** Waits for the end of the present leg. Whether another one has begun. */
  private async goOn(): Promise<boolean> {
    const { change, summary } = await this.endOfLeg();
    this.ended = [...this.ended, summary];
    if (!change) return false;
    const wasCut = summary.workers.some(({ endReason }) => endReason === 'stopped');
    try {
      const hasBegun = wasCut && !this.run.isBroken && (await this.beginLeg(change.intent));
      if (hasBegun) change.resolve();
      else this.endInstead(change);
      return hasBegun;
    } catch (error) {
      // What was checked can still fail, such as a socket that somebody else has taken meanwhile.
      try {
        return await this.beginLeg(this.intent);
      } finally {
        change.reject(error);
      }
    }
  }

  /** What was to go on is over. */
  private endInstead({ reject }: Change): void {
    if (this.isStopped) this.ended = [...this.ended.slice(0, -1), this.run.summaryOfLast()];
    reject(new SeriesEnded());
  }

  private async endOfLeg(): Promise<{ change: Change | null; summary: Summary }> {
    const take = () => {
      const change = this.waiting;
      this.waiting = null;
      return change;
    };
    try {
      const summary = await this.run.done;
      return { change: take(), summary };
    } catch (error) {
      take()?.reject(error);
      throw error;
    }
  }

  /** The rest of the task with these options. false where nothing is left to do, or somebody stopped it all. */
  private async beginLeg(intent: Intent): Promise<boolean> {
    const whole = await this.withStreamsLeft(intent);
    if (!whole) return false;
    const program = await programOf(whole.traffic);
    const plan = restOf(intent.options, whole, program, doneBy(this.ended));
    if (!plan) return false;
    await this.settleDevice(plan);
    if (this.isStopped) return false;
    const liveRate = this.rateKeptBy(intent);
    requirePossible(plan, liveRate);
    const packetsBefore = doneBy(this.ended).packets;
    const { ground, started: run } = startOn(this.ground, plan, (place) => {
      return new Run(plan, open(plan, program, place), { isHeld: true, packetsBefore });
    });
    if (liveRate === 'top speed') run.setTopSpeed();
    else if (liveRate) run.setRate(liveRate);
    if (!this.isPaused) run.resume();
    this.ground = ground;
    this.before = this.ended;
    this.run = run;
    this.firstOfTraffic = this.firstLegOf(intent);
    this.intent = intent;
    this.liveRate = liveRate;
    return true;
  }

  /** Only streams with limits of their own need another program. null where none of them has anything left. */
  private async withStreamsLeft({ options, plan }: Intent): Promise<RunPlan | null> {
    const asked = options.traffic;
    if (!asked || !hasStreamLimits(asked)) return plan;
    const traffic = trafficLeft(
      asked,
      await programOf(plan.traffic),
      sentOfStreams(this.ended.slice(this.firstLegOf({ options }))),
    );
    // The limits of all streams together are not compared with what is left of each.
    const { countPackets: _, bytes: __, ...others } = options;
    return traffic && resolvePlan({ ...others, traffic });
  }

  /** The leg before may have taken its XDP program away just now. */
  private async settleDevice({ target }: RunPlan): Promise<void> {
    if (target.kind === 'interface') await awaitCarrier(target.name, () => this.isStopped);
  }

  private rateKeptBy({ options }: Intent): LiveRate {
    return hasSameTimes(this.intent.options, options) ? this.liveRate : null;
  }

  private firstLegOf({ options }: Pick<Intent, 'options'>): number {
    return hasSameStreams(this.intent.options, options) ? this.firstOfTraffic : this.ended.length;
  }

  private requireGoing(): void {
    if (this.isOver || this.isStopped) throw new SeriesEnded();
  }
}

/** There is nothing left to change. */
class SeriesEnded extends UsageError {
  constructor() {
    super('nothing was changed: the run has ended');
  }
}
