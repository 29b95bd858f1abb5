import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FrameChecksum, Patch, Scalar, Stream } from '#src/model/traffic.js';

const PCAP_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const TIMEOUT_SECONDS = 3;

export function hasTrafgen(): boolean {
  return spawnSync('trafgen', ['--version'], { timeout: 10_000 }).error === undefined;
}

/** What trafgen itself writes; undefined where it fails. It does not end on SIGTERM when it has crashed. */
export function trafgenFrames(configFile: string, count: number): Buffer[] | undefined {
  const directory = mkdtempSync(path.join(tmpdir(), 'pktgen-trafgen-'));
  try {
    const file = path.join(directory, 'out.pcap');
    const args = ['-C', '-i', configFile, '-o', file, '-n', String(count), '--cpus', '1'];
    const result = spawnSync('timeout', ['-s', 'KILL', String(TIMEOUT_SECONDS), 'trafgen', ...args], {
      stdio: 'ignore',
    });
    return result.status === 0 ? pcapFrames(readFileSync(file)) : undefined;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function pcapFrames(file: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let offset = PCAP_HEADER_BYTES; offset < file.length; ) {
    const lengthBytes = file.readUInt32LE(offset + 8);
    offset += RECORD_HEADER_BYTES;
    frames.push(file.subarray(offset, offset + lengthBytes));
    offset += lengthBytes;
  }
  return frames;
}

/**
 * The n-th frame of a stream, straight from what the model says about patches and checksums. Random values are taken
 * from `witness`, and have to be in their range.
 */
export function evaluated(stream: Stream, n: number, witness: Buffer): Buffer {
  const frame = Buffer.from(String(stream.headers[0]?.fields['bytes']), 'hex');
  for (const patch of stream.patches ?? []) writeBits(frame, patch, patchValue(patch, n, witness));
  for (const checksum of stream.checksums ?? [])
    frame.writeUInt16BE(sumOf(frame, checksum), checksum.offsetBytes);
  return frame;
}

function patchValue(patch: Patch, n: number, witness: Buffer): bigint {
  const { value } = patch;
  if (typeof value !== 'object') return BigInt(value);
  if (!('vary' in value)) return BigInt(turn(value, n));
  const from = BigInt(value.from ?? 0);
  const to = BigInt(value.to ?? 0);
  if (value.vary === 'list') return BigInt(turn(value.values ?? [], n));
  if (value.vary === 'increment') {
    const step = BigInt(value.step ?? 1);
    return from + (BigInt(n) % ((to - from) / step + 1n)) * step;
  }
  if (value.vary !== 'random') throw new Error(`trafgen's language has no ${value.vary}`);
  const seen = readBits(witness, patch);
  if (seen < from || seen > to)
    throw new Error(`${seen} at bit ${patch.offsetBits} is not in ${from} to ${to}`);
  return seen;
}

function turn(values: readonly Scalar[], n: number): Scalar {
  return values[n % values.length] ?? Number.NaN;
}

function readBits(frame: Buffer, { offsetBits, bits }: Patch): bigint {
  let value = 0n;
  for (let bit = offsetBits; bit < offsetBits + bits; bit++) {
    value = (value << 1n) | BigInt(((frame[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1);
  }
  return value;
}

function writeBits(frame: Buffer, { offsetBits, bits }: Patch, value: bigint): void {
  for (let i = 0; i < bits; i++) {
    const bit = offsetBits + i;
    const mask = 0x80 >> (bit & 7);
    const isOne = (value >> BigInt(bits - 1 - i)) & 1n;
    frame[bit >> 3] = isOne ? (frame[bit >> 3] ?? 0) | mask : (frame[bit >> 3] ?? 0) & ~mask;
  }
}

/** RFC 1071, one 16-bit word after the other. */
function sumOf(frame: Buffer, { offsetBytes, covers, plus, zeroIsOnes }: FrameChecksum): number {
  const zeroed = Buffer.from(frame);
  zeroed.writeUInt16BE(0, offsetBytes);
  let sum = plus;
  for (const [from, to] of covers) {
    for (let i = from; i < (to ?? frame.length); i += 2) {
      sum += (zeroed[i] ?? 0) * 256 + (i + 1 < (to ?? frame.length) ? (zeroed[i + 1] ?? 0) : 0);
    }
  }
  const folded = sum % 0xffff || (sum === 0 ? 0 : 0xffff);
  const checksum = 0xffff - folded;
  return checksum === 0 && zeroIsOnes ? 0xffff : checksum;
}
