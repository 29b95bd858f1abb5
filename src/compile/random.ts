const GOLDEN = 0x9e3779b97f4a7c15n;
const MASK = (1n << 64n) - 1n;

/** SplitMix64's output function (Steele, Lea, Flood 2014): addon/random.h has the same. */
export function mix64(value: bigint): bigint {
  let z = (value + GOLDEN) & MASK;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
  return z ^ (z >> 31n);
}

/** A seed of its own for each of several numbered things. */
export function seedOf(seed: bigint, ...numbers: readonly number[]): bigint {
  return numbers.reduce((state, number) => mix64(state ^ mix64(BigInt(number))), mix64(seed & MASK));
}
