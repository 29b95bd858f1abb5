import { type Figures, totalFigures } from '../run/rates.js';
import type { Snapshot } from '../run/snapshot.js';
import type { Glyphs } from './page.js';

/** At the start of a leg caches are cold and queues are empty. */
const SETTLED_SECONDS = 1;
/** What is compared: the last of each side. */
const MEASURED_SECONDS = 2;
/** Fewer spans say nothing about how much they differ by themselves. */
const FEWEST_SPANS = 6;

/**
 * What a packet costs: user space, the way into the kernel and back, and the kernel. Waiting and what others did on the CPU
 * would be there with any other engine, too. null where that is not known.
 */
export function workNs({ split }: Figures): number | null {
  return split && split.fillNs + split.entryNs + split.kernelNs;
}

/** What packets cost in a number of short spans. */
export interface Cost {
  readonly medianNs: number;
  /** Half of the spans lie between them. */
  readonly lowNs: number;
  readonly highNs: number;
  readonly packetsPerCall: number;
  /** null: as fast as possible. */
  readonly askedPps: number | null;
}

/** A span of a quarter of a second. */
interface Span {
  readonly endSeconds: number;
  readonly askedPps: number | null;
  readonly workNs: number;
  readonly packetsPerCall: number;
}

/** Compares the cost of a packet before a change with that after it. Knows no clock: time is in the snapshots. */
export class CostWatch {
  private last: Snapshot | null = null;
  private spans: Span[] = [];
  private asked: { readonly what: string; readonly before: Cost | null } | null = null;

  /** What was seen of another leg is no part of this one. */
  beginLeg(): void {
    this.last = null;
    this.spans = [];
    this.asked = null;
  }

  /** To compare the present leg, which has just begun, with what a packet cost before. */
  compare(what: string, before: Cost | null): void {
    this.asked = { what, before };
  }

  /** Of the present leg. @returns the comparison, once, when there is one; null otherwise. */
  observe(snapshot: Snapshot, glyphs: Glyphs): string | null {
    this.keep(snapshot);
    if (!this.asked || snapshot.elapsedSeconds < SETTLED_SECONDS + MEASURED_SECONDS) return null;
    const after = this.present();
    if (after === null) return null;
    const { what, before } = this.asked;
    this.asked = null;
    return describeChange(what, before, after, glyphs);
  }

  /** null where too little was sent. */
  present(): Cost | null {
    const { spans } = this;
    if (spans.length < FEWEST_SPANS) return null;
    const costs = spans.map((span) => span.workNs);
    return {
      medianNs: quantile(costs, 0.5),
      lowNs: quantile(costs, 0.25),
      highNs: quantile(costs, 0.75),
      packetsPerCall: quantile(
        spans.map(({ packetsPerCall }) => packetsPerCall),
        0.5,
      ),
      askedPps: spans.at(-1)?.askedPps ?? null,
    };
  }

  /** Spans in which nothing was sent are none; with another rate begin other ones. */
  private keep(now: Snapshot): void {
    const before = this.last;
    this.last = now;
    if (!before || before.elapsedSeconds < SETTLED_SECONDS) return;
    const span = spanOf(before, now);
    if (!span) return;
    const oldest = span.endSeconds - MEASURED_SECONDS;
    const kept = this.spans.filter((one) => one.endSeconds > oldest && one.askedPps === span.askedPps);
    this.spans = before.askedPps === now.askedPps ? [...kept, span] : [];
  }
}

function spanOf(before: Snapshot, now: Snapshot): Span | null {
  const figures = totalFigures(before, now);
  const ns = workNs(figures);
  if (ns === null || figures.packetsPerSyscall === null) return null;
  const { askedPps, elapsedSeconds: endSeconds } = now;
  return { endSeconds, askedPps, workNs: ns, packetsPerCall: figures.packetsPerSyscall };
}

/** Between two values in proportion. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}

/**
 * "qdisc bypass on: 402 → 351 ns of work a packet (-51 ns, -13 %)". Where the middle halves of both sides overlap there is no
 * clear difference. At a rate a call takes few frames, and its cost is theirs: that is said, too.
 */
export function describeChange(
  what: string,
  before: Cost | null,
  after: Cost,
  { arrow }: Pick<Glyphs, 'arrow'>,
): string {
  const unit = 'ns of work a packet';
  const now = `${what}: ${nanoseconds(after.medianNs)} ${unit}`;
  if (before === null) return `${now}${atRate(null, after, arrow)}; too little was sent before to compare`;
  if (!isSameRate(before.askedPps, after.askedPps))
    return `${now}${atRate(null, after, arrow)}; not compared: the rate was another one before`;
  const both = `${what}: ${nanoseconds(before.medianNs)} ${arrow} ${nanoseconds(after.medianNs)} ${unit}`;
  return `${both}${atRate(before, after, arrow)}${verdict(before, after)}`;
}

/** Up to what is lost on the way from a rate to the pace of a schedule and back. */
function isSameRate(a: number | null, b: number | null): boolean {
  return a === null || b === null ? a === b : Math.abs(a - b) <= 1e-6 * a;
}

function verdict(before: Cost, after: Cost): string {
  const overlap = before.lowNs <= after.highNs && after.lowNs <= before.highNs;
  if (overlap) return ': no clear difference';
  const difference = after.medianNs - before.medianNs;
  const sign = difference < 0 ? '-' : '+';
  const percent = Math.abs((100 * difference) / before.medianNs);
  return ` (${sign}${nanoseconds(Math.abs(difference))} ns, ${sign}${percent.toFixed(percent < 1 ? 1 : 0)} %)`;
}

function atRate(before: Cost | null, after: Cost, arrow: string): string {
  if (after.askedPps === null) return '';
  const [then, now] = [before ?? after, after].map(({ packetsPerCall }) => packetsPerCall.toFixed(1));
  return `, at this rate with ${then === now ? now : `${then} ${arrow} ${now}`} a call`;
}

function nanoseconds(value: number): string {
  return value < 10 ? value.toFixed(1) : String(Math.round(value));
}
