import { totalFigures } from './rates.js';
import type { Snapshot } from './snapshot.js';

const SPAN_SECONDS = 1;

/** The rate of the last second in which frames were sent; pauses are left out. Knows no clock: time is in the snapshots. */
export class RecentRate {
  private seen: Snapshot[] = [];

  /** Of one run after the other; a few a second. */
  observe(now: Snapshot): void {
    const last = this.seen.at(-1);
    if (last && now.elapsedSeconds < last.elapsedSeconds) this.seen = []; // another run
    const { seconds } = totalFigures(this.seen.at(-1), now);
    if (last && this.seen.length > 0 && seconds <= 0) return; // paused
    this.seen.push(now);
    while (this.secondsSince(this.seen[1]) >= SPAN_SECONDS) this.seen.shift();
  }

  /** 0 where nothing was sent. */
  get pps(): number {
    const last = this.seen.at(-1);
    if (!last) return 0;
    const [first] = this.seen;
    return totalFigures(first === last ? undefined : first, last).pps;
  }

  private secondsSince(first: Snapshot | undefined): number {
    const last = this.seen.at(-1);
    return first && last ? totalFigures(first, last).seconds : 0;
  }
}
