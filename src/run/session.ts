import { setTimeout as sleep } from 'node:timers/promises';
import type { Rate } from '../model/timing.js';
import { native } from '../native/index.js';
import { formatCount } from '../units.js';
import type { Calibration } from './calibration.js';
import { type Opened, open } from './open.js';
import { latenessOf } from './pace.js';
import type { RunPlan } from './plan.js';
import { programOf } from './program.js';
import { readStreams, readWarmup, readWorkers, type Snapshot, warmupSoFar } from './snapshot.js';
import { Steering } from './steering.js';
import { type Finding, type Summary, summarize } from './summary.js';
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

/** A run in progress: watch it, steer it, await its summary. */
export class Run {
  /** Resolves when every worker has ended and the device's counters have been read. */
  readonly done: Promise<Summary>;

  /** How the engine of each worker sends, such as "zero-copy"; empty where there is nothing to tell. */
  readonly modes: readonly string[];

  private readonly events: Finding[] = [];
  private readonly stopping = new AbortController();
  private readonly startedAt = performance.now();
  private lastLinkPoll = performance.now();
  private readonly steering: Steering;
  /** Once everything has been given back. */
  private last: Snapshot | undefined;

  /** @internal Use startRun(). */
  constructor(
    readonly plan: RunPlan,
    private readonly opened: Opened,
  ) {
    this.modes = opened.native.modes();
    this.steering = new Steering(plan, opened.native);
    opened.native.start();
    this.done = this.finish();
  }

  /** The counters of this moment; after the end, the last ones. */
  snapshot(): Snapshot {
    if (this.last) return this.last;
    const cpus = this.plan.workers.map((worker) => worker.cpu);
    // First: what a warm-up has left behind is never more than what has been sent since.
    const warmup = this.plan.schedule.warmupNs > 0 ? readWarmup(this.opened.native, cpus) : null;
    const workers = readWorkers(this.opened.native, cpus);
    return {
      elapsedSeconds: (performance.now() - this.startedAt) / 1000,
      workers,
      warmup: warmup && warmupSoFar(warmup, workers),
      speed: this.steering.speed,
      askedPps: this.steering.askedPps,
      device: this.opened.device?.read() ?? null,
      farEnd: this.opened.farEnd?.read() ?? null,
    };
  }

  /** A snapshot every `intervalMs` until the run ends. */
  async *watch(intervalMs: number): AsyncGenerator<Snapshot> {
    const ended = this.done.then(
      () => true,
      () => true,
    );
    for (let tick = 1; ; tick++) {
      const wait = this.startedAt + tick * intervalMs - performance.now();
      // Without a reference: a run that has ended does not keep the process waiting for the next tick.
      if (await Promise.race([ended, sleep(Math.max(0, wait), false, { ref: false })])) return;
      yield this.snapshot();
    }
  }

  pause(): void {
    if (!this.last) this.opened.native.pause();
  }

  resume(): void {
    if (!this.last) this.opened.native.resume();
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
    this.stopping.abort();
    if (!this.last) this.opened.native.stop();
  }

  /** The lab's namespaces as paths that `nsenter` understands, for looking in from outside; null without a lab, and at the end. */
  get namespaces(): { readonly net: string; readonly user: string | null } | null {
    const network = this.opened.place?.network;
    if (this.last || !network || network.netFd < 0) return null;
    const pathOf = (fd: number) => `/proc/${process.pid}/fd/${fd}`;
    return { net: pathOf(network.netFd), user: network.userFd < 0 ? null : pathOf(network.userFd) };
  }

  private async finish(): Promise<Summary> {
    try {
      return await this.watchToTheEnd();
    } finally {
      this.opened.native.close();
      this.opened.network.close();
    }
  }

