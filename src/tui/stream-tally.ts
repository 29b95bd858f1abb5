import type { StreamCount } from '../run/snapshot.js';
import type { LegFacts } from './dashboard.js';
import { askedShares } from './shares.js';

interface Amount {
  readonly packets: number;
  readonly bytes: number;
}

/** One stream of the list. */
export interface StreamFacts extends Amount {
  readonly name: string;
  readonly isMuted: boolean;
  /** Of all frames, 0 to 1; null where it is not known, or nothing is asked of it. */
  readonly askedShare: number | null;
  /** Of all frames of this leg since zero(), as the asked one holds for them, 0 to 1; null where there are none. */
  readonly sentShare: number | null;
  readonly pps: number;
}

const NONE: Amount = { packets: 0, bytes: 0 };

/** What was sent of each stream, muted ones included, over all legs since zero(). */
export class StreamTally {
  /** In the order of the list, which muting does not change. */
  names: readonly string[] = [];
  /** The positions in the model of this leg; a muted stream has none. */
  private places = new Map<string, number>();
  private shares: readonly (number | null)[] = [];
  /** Positions in the list, by the share that is asked; where that is the same or not known, in the order of the list. */
  largestFirst: readonly number[] = [];
  private before = new Map<string, Amount>();
  private baseline: readonly StreamCount[] = [];
  private latest: readonly StreamCount[] = [];
  /** Of this leg, since zero(). */
  private legPackets = 0;

  begin({ plan, muted }: LegFacts): void {
    const counted = this.names.map((name) => [name, this.amountOf(name)] as const);
    const model = plan.traffic.streams.map(({ name }) => name);
    this.places = new Map(model.map((name, i) => [name, i]));
    const all = [...model, ...muted.filter((name) => !this.places.has(name))];
    this.names = all.length > model.length ? inOldOrder(this.names, all) : model;
    const present = new Set(this.names);
    this.before = new Map(counted.filter(([name]) => present.has(name)));
    this.shares = askedShares(plan);
    const asked = this.names.map((name) => this.shares[this.places.get(name) ?? -1] ?? 0);
    this.largestFirst = [...asked.keys()].sort((a, b) => (asked[b] ?? 0) - (asked[a] ?? 0) || a - b);
    this.baseline = [];
    this.latest = [];
    this.legPackets = 0;
  }

  observe(streams: readonly StreamCount[]): void {
    this.latest = streams;
    this.legPackets = packetsOf(streams) - packetsOf(this.baseline);
  }

  zero(): void {
    this.before = new Map();
    this.baseline = this.latest;
    this.legPackets = 0;
  }

  /** `seconds`: how long the span of the rates is. */
  facts(index: number, before: readonly StreamCount[], seconds: number): StreamFacts {
    const name = this.names[index] ?? '';
    const place = this.places.get(name);
    const { packets, bytes } = this.amountOf(name);
    const isMuted = place === undefined;
    const now = isMuted ? 0 : (this.latest[place]?.packets ?? 0);
    const sent = isMuted ? 0 : now - (before[place]?.packets ?? 0);
    const inLeg = isMuted ? 0 : now - (this.baseline[place]?.packets ?? 0);
    return {
      name,
      isMuted,
      askedShare: isMuted ? null : (this.shares[place] ?? null),
      sentShare: !isMuted && this.legPackets > 0 ? inLeg / this.legPackets : null,
      pps: seconds > 0 ? Math.max(0, sent) / seconds : 0,
      packets,
      bytes,
    };
  }

  private amountOf(name: string): Amount {
    const place = this.places.get(name) ?? -1;
    const before = this.before.get(name) ?? NONE;
    const now = this.latest[place] ?? NONE;
    const then = this.baseline[place] ?? NONE;
    return {
      packets: before.packets + now.packets - then.packets,
      bytes: before.bytes + now.bytes - then.bytes,
    };
  }
}

/** An ordinary loop: there may be ten thousand, four times a second. */
function packetsOf(amounts: readonly Amount[]): number {
  let sum = 0;
  for (let i = 0; i < amounts.length; i++) sum += amounts[i]?.packets ?? 0;
  return sum;
}

/** Of other streams than before the order is their own. */
function inOldOrder(known: readonly string[], names: readonly string[]): readonly string[] {
  const present = new Set(names);
  return known.length === names.length && known.every((name) => present.has(name)) ? known : names;
}
