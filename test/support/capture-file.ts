import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A record of a capture file. */
export interface Captured {
  readonly data: Uint8Array;
  /** Default: as long as what was captured. */
  readonly wireBytes?: number;
  readonly timeNs?: bigint;
}

export interface PcapFormat {
  readonly nanoseconds?: boolean;
  readonly bigEndian?: boolean;
  readonly linkType?: number;
}

const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const MAGIC_NANOSECONDS = 0xa1b23c4d;

/** The file format of draft-ietf-opsawg-pcap, byte by byte. */
export function pcapOf(frames: readonly Captured[], format: PcapFormat = {}): Buffer {
  const { nanoseconds = false, bigEndian = false, linkType = 1 } = format;
  const words = (...values: readonly number[]) => {
    const buffer = Buffer.alloc(values.length * 4);
    for (const [i, value] of values.entries()) {
      if (bigEndian) buffer.writeUInt32BE(value, i * 4);
      else buffer.writeUInt32LE(value, i * 4);
    }
    return buffer;
  };
  const version = bigEndian ? 0x00020004 : 0x00040002;
  const magic = nanoseconds ? MAGIC_NANOSECONDS : MAGIC_MICROSECONDS;
  const records = frames.flatMap(({ data, wireBytes = data.length, timeNs = 0n }) => {
    const fraction = Number(timeNs % 1_000_000_000n);
    const parts = nanoseconds ? fraction : Math.floor(fraction / 1000);
    return [words(Number(timeNs / 1_000_000_000n), parts, data.length, wireBytes), data];
  });
  return Buffer.concat([words(magic, version, 0, 0, 0x40000, linkType), ...records]);
}

/** draft-ietf-opsawg-pcapng: a section header, one interface with stamps in nanoseconds, enhanced packets. */
export function pcapngOf(frames: readonly Captured[]): Buffer {
  const block = (type: number, body: Uint8Array) => {
    const head = Buffer.alloc(8);
    head.writeUInt32LE(type, 0);
    const padded = Buffer.alloc(Math.ceil(body.length / 4) * 4);
    padded.set(body);
    head.writeUInt32LE(12 + padded.length, 4);
    return Buffer.concat([head, padded, head.subarray(4)]);
  };
  const section = Buffer.from('4d3c2b1a01000000ffffffffffffffff', 'hex');
  const description = Buffer.from('0100000000000400090001000900000000000000', 'hex');
  const packets = frames.map(({ data, wireBytes = data.length, timeNs = 0n }) => {
    const head = Buffer.alloc(20);
    head.writeUInt32LE(Number(timeNs >> 32n), 4);
    head.writeUInt32LE(Number(timeNs & 0xffffffffn), 8);
    head.writeUInt32LE(data.length, 12);
    head.writeUInt32LE(wireBytes, 16);
    return block(6, Buffer.concat([head, data]));
  });
  return Buffer.concat([block(0x0a0d0d0a, section), block(1, description), ...packets]);
}

/** A directory of files that is gone after the tests. */
export class Files {
  private readonly directory = mkdtempSync(path.join(tmpdir(), 'pktgen-'));

  path(name: string): string {
    return path.join(this.directory, name);
  }

  write(name: string, content: Uint8Array): string {
    writeFileSync(this.path(name), content);
    return this.path(name);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }
}

/** So many bytes that begin like an Ethernet frame and tell where they are from. */
export function plainFrame(bytes: number, mark = 0): Uint8Array {
  const frame = Uint8Array.from({ length: bytes }, (_, i) => (i * 7 + mark) & 0xff);
  frame.set([2, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1, 0x88, 0xb5].slice(0, bytes));
  return frame;
}
