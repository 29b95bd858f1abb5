import { setTimeout as sleep } from 'node:timers/promises';
import type { FrameProgram } from '../compile/program.js';
import { HostError, messageOf, NativeError } from '../errors.js';
import { type NativeLinkCounters, type NativeNetwork, type NativeRun, native } from '../native/index.js';
import { openLab, openSink, type Place } from '../system/lab.js';
import { explainingPermission } from '../system/permissions.js';
import { ETHERNET_HEADER_BYTES, FCS_BYTES } from '../units.js';
import type { RunPlan } from './plan.js';
import { programOf } from './program.js';
import { linkDelta, readStreams, readWorkers, type Snapshot } from './snapshot.js';
import { countOf, type Finding, type Summary, summarize } from './summary.js';

/** How soon the end of the workers and a change of the link are noticed. */
const DONE_POLL_MS = 5;
const LINK_POLL_MS = 200;
/** Some drivers bring their statistics up to date about once a second; the final reading waits that long for them. */
const SETTLE_MS = 1200;
const SETTLE_POLL_MS = 20;

/** A link whose counters are being watched. */
interface WatchedLink {
  readonly name: string;
  readonly index: number;
  readonly before: NativeLinkCounters;
}

interface Opened {
  readonly place: Place | null;
  readonly driver: string | null;
  readonly native: NativeRun;
  readonly device: WatchedLink | null;
  readonly farEnd: WatchedLink | null;
}

/** A run in progress: watch it, steer it, await its summary. */
export class Run {
  /** Resolves when every worker has ended and the device's counters have been read. */
  readonly done: Promise<Summary>;

  private readonly events: Finding[] = [];
  private readonly startedAt = performance.now();
  private lastLinkPoll = performance.now();
  /** Once everything has been given back. */
  private last: Snapshot | undefined;

  /** @internal Use startRun(). */
  constructor(
    readonly plan: RunPlan,
    private readonly opened: Opened,
  ) {
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
      device: this.read(this.opened.device),
      farEnd: this.read(this.opened.farEnd),
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
    while (!this.opened.native.done) {
      await sleep(DONE_POLL_MS);
      this.stopWhenBroken();
    }
    this.reportErrors();
    const last = await this.settle();
    const streams = readStreams(this.opened.native, this.plan.traffic);
    this.last = last;
    this.opened.native.close();
    this.opened.place?.network.close();
    return summarize(this.plan, last, {
      driver: this.opened.driver,
      events: this.events,
      processStartedAtMs: performance.timeOrigin,
      streams,
    });
  }

  /** One worker's error ends the run: the others share its device. */
  private stopWhenBroken(): void {
    if (performance.now() - this.lastLinkPoll < LINK_POLL_MS) return;
    this.lastLinkPoll = performance.now();
    const failed = this.snapshot().workers.some((worker) => worker.endReason === 'error');
    if (this.findLinkTrouble() || failed) this.stop();
  }

  private findLinkTrouble(): boolean {
    const { device, place } = this.opened;
    if (!device || !place || this.events.length > 0) return this.events.length > 0;
    const status = place.network.status(device.index);
    if (!status) {
      this.events.push({ code: 'link-gone', message: `${device.name} disappeared during the run` });
    } else if (!status.up) {
      this.events.push({ code: 'link-down', message: `${device.name} went down during the run` });
    } else if (!status.carrier) {
      this.events.push({
        code: 'no-carrier',
        message: `${device.name} has no carrier: nothing can leave it`,
      });
    } else if (this.plan.sizes.maxBytes > status.mtuBytes + ETHERNET_HEADER_BYTES + FCS_BYTES) {
      this.events.push({
        code: 'mtu-lowered',
        message: `the MTU of ${device.name} was lowered to ${status.mtuBytes} during the run: frames of ${this.plan.sizes.maxBytes} bytes no longer fit`,
      });
    }
    return this.events.length > 0;
  }

  private reportErrors(): void {
    if (this.findLinkTrouble()) return; // that is the cause
    const { workers } = this.snapshot();
    const failed = workers.find((worker) => worker.endReason === 'error');
    if (!failed) return;
    this.events.push({
      code: 'engine-error',
      message: `the worker on CPU ${failed.cpu} ended: the kernel answered ${failed.endError} to engine ${this.plan.engine.name}`,
    });
  }

  /** The last snapshot, once the device's counters have caught up with ours or had time to. */
  private async settle(): Promise<Snapshot> {
    const deadline = performance.now() + SETTLE_MS;
    for (;;) {
      const snapshot = this.snapshot();
      const sent = snapshot.workers.reduce((sum, worker) => sum + worker.packets, 0);
      const { device } = snapshot;
      const counted = device ? countOf(device, this.opened.driver) + device.txDropped : sent;
      if (counted >= sent || performance.now() > deadline) return snapshot;
      await sleep(SETTLE_POLL_MS);
    }
  }

  private read(link: WatchedLink | null): Snapshot['device'] {
    const status = link && this.opened.place?.network.status(link.index);
    return link && status ? linkDelta(link.name, link.before, status.counters) : null;
  }
}

/**
 * Opens every socket, ring and thread of a plan and lets the first frame go.
 * @throws NotPermittedError, HostError. Nothing is left open then.
 */
export async function startRun(plan: RunPlan): Promise<Run> {
  return new Run(plan, open(plan, await programOf(plan.traffic)));
}

function open(plan: RunPlan, program: FrameProgram): Opened {
  const place = openPlace(plan);
  const network = place?.network ?? new (native().Network)(false);
  const link = place ? network.link(place.interface) : null;
  if (place && !link) throw new HostError('NO_IFACE', `${place.interface}: no such interface`);
  const farEnd = place?.farEnd ? network.link(place.farEnd) : null;
  return {
    place,
    driver: link?.driver || null,
    native: openWorkers(
      plan,
      program,
      network,
      link ? { name: link.name, index: link.index } : { name: '', index: 0 },
    ),
    device: link && { name: link.name, index: link.index, before: link.counters },
    farEnd: farEnd && { name: farEnd.name, index: farEnd.index, before: farEnd.counters },
  };
}

function openPlace(plan: RunPlan): Place | null {
  const { target, sizes } = plan;
  switch (target.kind) {
    case 'none':
      return null;
    case 'lab':
      return openLab(target.queues, sizes.maxBytes);
    case 'lab-sink':
      return openSink(target.queues, sizes.maxBytes);
    case 'interface':
      return { network: new (native().Network)(false), interface: target.name, farEnd: null };
  }
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
      'CAP_NET_RAW',
      () =>
        new (native().Run)(network, {
          engine: engine.name,
          interface: link.name,
          interfaceIndex: link.index,
          batch: plan.batch,
          options: { ...engine.options },
          program,
          count: plan.countPackets === null ? null : BigInt(plan.countPackets),
          workers: plan.workers.map(({ cpu }) => ({ cpu, durationNs })),
        }),
    );
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
    throw new HostError(error.code, `engine ${engine.name}${where} cannot start: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
