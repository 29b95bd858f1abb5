import { HostError, NativeError, UsageError } from '../errors.js';
import type { CaptureSource } from '../model/traffic.js';
import { type NativeCapture, native } from '../native/index.js';
import { FCS_BYTES, formatCount, MAX_SIZE_BYTES } from '../units.js';

/** The frames of a capture that can be sent. */
export interface CapturedFrames {
  /** All frames of the file, one after the other. */
  readonly bytes: Uint8Array;
  readonly offsets: Uint32Array;
  readonly lengths: Uint32Array;
  /** In the file, those that are left out counted too. */
  readonly positions: Uint32Array;
  /** Since 1970. */
  readonly timesNs: BigUint64Array;
  readonly leftOut: number;
  /** What was left out, and why. */
  readonly notes: readonly string[];
}

const LONGEST_BYTES = MAX_SIZE_BYTES - FCS_BYTES;
/** An Ethernet header. */
const SHORTEST_BYTES = 14;
/** Frames whose numbers a note names. */
const NAMED = 5;

/** The content of the file is wrong, wherever it is read. */
const CONTENT_CODES = ['EBADMSG', 'EPROTONOSUPPORT', 'EFBIG'];

/** @throws UsageError, HostError */
export function readCapture({ file, limitFrames }: CaptureSource): CapturedFrames {
  const all = read(file, limitFrames);
  const kept = Uint32Array.from(all.offsets.keys()).filter((i) => reasonAgainst(all, i) === undefined);
  const notes = notesOn(file, all);
  if (kept.length === 0) throw new UsageError([`${file}: no frame that can be sent`, ...notes].join('; '));
  const pick = (list: Uint32Array) => kept.map((i) => list[i] ?? 0);
  return {
    bytes: all.bytes,
    offsets: pick(all.offsets),
    lengths: pick(all.lengths),
    positions: kept,
    timesNs: BigUint64Array.from(kept, (i) => all.timesNs[i] ?? 0n),
    leftOut: all.offsets.length - kept.length,
    notes,
  };
}

function read(file: string, limitFrames: number | null): NativeCapture {
  try {
    return native().readCapture(file, limitFrames);
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
    if (CONTENT_CODES.includes(error.code)) throw new UsageError(error.message, { cause: error });
    throw new HostError(error.code, error.message, { cause: error });
  }
}

const REASONS = {
  part: 'captured in part',
  long: `longer than ${formatCount(LONGEST_BYTES)} bytes`,
  short: `shorter than ${SHORTEST_BYTES} bytes`,
} as const;
type Reason = keyof typeof REASONS;

function reasonAgainst({ lengths, wireLengths }: NativeCapture, i: number): Reason | undefined {
  const captured = lengths[i] ?? 0;
  if (captured < (wireLengths[i] ?? 0)) return 'part';
  if (captured > LONGEST_BYTES) return 'long';
  return captured < SHORTEST_BYTES ? 'short' : undefined;
}

function notesOn(file: string, all: NativeCapture): string[] {
  const frames = formatCount(all.offsets.length);
  const notes = (Object.keys(REASONS) as Reason[]).flatMap((reason) => {
    const found = [...all.offsets.keys()].filter((i) => reasonAgainst(all, i) === reason);
    if (found.length === 0) return [];
    const [were, are] = found.length === 1 ? ['was', 'is'] : ['were', 'are'];
    const verb = reason === 'part' ? were : are;
    return [
      `${formatCount(found.length)} of ${frames} frames of ${file} ${verb} ${REASONS[reason]} and ${are} left out: ${nameFrames(found)}`,
    ];
  });
  if (all.truncatedFile)
    notes.push(
      `${file} ends in the middle of a record; frames before it: ${formatCount(all.offsets.length)}`,
    );
  return notes;
}

/** "frame 17, 18, 90 …", counted from 1 as tcpdump and Wireshark do. */
export function nameFrames(positions: readonly number[]): string {
  const named = positions.slice(0, NAMED).map((i) => i + 1);
  return `frame ${named.join(', ')}${positions.length > NAMED ? ' …' : ''}`;
}
