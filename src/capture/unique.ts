import { fold } from '../compile/checksum.js';
import type { Addition, ChecksumOperation, FieldOperation, StreamProgram } from '../compile/program.js';
import { formatCount } from '../units.js';
import { type IpLayout, layoutOf } from './layout.js';
import { Flows, type Movement, moves } from './moving.js';
import { countingIndex, frameStream, pickFrames } from './program.js';
import { type CapturedFrames, nameFrames } from './read.js';
import { sumWords } from './rewrite.js';

/** A whole program: the frames of each layout are a stream, and the schedule is the order of the file. */
export interface UniqueLoops {
  readonly streams: readonly StreamProgram[];
  readonly schedule: Uint32Array;
  /** How many loops differ from each other. */
  readonly loops: number;
  readonly notes: readonly string[];
}

/** Frames whose addresses and checksums stand in the same places. */
interface Layout {
  /** null: nothing in these frames moves. */
  readonly ip: IpLayout | null;
  readonly movesSrc: boolean;
  readonly movesDst: boolean;
}

interface Group extends Layout {
  readonly number: number;
  readonly positions: number[];
}

export function uniqueLoops(frames: CapturedFrames, file: string): UniqueLoops {
  const flows = new Flows();
  const groups = new Map<string, Group>();
  const schedule = Uint32Array.from(frames.offsets, (at, i) => {
    const layout = layoutIn(frames.bytes, at, at + (frames.lengths[i] ?? 0));
    if (layout.ip) flows.add(frames.bytes, at, layout.ip);
    const group = groups.get(keyOf(layout)) ?? { ...layout, number: groups.size, positions: [] };
    groups.set(keyOf(layout), group);
    group.positions.push(i);
    return group.number;
  });
  const movement = flows.movement();
  const streams = [...groups.values()].map((group) => groupStream(frames, group, movement));
  const still = [...groups.values()].find(({ ip }) => ip === null)?.positions ?? [];
  const same = still.map((i) => frames.positions[i] ?? 0);
  return { streams, schedule, loops: movement.loops, notes: notesOn(file, frames.offsets.length, same) };
}

function notesOn(file: string, frames: number, same: readonly number[]): string[] {
  if (same.length === 0) return [];
  return [
    `${formatCount(same.length)} of ${formatCount(frames)} frames of ${file} that are sent have no IP address of a host, and are the same in every loop: ${nameFrames(same)}`,
  ];
}

const STILL: Layout = { ip: null, movesSrc: false, movesDst: false };

function layoutIn(bytes: Uint8Array, at: number, end: number): Layout {
  const ip = layoutOf(bytes, at, end);
  if (!ip) return STILL;
  const movesSrc = moves(bytes, at + ip.srcOffset, ip.version);
  const movesDst = moves(bytes, at + ip.dstOffset, ip.version);
  return movesSrc || movesDst ? { ip, movesSrc, movesDst } : STILL;
}

function keyOf({ ip, movesSrc, movesDst }: Layout): string {
  if (!ip) return '';
  return [ip.srcOffset, ip.version, ip.checksum, ip.zeroIsOnes, ip.countsDst, movesSrc, movesDst].join();
}

function groupStream(frames: CapturedFrames, group: Group, movement: Movement): StreamProgram {
  const ours = pickFrames(frames, group.positions);
  const plain = frameStream(ours, null);
  if (!group.ip) return plain;
  const checksums = checksumsOf(group.ip);
  const index = plain.indexes.length;
  const fields = fieldsOf(group, checksums, movement.step, index);
  return {
    ...plain,
    indexes: [...plain.indexes, countingIndex(movement.loops, group.positions.length)],
    fields,
    checksums: checksums.map((checksum) => checksumOperation(ours, checksum, group)),
  };
}

interface Covering {
  readonly offsetBytes: number;
  readonly zeroIsOnes: boolean;
  readonly countsDst: boolean;
}

function checksumsOf({ headerChecksum, checksum, zeroIsOnes, countsDst }: IpLayout): Covering[] {
  const header = { offsetBytes: headerChecksum, zeroIsOnes: false, countsDst: true };
  return [header, { offsetBytes: checksum, zeroIsOnes, countsDst }].filter((one) => one.offsetBytes >= 0);
}

const MOVING_BYTES = 4;

/** Where the last 32 bits of an address begin. */
function lowOffset(address: number, version: 4 | 6): number {
  return version === 4 ? address : address + 12;
}

function fieldsOf(
  group: Group,
  checksums: readonly Covering[],
  step: number,
  index: number,
): FieldOperation[] {
  const { ip, movesSrc, movesDst } = group;
  if (!ip) return [];
  const common = { containerBytes: MOVING_BYTES, shift: 0, bits: MOVING_BYTES * 8, index, first: 0n };
  const moving = { ...common, step: BigInt(step), take: 0, values: null, relative: true };
  const addsTo = (counts: (one: Covering) => boolean): Addition[] =>
    checksums.flatMap((one, checksum) => (counts(one) ? [{ checksum, rotate: 0 }] : []));
  const src = { ...moving, offsetBytes: lowOffset(ip.srcOffset, ip.version), adds: addsTo(() => true) };
  const dst = {
    ...moving,
    offsetBytes: lowOffset(ip.dstOffset, ip.version),
    adds: addsTo(({ countsDst }) => countsDst),
  };
  return [...(movesSrc ? [src] : []), ...(movesDst ? [dst] : [])];
}

/** What was captured is trusted: the sum of all but the moving words follows from it (RFC 1624). */
function checksumOperation(
  { bytes, offsets, lengths }: Pick<CapturedFrames, 'bytes' | 'offsets' | 'lengths'>,
  { offsetBytes, zeroIsOnes, countsDst }: Covering,
  { ip, movesSrc, movesDst }: Group,
): ChecksumOperation {
  const moving = !ip
    ? []
    : [
        ...(movesSrc ? [lowOffset(ip.srcOffset, ip.version)] : []),
        ...(movesDst && countsDst ? [lowOffset(ip.dstOffset, ip.version)] : []),
      ];
  const sums = offsets.map((at) => {
    const captured = sumWords(bytes, at + offsetBytes, 2, 0xffff);
    return fold(
      moving.reduce((sum, offset) => sum + sumWords(bytes, at + offset, MOVING_BYTES, 0xffff), captured),
    );
  });
  return {
    algorithm: 'internet',
    offsetBytes,
    zeroIsOnes,
    bad: false,
    sums,
    from: 0,
    ends: new Uint32Array(lengths.length),
    adds: [],
  };
}
