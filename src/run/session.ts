import { setTimeout as sleep } from 'node:timers/promises';
import type { Rate } from '../model/timing.js';
import { native } from '../native/index.js';
import { Steal } from '../system/steal.js';
import type { Calibration } from './calibration.js';
import { openGround } from './ground.js';
import { type Opened, open } from './open.js';
import { latenessOf, type Pacemaker } from './pace.js';
import type { RunPlan } from './plan.js';
import { programOf } from './program.js';
import {
  type Moment,
  readStreams,
  readWarmup,
  readWorkers,
  type Snapshot,
  type WorkerSnapshot,
  warmupOf,
  warmupSoFar,
} from './snapshot.js';
import { Steering } from './steering.js';
import { type Summary, type SummaryContext, summarize } from './summary.js';
import { Troubles } from './troubles.js';
import { countOf, sentBy, witnessOf } from './witness.js';

/**
 * How soon the end of the workers is noticed: at once when they were told to stop. Until then every look takes time from a
 * worker that has to share its CPU with us: at 5 ms it was 2 to 4 % (docs/measurements.md). A short run is not kept waiting.
 */
const STOP_POLL_MS = 5;
const DONE_POLL_MS = 50;
const SHORT_RUN_MS = 250;
const LINK_POLL_MS = 200;
/** Some drivers bring their statistics up to date about once a second; the final reading waits that long for them. */
const SETTLE_MS = 1200;
const SETTLE_POLL_MS = 20;

/** What whoever opened a run knows about it. */
export interface RunWays {
  /** The first frame waits for resume(). */
  readonly isHeld?: boolean;
  /** What was measured before the run, for its summary. */
  readonly calibration?: Calibration | null;
}

interface Task extends RunWays {
  /** Frames that runs before have sent of the same task. */
  readonly packetsBefore?: number;
  /** Once nothing of the run is left. */
  readonly onEnd?: () => void;
}

/** A run in progress: watch it, steer it, await its summary. */
export class Run {
  /** Resolves when every worker has ended and the device's counters have been read. */
  readonly done: Promise<Summary>;

  /** How the engine of each worker sends, such as "zero-copy"; empty where there is nothing to tell. */
  readonly modes: readonly string[];

  /** Of the device, as ethtool names it, or the kind of link; null where there is no name. */
  readonly driver: string | null;

  private readonly troubles: Troubles;
  private readonly stopping = new AbortController();
  private readonly openedAt = performance.now();
  private lastLinkPoll = performance.now();
  private readonly steering: Steering;
  private isHeld = true;
  private isContinued = false;
  private readonly steal = new Steal();
  /** Of each worker's CPU when its warm-up was first seen to be over. */
  private readonly stolenInWarmup = new Map<number, number>();
  /** Once everything has been given back. */
  private last: { readonly snapshot: Snapshot; readonly context: SummaryContext } | undefined;

  /** @internal Use startRun(). */
  constructor(
    readonly plan: RunPlan,
    private readonly opened: Opened,
    private readonly task: Task,
  ) {
    this.modes = opened.native.modes();
    this.driver = opened.device?.driver ?? null;
    this.steering = new Steering(plan, opened.native);
    this.troubles = new Troubles(plan.engine.name, opened.watch);
    if (!task.isHeld) this.begin();
    this.done = this.finish();
  }

  /** The counters of this moment; after the end, the last ones. */
  snapshot(): Snapshot {
    if (this.last) return this.last.snapshot;
    this.steal.refresh();
    return this.withStreams(this.look());
  }

  private readWorkers(cpus: readonly number[]): WorkerSnapshot[] {
    return readWorkers(this.opened.native, cpus).map((worker) => ({
      ...worker,
      stolenSeconds: this.steal.secondsOf(worker.cpu),
    }));
  }

  private readWarmup(cpus: readonly number[]): WorkerSnapshot[] {
    return readWarmup(this.opened.native, cpus).map((worker, i) => {
      if (worker.state !== 'done') return worker;
      const stolenSeconds = this.stolenInWarmup.get(i) ?? this.steal.secondsOf(worker.cpu);
      this.stolenInWarmup.set(i, stolenSeconds);
      return { ...worker, stolenSeconds };
    });
  }

  /** A snapshot every `intervalMs` until the run ends. */
  async *watch(intervalMs: number): AsyncGenerator<Snapshot> {
    const ended = this.done.then(
      () => true,
      () => true,
    );
    for (let tick = 1; ; tick++) {
      const wait = this.openedAt + tick * intervalMs - performance.now();
      // Without a reference: a run that has ended does not keep the process waiting for the next tick.
      if (await Promise.race([ended, sleep(Math.max(0, wait), false, { ref: false })])) return;
      yield this.snapshot();
    }
  }

  /**
   * The run as it is now, in the shape of its summary: with what has happened, and without what can only be judged at
   * the end. Afterwards the summary itself.
   */
  summaryNow(): Summary {
    const { snapshot, context } = this.last ?? { snapshot: this.snapshot(), context: this.context(false) };
    return summarize(this.plan, snapshot, context);
  }

  /** @internal At the end, when no other run sends what is missing, although one was to. */
  summaryOfLast(): Summary {
    if (!this.last) return this.summaryNow();
    return summarize(this.plan, this.last.snapshot, { ...this.last.context, isContinued: false });
  }

  pause(): void {
    if (this.last || this.isHeld) return;
    this.steal.hold();
    this.opened.native.pause();
  }

  resume(): void {
    if (this.last) return;
    if (this.isHeld) {
      this.begin();
    } else {
      this.steal.run();
      this.opened.native.resume();
    }
  }

