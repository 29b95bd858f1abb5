/**
 * What a worker sends, as plain numbers and bytes: made before the first packet, read by the addon (addon/program.h).
 * Offsets are from the destination MAC address; frames are without FCS; numbers on the wire in network byte order.
 */
export interface FrameProgram {
  /** The streams take turns as `schedule` says, over and over, or are drawn from it at random. */
  readonly order: 'sequence' | 'random';
  readonly seed: bigint;
  /** Numbers of streams, one period of the mix; empty where all streams have a timing of their own. */
  readonly schedule: Uint32Array;
  /** Numbers of the streams with a timing of their own: they are not in the mix. Default none. */
  readonly alone?: Uint32Array;
  readonly streams: readonly StreamProgram[];
  /** Of the traffic's capture files, in the order of their streams; for people, the addon never looks. */
  readonly captures?: readonly CaptureFacts[];
  /** Of each capture file, in the same order; src/run/recorded.ts makes lanes of them, the addon never looks. */
  readonly recorded?: readonly RecordedTimes[];
  /** What a reader of the plan should know. */
  readonly notes?: readonly string[];
}

/** What is sent of a capture file. */
export interface CaptureFacts {
  readonly file: string;
  /** In one loop. */
  readonly frames: number;
  /** In one loop; frame sizes added up, FCS included. */
  readonly bytes: number;
  /** Frames that cannot be sent. */
  readonly leftOut: number;
  /** Between the stamps of the first frame and the latest. */
  readonly durationNs: number;
  /** From the first frame of a loop to the first of the next at the recorded speed: the duration and one mean gap. */
  readonly lapNs: number;
  /** With uniquePerLoop: how many loops differ from each other; else null. */
  readonly uniqueLoops: number | null;
}

/** When the frames of a capture left: those that are sent, in their order. */
export interface RecordedTimes {
  readonly file: string;
  /** Whose frames they are; null for those of the mix, which is this capture and nothing else. */
  readonly stream: number | null;
  /** After the first frame, never decreasing: a stamp that goes back counts as the highest so far. */
  readonly timesNs: Float64Array;
  /** As CaptureFacts has it; 0 where the stamps tell nothing: one frame, or all at the same time. */
  readonly lapNs: number;
  /** What a reader of the plan should know if the times are kept. */
  readonly notes: readonly string[];
}

export interface StreamProgram {
  /** Frames in the whole run; null for no limit. */
  readonly count: bigint | null;
  readonly variants: Variants;
  /** Which variant is next: variantTable[position of index variantIndex]; -1 for always the first. */
  readonly variantIndex: number;
  readonly variantTable: Uint32Array;
  readonly indexes: readonly IndexProgram[];
  readonly fields: readonly FieldOperation[];
  readonly fills: readonly FillOperation[];
  /** In the order in which they have to be computed. */
  readonly checksums: readonly ChecksumOperation[];
}

/** The frames of a stream before anything varies, one per size. */
export interface Variants {
  /** Of each variant. */
  readonly frameBytes: Uint32Array;
  /** Where in `bytes` a variant's own bytes begin, and how many they are; the rest of its frame is `body`'s. */
  readonly headOffset: Uint32Array;
  readonly headBytes: Uint32Array;
  readonly bytes: Uint8Array;
  /** A frame as long as the longest. */
  readonly body: Uint8Array;
}

/** A position that moves on with every frame of its stream, or every `period` frames. */
export interface IndexProgram {
  readonly random: boolean;
  /** Positions are 0 to count − 1; 0 stands for 2^64. */
  readonly count: bigint;
  readonly period: number;
  readonly seed: bigint;
}

/**
 * Writes a value into `bits` bits that end `shift` bits above the end of a container of 1, 2, 4 or 8 bytes:
 * values[position], or ((first + position × step) >> take) modulo 2^bits. Relative: added to what the variant has there.
 */
export interface FieldOperation {
  readonly offsetBytes: number;
  readonly containerBytes: number;
  readonly shift: number;
  readonly bits: number;
  readonly index: number;
  /** Modulo 2^64. */
  readonly first: bigint;
  readonly step: bigint;
  readonly take: number;
  readonly values: BigUint64Array | null;
  /** Only within the heads of all variants. Default false. */
  readonly relative?: boolean;
  readonly adds: readonly Addition[];
}

/** Fills the bytes from `from` to the frame's end, or `to`, with random ones. */
export interface FillOperation {
  readonly from: number;
  /** 0 for the end of the frame. */
  readonly to: number;
  readonly seed: bigint;
  readonly adds: readonly Addition[];
}

/** A value takes part in a checksum: rotated left by so many bits, and added. */
export interface Addition {
  readonly checksum: number;
  /** 0 to 15. */
  readonly rotate: number;
}

export interface ChecksumOperation {
  readonly algorithm: 'internet' | 'crc32c';
  readonly offsetBytes: number;
  readonly zeroIsOnes: boolean;
  /** Deliberately wrong. */
  readonly bad: boolean;
  /** internet: the sum of all that never changes, by variant. */
  readonly sums: Uint32Array;
  /** crc32c: what it covers; the end by variant. */
  readonly from: number;
  readonly ends: Uint32Array;
  readonly adds: readonly Addition[];
}
