type Amounts = Readonly<Record<string, number>>;

/** Amounts that begin at nothing in each leg, over all legs and since zero(). The last ones of a leg are final. */
export class Tally<Key extends string = string> {
  private before: Amounts = {};
  private now: Amounts = {};
  private baseline: Amounts = {};

  begin(): void {
    this.before = this.total;
    this.now = {};
  }

  /** Of the present leg since its start. */
  observe(now: Readonly<Record<Key, number>>): void {
    this.now = now;
  }

  /** `extra`: what is counted before although it has still to come. */
  zero(extra: Amounts = {}): void {
    this.baseline = combine(this.total, extra, (a, b) => a + b);
  }

  /** Since zero(), over all legs. */
  get since(): Readonly<Record<Key, number>> {
    return combine(this.total, this.baseline, (a, b) => a - b) as Record<Key, number>;
  }

  private get total(): Amounts {
    return combine(this.before, this.now, (a, b) => a + b);
  }
}

function combine(a: Amounts, b: Amounts, operation: (a: number, b: number) => number): Amounts {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return Object.fromEntries(names.map((name) => [name, operation(a[name] ?? 0, b[name] ?? 0)]));
}
