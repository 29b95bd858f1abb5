import { type HeaderField, readBits, writeBits } from './field.js';
import type { Packet } from './packet.js';

/** trafgen puts a lower header where the last one is of a higher layer, or there is none. */
export type Layer = 2 | 3 | 4 | 7;

/** A trafgen header as data. */
export interface HeaderSpec {
  readonly names: readonly string[];
  readonly layer: Layer;
  /** What is put below it. */
  readonly lower?: string;
  readonly lengthBytes: number;
  readonly fields: readonly HeaderField[];
  /** Names that stand without a value: field and value, several for some. */
  readonly flags: Readonly<Record<string, readonly (readonly [field: string, value: number])[]>>;
  /** Its values, where they are not 0. */
  readonly defaults: Readonly<Record<string, number>>;
  /** What it sets in the header below, unless somebody did. */
  readonly suggests?: Readonly<Record<string, Readonly<Record<string, bigint>>>>;
  /** The field that names the header above, and its values; any header may follow where there is none. */
  readonly next?: { readonly field: string; readonly values: Readonly<Record<string, number>> };
  /** Filled with the bytes from the header on, less `lessBytes`. */
  readonly lengthField?: { readonly field: string; readonly lessBytes: number };
  readonly checksum?: ChecksumSpec;
}

export interface ChecksumSpec {
  readonly field: string;
  /** The number in the pseudo header; without one there is none. */
  readonly ipProtocol?: number;
  /** Only with one of these below. */
  readonly over?: readonly string[];
  /** Bytes that are covered; absent: to the end of the packet. */
  readonly lengthBytes?: number;
  readonly zeroIsOnes: boolean;
}

/** Something that has fields: a header, or a record of a DNS message. */
export class FieldOwner {
  /** Fields that somebody set; they are not filled in. */
  readonly set = new Set<HeaderField>();
  /** In the packet. */
  start = 0;

  constructor(
    readonly name: string,
    readonly spec: Pick<HeaderSpec, 'fields' | 'flags'>,
    readonly buffer: Uint8Array,
    /** In the buffer. */
    readonly base: number,
  ) {}

  field(name: string): HeaderField {
    const found = this.spec.fields.find(({ names }) => names.includes(name));
    if (!found) throw new Error(`${this.name} has no field ${name}`);
    return found;
  }

  write(field: HeaderField, value: bigint): void {
    writeBits(this.buffer, this.base, field, value);
    this.set.add(field);
  }

  read(field: HeaderField): number {
    return readBits(this.buffer, this.base, field);
  }

  /** Where nobody set the field. */
  suggest(name: string, value: bigint): void {
    const field = this.field(name);
    if (!this.set.has(field)) writeBits(this.buffer, this.base, field, value);
  }
}

/** A header in a packet. */
export class HeaderInstance extends FieldOwner {
  constructor(
    override readonly spec: HeaderSpec,
    override readonly start: number,
    packet: Packet,
  ) {
    super(spec.names[0] ?? '', spec, packet.buffer, start);
  }
}
