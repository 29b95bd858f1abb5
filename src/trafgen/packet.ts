import { writeChecksum as writeCoverage } from '../compile/checksum.js';
import { givenCoverage } from '../compile/coverage.js';
import type { FrameChecksum, Patch, Stream } from '../model/traffic.js';
import { orderedChecksums } from './checksums.js';
import type { HeaderInstance } from './header.js';
import type { Lexer } from './lexer.js';
import { MAX_CHECKSUMS_PER_PACKET, MAX_FRAME_BYTES } from './limits.js';

/** A patch whose place is known when the packet is complete: names in DNS records move what follows them. */
export interface PendingPatch {
  readonly at: number;
  readonly anchor: { readonly start: number };
  /** From the anchor. */
  readonly offsetBits: number;
  readonly bits: number;
  readonly value: Patch['value'];
}

/** A checksum of which the frame's length is still to come. */
export interface PendingChecksum {
  readonly at: number;
  readonly resolve: (frameBytes: number) => FrameChecksum;
}

/** One packet in the making. */
export class Packet {
  readonly buffer = new Uint8Array(MAX_FRAME_BYTES);
  length = 0;
  readonly headers: HeaderInstance[] = [];
  readonly patches: PendingPatch[] = [];
  readonly checksums: PendingChecksum[] = [];

  constructor(private readonly lexer: Lexer) {}

  /** Makes room at the end and returns where it begins. */
  grow(at: number, bytes: number): number {
    if (this.length + bytes > MAX_FRAME_BYTES) {
      this.lexer.fail(at, `the packet gets longer than ${MAX_FRAME_BYTES} bytes, expected at most as many`);
    }
    const start = this.length;
    this.length += bytes;
    return start;
  }

  append(at: number, bytes: Uint8Array): void {
    this.buffer.set(bytes, this.grow(at, bytes.length));
  }

  addChecksum(checksum: PendingChecksum): void {
    if (this.checksums.length === MAX_CHECKSUMS_PER_PACKET) {
      this.lexer.fail(
        checksum.at,
        `more than ${MAX_CHECKSUMS_PER_PACKET} checksums in a packet, expected fewer`,
      );
    }
    this.checksums.push(checksum);
  }

  /** What of it never changes is computed here, the rest is left to whoever sends it. */
  finish(name: string): Stream {
    const frame = this.buffer.subarray(0, this.length);
    const patches = this.patches.map((patch) => this.placed(patch));
    const varies = new Uint8Array(this.length);
    for (const { offsetBits, bits } of patches) varies.fill(1, offsetBits >> 3, (offsetBits + bits + 7) >> 3);
    const checksums = orderedChecksums(this.checksums.map(({ resolve }) => resolve(this.length)));
    const dynamic: FrameChecksum[] = [];
    for (const checksum of checksums) {
      if (covered(varies, checksum).includes(1)) {
        varies.fill(1, checksum.offsetBytes, checksum.offsetBytes + 2);
        dynamic.push(checksum);
      } else writeChecksum(frame, checksum);
    }
    return stream(name, Buffer.from(frame).toString('hex'), patches, dynamic);
  }

  private placed({ at, anchor, offsetBits, bits, value }: PendingPatch): Patch {
    const first = anchor.start * 8 + offsetBits;
    if (first + bits > this.length * 8)
      this.lexer.fail(at, 'this reaches beyond the end of the packet, expected bytes in it');
    return { offsetBits: first, bits, value };
  }
}

function stream(name: string, hex: string, patches: Patch[], checksums: FrameChecksum[]): Stream {
  return {
    name,
    weight: 1,
    count: null,
    sizes: null,
    headers: [{ protocol: 'raw', fields: { bytes: hex } }],
    payload: { kind: 'bytes', hex: '' },
    flows: null,
    ...(patches.length > 0 && { patches }),
    ...(checksums.length > 0 && { checksums }),
  };
}

/** The bytes that count, those of the checksum itself as 0. */
export function covered(bytes: Uint8Array, { offsetBytes, covers }: FrameChecksum): Uint8Array {
  const parts = covers.map(([from, to]) => {
    const part = bytes.slice(from, to ?? bytes.length);
    for (const own of [offsetBytes, offsetBytes + 1])
      if (own >= from && own < from + part.length) part[own - from] = 0;
    return part;
  });
  return Buffer.concat(parts);
}

export function writeChecksum(frame: Uint8Array, checksum: FrameChecksum): void {
  writeCoverage(frame, givenCoverage(checksum, frame.length));
}
