import type { LinkDelta } from '../run/snapshot.js';
import { Tally } from './tally.js';

/** What a link counted of ours, and what we sent, in frames, at one moment. */
export interface LinkReading {
  readonly delta: LinkDelta;
  readonly counted: number;
  /** By our own count, warm-up included: the link has it, too. */
  readonly sent: number;
}

type Counter = keyof { [Key in keyof LinkDelta as LinkDelta[Key] extends number ? Key : never]: true };

/** A link's counters beside our own, over all legs and since zero(). */
export class LinkTally {
  private readonly tally = new Tally<Counter | 'counted' | 'sent'>();
  private last: LinkDelta | null = null;

  begin(): void {
    this.tally.begin();
    this.last = null;
  }

  /** null: there is no such link. */
  observe(reading: LinkReading | null): void {
    this.last = reading?.delta ?? null;
    if (!reading) return;
    const { delta, counted, sent } = reading;
    const { name: _, gone: __, ...counters } = delta;
    this.tally.observe({ ...counters, counted, sent });
  }

  /** `onTheWay`: so many frames at most were sent and had still to be counted. They belong to what was before. */
  zero(onTheWay: number): void {
    const { counted, sent } = this.tally.since;
    const missing = sent - counted;
    this.tally.zero(missing > 0 && missing <= onTheWay ? { counted: missing } : {});
  }

  /** The name is that of the present leg's link; null where there is none. */
  get since(): LinkReading | null {
    if (!this.last) return null;
    const { counted, sent, ...counters } = this.tally.since;
    return { delta: { ...this.last, ...counters }, counted, sent };
  }
}
