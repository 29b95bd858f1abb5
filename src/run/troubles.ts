import { formatCount } from '../units.js';
import type { Moment } from './snapshot.js';
import type { Finding } from './summary.js';
import type { Watch } from './watch.js';

/** What ends a run before its time. The first trouble is the cause of all that follow. */
export class Troubles {
  private readonly found: Finding[] = [];

  constructor(
    private readonly engine: string,
    private readonly watch: Watch | null,
  ) {}

  get events(): readonly Finding[] {
    return [...this.found];
  }

  /** The device's counters will not catch up with ours. */
  get isHopeless(): boolean {
    return this.found.some(({ code }) => code === 'device-silent' || code === 'link-gone');
  }

  /** One worker's error ends the run: the others share its device. */
  isBroken(moment: Moment): boolean {
    return this.hasDeviceTrouble(moment) || failedIn(moment) !== undefined;
  }

  /** Looks for the last time, also at the workers. */
  conclude(moment: Moment): void {
    if (this.hasDeviceTrouble(moment)) return; // that is the cause
    const failed = failedIn(moment);
    if (!failed) return;
    this.found.push({
      code: 'engine-error',
      message: `the worker on CPU ${failed.cpu} ended: the kernel answered ${failed.endError} to engine ${this.engine}${dropsOf(moment)}`,
    });
  }

  private hasDeviceTrouble(moment: Moment): boolean {
    const { watch } = this;
    if (this.found.length > 0 || !watch) return this.found.length > 0;
    const trouble = watch.findLinkTrouble() ?? watch.findSilence(moment);
    if (trouble) this.found.push(trouble);
    return trouble !== null;
  }
}

function failedIn({ workers }: Moment) {
  return workers.find(({ endReason }) => endReason === 'error');
}

function dropsOf({ device }: Moment): string {
  return device && device.txDropped > 0
    ? `; ${device.name} dropped ${formatCount(device.txDropped)} frames (tx_dropped)`
    : '';
}