  /**
   * From now on this is the most that is sent at a time; all of the schedule goes faster or slower in proportion. A number
   * is packets per second. @throws UsageError for what is out of range or more than the line carries.
   */
  setRate(rate: Rate | number): void {
    if (!this.last) this.steering.setRate(typeof rate === 'number' ? { unit: 'pps', value: rate } : rate);
  }

  /** From now on nothing waits for its time. */
  setTopSpeed(): void {
    if (!this.last) this.steering.setTopSpeed();
  }

  /** Ends the run within 50 ms; `done` then resolves. */
  stop(): void {
    this.isContinued = false; // who stops it all while a change is under way means this part, too
    this.halt();
  }

  private halt(): void {
    this.stopping.abort();
    if (!this.last) this.opened.native.stop();
  }

  /** @internal The same, and what is missing then is for another run to send. */
  stopToContinue(): void {
    this.isContinued = true;
    this.halt();
  }

  /** The lab's namespaces as paths that `nsenter` understands, for looking in from outside; null without a lab, and at the end. */
  get namespaces(): { readonly net: string; readonly user: string | null } | null {
    const { network } = this.opened.ground;
    if (this.last || network.netFd < 0) return null;
    const pathOf = (fd: number) => `/proc/${process.pid}/fd/${fd}`;
    return { net: pathOf(network.netFd), user: network.userFd < 0 ? null : pathOf(network.userFd) };
  }

  /** @internal Something happened that ends a run. */
  get isBroken(): boolean {
    return this.troubles.events.length > 0;
  }

  private begin(): void {
    this.isHeld = false;
    this.steal.run();
    this.steering.begin();
    this.opened.native.start();
  }

  private look(): Moment {
    // Against the frames' way: who is read later has counted at least as many of them.
    const farEnd = this.opened.farEnd?.read() ?? null;
    const device = this.opened.device?.read() ?? null;
    const cpus = this.plan.workers.map((worker) => worker.cpu);
    // Then: what a warm-up has left behind is never more than what has been sent since.
    const warmup = this.plan.schedule.warmupNs > 0 ? this.readWarmup(cpus) : null;
    const read = this.readWorkers(cpus);
    const workers = this.isHeld ? read.map((worker) => ({ ...worker, state: 'paused' as const })) : read;
    return {
      elapsedSeconds: (performance.now() - this.openedAt) / 1000,
      workers,
      warmup: warmup && warmupSoFar(warmup, workers),
      speed: this.steering.speed,
      askedPps: this.steering.askedPps,
      device,
      farEnd,
    };
  }

  private withStreams(moment: Moment): Snapshot {
    const streams = readStreams(this.opened.native, this.plan.traffic, warmupOf(moment));
    return { ...moment, streams };
  }

  private async finish(): Promise<Summary> {
    try {
      return await this.watchToTheEnd();
    } finally {
      this.opened.native.close();
      this.task.onEnd?.();
    }
  }

  private async watchToTheEnd(): Promise<Summary> {
    while (!this.opened.native.done) {
      await this.patience();
      this.stopWhenBroken();
    }
    this.steal.hold();
    this.troubles.conclude(this.look());
    const snapshot = this.withStreams(await this.settle());
    this.last = { snapshot, context: this.context(true) };
    return this.summaryNow();
  }

  private context(isOver: boolean): SummaryContext {
    return {
      driver: this.driver,
      events: this.troubles.events,
      processStartedAtMs: performance.timeOrigin,
      modes: this.opened.native.modes(), // an engine may have learnt something meanwhile
      pacemaker: this.pacemaker(),
      calibration: this.task.calibration ?? null,
      isOver,
      isContinued: this.isContinued,
      packetsBefore: this.task.packetsBefore ?? 0,
    };
  }

  /** null where nothing waited for its time. */
  private pacemaker(): Pacemaker | null {
    const { wasPaced, askedPps, changes, speed } = this.steering;
    if (!wasPaced) return null;
    const lateness = latenessOf(this.opened.native.lateness(), native().latenessBoundsNs);
    return { isFree: speed === null, askedPps, changes, lateness };
  }

  /** Until the next look at the workers. */
  private async patience(): Promise<void> {
    const isShort = performance.now() - this.openedAt < SHORT_RUN_MS;
    const { signal } = this.stopping;
    if (isShort || signal.aborted) return sleep(STOP_POLL_MS);
    await sleep(DONE_POLL_MS, undefined, { signal }).catch(() => undefined); // told to stop
  }

  private stopWhenBroken(): void {
    if (performance.now() - this.lastLinkPoll < LINK_POLL_MS) return;
    this.lastLinkPoll = performance.now();
    if (this.troubles.isBroken(this.look())) this.stop();
  }

  /** The last look, once the device's counters have caught up with ours or had time to. */
  private async settle(): Promise<Moment> {
    const deadline = performance.now() + (this.troubles.isHopeless ? 0 : SETTLE_MS);
    for (;;) {
      const moment = this.look();
      const sent = sentBy(moment.workers);
      const { device } = moment;
      const witness = witnessOf(this.driver, this.modes);
      const counted = device ? countOf(device, witness, sent) + device.txDropped : sent.packets;
      // Once more: the far end was read before the device.
      if (counted >= sent.packets || performance.now() > deadline) return this.look();
      await sleep(SETTLE_POLL_MS);
    }
  }
}

/**
 * Opens every socket, ring and thread of a plan and lets the first frame go.
 * @throws NotPermittedError, HostError. Nothing is left open then.
 */
export async function startRun(plan: RunPlan, ways: RunWays = {}): Promise<Run> {
  const program = await programOf(plan.traffic);
  const ground = openGround(plan);
  try {
    return new Run(plan, open(plan, program, ground), { ...ways, onEnd: () => ground.network.close() });
  } catch (error) {
    ground.network.close();
    throw error;
  }
}
