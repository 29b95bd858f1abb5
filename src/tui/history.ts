/** A span of the run. Two that follow each other are one by addition, so merging loses no packet and no time. */
export interface Moment {
  /** How long it lasted, pauses included. */
  readonly seconds: number;
  readonly packets: number;
  /** The workers' running times, added up. */
  readonly workerSeconds: number;
}

/** Four a second. */
const RECENT_SECONDS = 60;
/** Of the whole run; even. */
export const MOST_MOMENTS = 240;

const NOTHING: Moment = { seconds: 0, packets: 0, workerSeconds: 0 };

export function merge(a: Moment, b: Moment): Moment {
  return {
    seconds: a.seconds + b.seconds,
    packets: a.packets + b.packets,
    workerSeconds: a.workerSeconds + b.workerSeconds,
  };
}

/** The last minute and the whole run, in a fixed amount of memory. */
export class History {
  private latest: Moment[] = [];
  private all: Moment[] = [];
  /** How many moments each of `all` is made of. */
  private stride = 1;
  private unfinished: Moment = NOTHING;
  private inUnfinished = 0;

  add(moment: Moment): void {
    this.latest.push(moment);
    // The clock of the snapshots decides; the number of moments is the bound where it stands still.
    while (this.latest.length > MOST_MOMENTS || secondsOf(this.latest.slice(1)) >= RECENT_SECONDS)
      this.latest.shift();
    this.unfinished = merge(this.unfinished, moment);
    if (++this.inUnfinished < this.stride) return;
    this.all.push(this.unfinished);
    this.unfinished = NOTHING;
    this.inUnfinished = 0;
    if (this.all.length >= MOST_MOMENTS) this.halve();
  }

  /** The whole run begins here. */
  zero(): void {
    this.all = [];
    this.stride = 1;
    this.unfinished = NOTHING;
    this.inUnfinished = 0;
  }

  /** From the oldest to the newest, a minute at most. */
  get recent(): readonly Moment[] {
    return this.latest;
  }

  get whole(): readonly Moment[] {
    return this.inUnfinished === 0 ? this.all : [...this.all, this.unfinished];
  }

  private halve(): void {
    const pairs = Array.from({ length: this.all.length / 2 }, (_, i) => [2 * i, 2 * i + 1] as const);
    this.all = pairs.map(([a, b]) => merge(this.all[a] ?? NOTHING, this.all[b] ?? NOTHING));
    this.stride *= 2;
  }
}

export function secondsOf(moments: readonly Moment[]): number {
  return moments.reduce((sum, { seconds }) => sum + seconds, 0);
}

/**
 * The moments in so many cells of the same length that end with the newest moment; null for those before the first. `spanSeconds`: of all
 * cells together. A moment that lies in several cells is shared out by time.
 */
export function resample(moments: readonly Moment[], cells: number, spanSeconds: number): (Moment | null)[] {
  const cellSeconds = spanSeconds / cells;
  const result: (Moment | null)[] = Array(cells).fill(null);
  if (!(cellSeconds > 0)) return result;
  let end = cells;
  for (const moment of moments.toReversed()) {
    const start = end - moment.seconds / cellSeconds;
    share(result, moment, start, end);
    end = start;
    if (end <= 0) break;
  }
  return result;
}

function share(cells: (Moment | null)[], moment: Moment, start: number, end: number): void {
  if (!(end > start)) return;
  for (let i = Math.max(0, Math.floor(start)); i < Math.min(cells.length, end); i++) {
    const part = (Math.min(end, i + 1) - Math.max(start, i)) / (end - start);
    if (part <= 0) continue;
    const { seconds, packets, workerSeconds } = moment;
    const some = { seconds: seconds * part, packets: packets * part, workerSeconds: workerSeconds * part };
    cells[i] = merge(cells[i] ?? NOTHING, some);
  }
}
