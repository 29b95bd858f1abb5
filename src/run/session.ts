import { setTimeout as sleep } from 'node:timers/promises';
import type { FrameProgram } from '../compile/program.js';
import { HostError, messageOf, NativeError, NotPermittedError, UsageError } from '../errors.js';
import {
  type NativeEngineInfo,
  type NativeLink,
  type NativeNetwork,
  type NativeRun,
  native,
} from '../native/index.js';
import type { Place } from '../system/lab.js';
import { explainingPermission } from '../system/permissions.js';
import { formatCount } from '../units.js';
import type { Calibration } from './calibration.js';
import { openPlaceFor } from './place.js';
import type { RunPlan } from './plan.js';
import { programOf } from './program.js';
import { readStreams, readWorkers, type Snapshot } from './snapshot.js';
import { type Finding, type Summary, summarize } from './summary.js';
import { LinkReader, Watch } from './watch.js';
import { countOf, isZeroCopy, sentBy, witnessOf } from './witness.js';

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

interface Opened {
  readonly place: Place | null;
  /** Where the workers' sockets are. */
  readonly network: NativeNetwork;
  readonly native: NativeRun;
  readonly device: LinkReader | null;
  readonly farEnd: LinkReader | null;
  readonly watch: Watch | null;
  /** What was measured before the run, for its summary. */
  readonly calibration: Calibration | null;
}

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
  /** Once everything has been given back. */
  private last: Snapshot | undefined;

  /** @internal Use startRun(). */
  constructor(
    readonly plan: RunPlan,
    private readonly opened: Opened,
  ) {
    this.modes = opened.native.modes();
    opened.native.start();
    this.done = this.finish();
  }

  /** The counters of this moment; after the end, the last ones. */
  snapshot(): Snapshot {
    if (this.last) return this.last;
    return {
      elapsedSeconds: (performance.now() - this.startedAt) / 1000,
      workers: readWorkers(
        this.opened.native,
        this.plan.workers.map((worker) => worker.cpu),
      ),
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
    const streams = readStreams(this.opened.native, this.plan.traffic);
    const modes = this.opened.native.modes(); // an engine may have learnt something meanwhile
    this.last = last;
    return summarize(this.plan, last, {
      driver: this.opened.device?.driver ?? null,
      events: this.events,
      processStartedAtMs: performance.timeOrigin,
      streams,
      modes,
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

function open(plan: RunPlan, program: FrameProgram): Omit<Opened, 'calibration'> {
  const place = openPlaceFor(plan.engine, plan.target, plan.sizes.maxBytes);
  const network = place?.network ?? new (native().Network)(false);
  try {
    const link = place && linkOf(network, place.interface);
    const workers = openWorkers(plan, program, network, link ?? { name: '', index: 0 });
    // Now: some drivers begin to count anew when an XDP program comes.
    const device = link && new LinkReader(network, linkOf(network, link.name));
    const farEnd = place?.farEnd ? new LinkReader(network, linkOf(network, place.farEnd)) : null;
    const watch = device && new Watch(network, device, sendingOf(plan, device.driver, workers.modes()));
    return { place, network, native: workers, device, farEnd, watch };
  } catch (error) {
    network.close();
    throw error;
  }
}

function linkOf(network: NativeNetwork, name: string): NativeLink {
  const link = network.link(name);
  if (!link) throw new HostError('NO_IFACE', `${name}: no such interface`);
  return link;
}

function sendingOf({ engine, sizes }: RunPlan, driver: string | null, modes: readonly string[]) {
  const byXdp = infoOf(engine.name)?.needsXdpAtFarEnd ?? false;
  const isPastStack = byXdp || modes.some(isZeroCopy);
  return { longestBytes: sizes.maxBytes, byXdp, isPastStack, witness: witnessOf(driver, modes) };
}

function openWorkers(
  plan: RunPlan,
  program: FrameProgram,
  network: NativeNetwork,
  link: { name: string; index: number },
): NativeRun {
  const { engine } = plan;
  const where = link.name === '' ? '' : ` on ${link.name}`;
  const durationNs = plan.durationNs === null ? null : BigInt(Math.round(plan.durationNs));
  try {
    return explainingPermission(
      `engine ${engine.name}${where}`,
      infoOf(engine.name)?.capabilities ?? '',
      () =>
        new (native().Run)(network, {
          engine: engine.name,
          interface: link.name,
          interfaceIndex: link.index,
          batch: plan.batch,
          options: { ...engine.options },
          program,
          count: plan.countPackets === null ? null : BigInt(plan.countPackets),
          workers: plan.workers.map(({ cpu, queue }) => ({ cpu, queue: queue ?? 0, durationNs })),
        }),
    );
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
    if (error.code === 'EXCLUSIVE' || error.code === 'ERANGE') throw new UsageError(error.message);
    if (error.code === 'NO_BUSY_POLL') throw new NotPermittedError(error.message, { cause: error });
    throw new HostError(error.code, `engine ${engine.name}${where} cannot start: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function infoOf(engine: string): NativeEngineInfo | undefined {
  return native()
    .engines()
    .find(({ name }) => name === engine);
}
