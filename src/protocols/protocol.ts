/**
 * A protocol header as data. One protocol is one file in this folder, named like the protocol; the compiler finds it
 * by that name, and no list anywhere needs to know of it.
 */
export interface Protocol {
  readonly name: string;
  /** Where the layout is defined. */
  readonly reference: string;
  /** In wire order, most significant bit first; together a whole number of bytes. */
  readonly fields: readonly Field[];
  /** For each lower protocol that can carry this one: the field that says so, and its value. */
  readonly carriedBy: Readonly<Record<string, { readonly field: string; readonly value: bigint }>>;
  readonly checksum?: ChecksumRule;
  /** What an upper layer's checksum covers of this header. Given the finished header and the upper layer's length. */
  readonly pseudoHeader?: (header: Uint8Array, upperProtocol: bigint, upperBytes: number) => Uint8Array;
}

export interface Field {
  readonly name: string;
  readonly bits: number;
  readonly kind: 'uint' | 'mac' | 'ipv4';
  readonly fallback: bigint;
  /** Computed from the lengths when nobody set it. */
  readonly auto?: (lengths: Lengths) => bigint;
}

export interface Lengths {
  readonly headerBytes: number;
  /** Everything behind this header, up to the FCS. */
  readonly payloadBytes: number;
}

/** The Internet checksum (RFC 1071) in a 16-bit field. */
export interface ChecksumRule {
  readonly field: string;
  /** `header`: this header alone. `payload`: the lower layer's pseudo header, this header and all behind it. */
  readonly covers: 'header' | 'payload';
  /** UDP sends a computed 0 as 0xffff, since 0 means "none". RFC 768. */
  readonly zeroIsOnes?: boolean;
}

export function uint(name: string, bits: number, fallback = 0n, auto?: Field['auto']): Field {
  return { name, bits, kind: 'uint', fallback, ...(auto && { auto }) };
}
