/** A field of a trafgen header. Several may share bytes. */
export interface HeaderField {
  /** The first one is how errors call it. */
  readonly names: readonly string[];
  /** The bytes it lies in, from the start of the header; a VLAN tag's first field lies before it. */
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  /** Where in those bytes: bits to the right of it, and its own. */
  readonly shift: number;
  readonly bits: number;
  /** Words for values. */
  readonly words: Readonly<Record<string, number>>;
}

/** names: "sp|sport". `bits` from the left of the bytes, as RFCs draw them. */
export function field(
  names: string,
  offsetBytes: number,
  lengthBytes: number,
  [firstBit, bits]: readonly [number, number] = [0, lengthBytes * 8],
  words: Readonly<Record<string, number>> = {},
): HeaderField {
  const shift = lengthBytes * 8 - firstBit - bits;
  return { names: names.split('|'), offsetBytes, lengthBytes, shift, bits, words };
}

export function isWhole({ lengthBytes, bits }: HeaderField): boolean {
  return bits === lengthBytes * 8;
}

/** Writes a value of up to 32 bits; the bits around it stay. */
export function writeBits(bytes: Uint8Array, start: number, at: HeaderField, value: bigint): void {
  const mask = ((1n << BigInt(at.bits)) - 1n) << BigInt(at.shift);
  const shifted = (value << BigInt(at.shift)) & mask;
  for (let i = 0; i < at.lengthBytes; i++) {
    const right = BigInt((at.lengthBytes - 1 - i) * 8);
    const index = start + at.offsetBytes + i;
    const kept = BigInt(bytes[index] ?? 0) & ~(mask >> right);
    bytes[index] = Number((kept | (shifted >> right)) & 0xffn);
  }
}

export function readBits(bytes: Uint8Array, start: number, at: HeaderField): number {
  let value = 0n;
  for (let i = 0; i < at.lengthBytes; i++)
    value = (value << 8n) | BigInt(bytes[start + at.offsetBytes + i] ?? 0);
  return Number((value >> BigInt(at.shift)) & ((1n << BigInt(at.bits)) - 1n));
}
