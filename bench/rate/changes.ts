// What a rate that changed should have come to. Pure: no clock, no file.

/** A moment at which another rate was asked for, and what had been sent by then. */
export interface Change {
  readonly ns: number;
  readonly packets: number;
  /** From now on. */
  readonly pps: number;
}

/** The integral of the rates from the first change to the last, in packets. */
export function expectedPackets(changes: readonly Change[]): number {
  return changes.slice(1).reduce((sum, change, i) => {
    const before = changes[i] as Change;
    return sum + (before.pps * (change.ns - before.ns)) / 1e9;
  }, 0);
}

/** Of what was sent from the first change to the last, how much more than the integral of the rates, over that. */
export function changedError(changes: readonly Change[]): number {
  const [first, last] = [changes[0], changes.at(-1)];
  if (first === undefined || last === undefined) return Number.NaN;
  const expected = expectedPackets(changes);
  return (last.packets - first.packets - expected) / expected;
}
