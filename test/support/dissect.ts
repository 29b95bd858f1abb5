import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What tshark says of a frame: for each field that was asked for, all its values. */
export type Dissection = Readonly<Record<string, readonly string[]>>;

const VERIFIED = [
  'ip.check_checksum:TRUE',
  'udp.check_checksum:TRUE',
  'tcp.check_checksum:TRUE',
  'sctp.checksum:crc-32c',
];
const SEPARATOR = '\x1f';

/** One tshark for all frames: it takes a second to start. Checksums are verified. */
export function dissect(
  frames: readonly Uint8Array[],
  fields: readonly string[],
  ...options: readonly string[]
): Dissection[] {
  const directory = mkdtempSync(path.join(tmpdir(), 'pktgen-'));
  const file = path.join(directory, 'frames.pcap');
  try {
    writeFileSync(file, pcapOf(frames));
    const preferences = VERIFIED.flatMap((preference) => ['-o', preference]);
    const output = ['-T', 'fields', '-E', 'occurrence=a', '-E', `aggregator=${SEPARATOR}`];
    const wanted = fields.flatMap((field) => ['-e', field]);
    const text = execFileSync(
      'tshark',
      ['-n', '-r', file, ...preferences, ...options, ...output, ...wanted],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        timeout: 60_000,
      },
    );
    return text
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => dissection(fields, line.split('\t')));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function dissection(fields: readonly string[], columns: readonly string[]): Dissection {
  return Object.fromEntries(
    fields.map((field, i) => [field, (columns[i] ?? '').split(SEPARATOR).filter((value) => value !== '')]),
  );
}

const LINKTYPE_ETHERNET = 1;
const HEADER_BYTES = 24;
const RECORD_BYTES = 16;

function pcapOf(frames: readonly Uint8Array[]): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(0xffff, 16);
  header.writeUInt32LE(LINKTYPE_ETHERNET, 20);
  const records = frames.flatMap((frame, second) => {
    const record = Buffer.alloc(RECORD_BYTES);
    for (const [i, value] of [second, 0, frame.length, frame.length].entries())
      record.writeUInt32LE(value, i * 4);
    return [record, frame];
  });
  return Buffer.concat([header, ...records]);
}
