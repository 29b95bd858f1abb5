import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pktgen } from './pktgen.js';

const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const CAPTURED_LENGTH_AT = 8;

/** The frames that pktgen writes to a capture file with these arguments, as fast as it can. */
export async function written(args: readonly string[], frames: number): Promise<Buffer[]> {
  const directory = mkdtempSync(path.join(tmpdir(), 'pktgen-'));
  try {
    const file = path.join(directory, 'out.pcap');
    const how = ['--to', file, '--count', String(frames), '--top-speed', '--quiet'];
    const { status, stderr } = await pktgen([...args, ...how]);
    if (status !== 0) throw new Error(`exit code ${status}: ${stderr}`);
    return recordsOf(readFileSync(file));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The records of a pcap file of this machine's byte order. */
function recordsOf(bytes: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = FILE_HEADER_BYTES; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at + CAPTURED_LENGTH_AT);
    records.push(bytes.subarray(at + RECORD_HEADER_BYTES, at + RECORD_HEADER_BYTES + length));
    at += RECORD_HEADER_BYTES + length;
  }
  return records;
}