  private async watchToTheEnd(): Promise<Summary> {
    while (!this.opened.native.done) {
      await this.patience();
      this.stopWhenBroken();
    }
    this.reportErrors();
    const last = await this.settle();
    const streams = readStreams(this.opened.native, this.plan.traffic, warmupOf(last));
    const modes = this.opened.native.modes(); // an engine may have learnt something meanwhile
    const { wasPaced, askedPps, changes, speed } = this.steering;
    const lateness = latenessOf(this.opened.native.lateness(), native().latenessBoundsNs);
    this.last = last;
    return summarize(this.plan, last, {
      driver: this.opened.device?.driver ?? null,
      events: this.events,
      processStartedAtMs: performance.timeOrigin,
      streams,
      modes,
      pacemaker: wasPaced ? { isFree: speed === null, askedPps, changes, lateness } : null,
      calibration: this.opened.calibration,
    });
  }

  /** Until the next look at the workers. */
  private async patience(): Promise<void> {
    const isShort = performance.now() - this.startedAt < SHORT_RUN_MS;
    const { signal } = this.stopping;
    if (isShort || signal.aborted) return sleep(STOP_POLL_MS);
    await sleep(DONE_POLL_MS, undefined, { signal }).catch(() => undefined); // told to stop
  }

  /** One worker's error ends the run: the others share its device. */
  private stopWhenBroken(): void {
    if (performance.now() - this.lastLinkPoll < LINK_POLL_MS) return;
    this.lastLinkPoll = performance.now();
    const snapshot = this.snapshot();
    const failed = snapshot.workers.some((worker) => worker.endReason === 'error');
    if (this.findTrouble(snapshot) || failed) this.stop();
  }

  /** The first trouble is the cause of all that follow. */
  private findTrouble(snapshot: Snapshot): boolean {
    const { watch } = this.opened;
    if (this.events.length > 0 || !watch) return this.events.length > 0;
    const found = watch.findLinkTrouble() ?? watch.findSilence(snapshot);
    if (found) this.events.push(found);
    return found !== null;
  }

  private reportErrors(): void {
    const snapshot = this.snapshot();
    if (this.findTrouble(snapshot)) return; // that is the cause
    const { workers } = snapshot;
    const failed = workers.find((worker) => worker.endReason === 'error');
    if (!failed) return;
    this.events.push({
      code: 'engine-error',
      message: `the worker on CPU ${failed.cpu} ended: the kernel answered ${failed.endError} to engine ${this.plan.engine.name}${dropsOf(snapshot)}`,
    });
  }

  /** The last snapshot, once the device's counters have caught up with ours or had time to. */
  private async settle(): Promise<Snapshot> {
    const isHopeless = this.events.some(({ code }) => code === 'device-silent' || code === 'link-gone');
    const deadline = performance.now() + (isHopeless ? 0 : SETTLE_MS);
    for (;;) {
      const snapshot = this.snapshot();
      const sent = sentBy(snapshot.workers);
      const { device } = snapshot;
      const witness = witnessOf(this.opened.device?.driver ?? null, this.modes);
      const counted = device ? countOf(device, witness, sent) + device.txDropped : sent.packets;
      if (counted >= sent.packets || performance.now() > deadline) return snapshot;
      await sleep(SETTLE_POLL_MS);
    }
  }
}

/** A worker that is still at it has nothing after it. */
function warmupOf({ workers, warmup }: Snapshot): 'none' | 'over' | 'unfinished' {
  if (!warmup) return 'none';
  return warmup.every((then, i) => then === workers[i]) ? 'unfinished' : 'over';
}

function dropsOf({ device }: Snapshot): string {
  return device && device.txDropped > 0
    ? `; ${device.name} dropped ${formatCount(device.txDropped)} frames (tx_dropped)`
    : '';
}

/**
 * Opens every socket, ring and thread of a plan and lets the first frame go.
 * @throws NotPermittedError, HostError. Nothing is left open then.
 */
export async function startRun(
  plan: RunPlan,
  { calibration = null }: { readonly calibration?: Calibration | null } = {},
): Promise<Run> {
  return new Run(plan, { ...open(plan, await programOf(plan.traffic)), calibration });
}
