/**
 * A protocol header as data. One protocol is one file in this folder, named like the protocol; the compiler finds it
 * by that name, and no list anywhere needs to know of it.
 */
export interface Protocol {
  readonly name: string;
  /** For the list of protocols: what it is, in a few words. */
  readonly title: string;
  /** Where the layout is defined. */
  readonly reference: string;
  /** In wire order, most significant bit first; together a whole number of bytes. */
  readonly fields: readonly Field[];
  /** The layer that is put below when nobody named one; without it the protocol stands first in a frame. */
  readonly lower?: string;
  /** The layer that is put above when the headers end here, since it cannot do without; `raw` above keeps it away. */
  readonly upper?: string;
  /**
   * What stands for this protocol in the fields of lower ones, by number space: {etherType: 0x0800n, ipProtocol: 4n}.
   * A number may depend on the protocol above.
   */
  readonly numbers?: Readonly<Record<string, bigint | ((upper: string | undefined) => bigint)>>;
  /** What may stand above: whatever has a number in `space`, and the field that says so. Anything, where it is absent. */
  readonly carries?: { readonly space: string; readonly field?: string };
  /** Takes no payload: what is left of a frame behind it is Ethernet padding, outside all lengths. */
  readonly endsFrame?: boolean;
  readonly checksum?: ChecksumRule;
  /** What the checksums of upper layers cover of this header (RFC 768, RFC 8200 section 8.1). */
  readonly pseudoHeader?: PseudoHeader;
  /** A header between a pseudo header and its user that replaces the destination there: the field, 16 bytes from its start. */
  readonly finalDestination?: string;
  /** Values that lower layers take, unless somebody sets them; they may depend on what was given for this header. */
  readonly suggests?: Suggestions | ((given: Readonly<Record<string, unknown>>) => Suggestions);
}

/** By protocol and field: {ethernet: {dst: 'ff:ff:ff:ff:ff:ff'}}. */
export type Suggestions = Readonly<Record<string, Readonly<Record<string, string | number>>>>;

export interface Field {
  readonly name: string;
  /** 0 for a field of variable length. */
  readonly bits: number;
  readonly kind: 'uint' | 'mac' | 'ipv4' | 'ipv6' | 'bytes';
  readonly fallback: bigint;
  /** Computed when nobody set it. */
  readonly auto?: (context: LayerContext) => bigint;
  /** Words for values: {request: 1n}. With `flags` they are bits and can be joined: "syn|ack". */
  readonly names?: Readonly<Record<string, bigint>>;
  readonly flags?: boolean;
  /** Absent from the header unless somebody sets it; with a name: there exactly when that optional field is. */
  readonly optional?: boolean | string;
  /**
   * kind 'bytes': what a person wrote → its bytes on the wire; the default for `undefined`. Without it the value is hex
   * and the default nothing. Throws an Error whose message says what was expected.
   */
  readonly encode?: (value: unknown) => Uint8Array;
}

/** What a computed field may look at. */
export interface LayerContext {
  readonly headerBytes: number;
  /** Everything behind this header that belongs to it: up to the end of the payload, without Ethernet padding. */
  readonly payloadBytes: number;
  /** The protocols next to it. */
  readonly upper: string | undefined;
  readonly lower: string | undefined;
  /** Bytes of a field in this header: 0 for an absent optional one. */
  readonly bytesOf: (field: string) => number;
}

export interface ChecksumRule {
  readonly field: string;
  /** The Internet checksum (RFC 1071), unless it says otherwise. */
  readonly algorithm?: 'internet' | 'crc32c';
  /** `header`: this header alone. `payload`: this header and all behind it that belongs to it. */
  readonly covers: 'header' | 'payload';
  /** Before that, the lower layer's pseudo header. */
  readonly pseudoHeader?: boolean;
  /** UDP sends a computed 0 as 0xffff, since 0 means "none". RFC 768. */
  readonly zeroIsOnes?: boolean;
}

/** The fields that are covered; the upper protocol's number and length are added to them. */
export interface PseudoHeader {
  readonly fields: readonly string[];
  readonly destination: string;
  /** The number space in which the upper protocol's number is looked up. */
  readonly space: string;
}

export function uint(name: string, bits: number, fallback = 0n, more: Partial<Field> = {}): Field {
  return { name, bits, kind: 'uint', fallback, ...more };
}

/** A field that is computed when nobody set it. */
export function auto(name: string, bits: number, compute: NonNullable<Field['auto']>): Field {
  return uint(name, bits, 0n, { auto: compute });
}

export function mac(name: string, fallback = 0n): Field {
  return { name, bits: 48, kind: 'mac', fallback };
}

export function ipv4(name: string, fallback = 0n): Field {
  return { name, bits: 32, kind: 'ipv4', fallback };
}

export function ipv6(name: string, fallback = 0n): Field {
  return { name, bits: 128, kind: 'ipv6', fallback };
}

/** A field that is absent from the header unless somebody sets it, or the field `companion`. */
export function optional(name: string, bits: number, companion?: string): Field {
  return uint(name, bits, 0n, { optional: companion ?? true });
}

/** A field of variable length. */
export function bytes(name: string, encode?: NonNullable<Field['encode']>): Field {
  return { name, bits: 0, kind: 'bytes', fallback: 0n, ...(encode && { encode }) };
}
