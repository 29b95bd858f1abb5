/** The same numbers in every run: a failure is repeated by running the test again. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed;
  }

  /** A whole number from `minimum` to `maximum`, both included. */
  whole(minimum: number, maximum: number): number {
    return minimum + Math.floor(this.fraction() * (maximum - minimum + 1));
  }

  /** Any number of that many bits; often one with all of them clear or set, where errors hide. */
  bits(count: number): bigint {
    const kind = this.whole(0, 5);
    const digit = () => (kind === 0 ? 0 : kind === 1 ? 1 : this.whole(0, 1));
    return BigInt(`0b${Array.from({ length: count }, digit).join('')}`);
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.whole(0, 255));
  }

  /** mulberry32: from 0 to below 1. */
  private fraction(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
