import type { Timing } from './timing.js';

/**
 * What will be sent, as data. It can be stored, sent and run elsewhere: JSON holds all of it.
 * A profile, a packet of the command line, a capture and trafgen's files all become one of these.
 */
export interface TrafficModel {
  /** Everything random follows from it. 0 to 2^53 − 1. */
  readonly seed: number;
  /** In which order the streams take turns: evenly interleaved, drawn by weight, or each stream's frames in a row. */
  readonly order: Order;
  readonly streams: readonly Stream[];
  /** What the lowest header of a protocol takes, in every stream, unless the header itself says otherwise. */
  readonly defaults?: readonly Assignment[];
  /** What it takes whatever the header says. */
  readonly overrides?: readonly Assignment[];
}

/** A value for a field of the lowest header of one of these protocols. */
export interface Assignment {
  readonly protocols: readonly string[];
  readonly field: string;
  readonly value: FieldValue;
  /** Who says so: a flag, for messages. */
  readonly origin: string;
}

export type Order = 'smooth' | 'random' | 'grouped';

/** One kind of traffic. */
export interface Stream {
  readonly name: string;
  /** Frames of this stream in one period of the mix; a whole number from 1. */
  readonly weight: number;
  /** Frames in the whole run, over all workers; null for as many as its weight gives it. */
  readonly count: number | null;
  /** null: as long as headers and payload make it, at least 64 bytes. */
  readonly sizes: Sizes | null;
  /** From the lowest layer up. */
  readonly headers: readonly Header[];
  readonly payload: Payload;
  /** So many distinct 5-tuples, by the innermost source address and port; null when the fields alone decide. */
  readonly flows: number | null;
  /** Changes by position, for what has no header and field of its own. */
  readonly patches?: readonly Patch[];
  /** Checksums by position, computed after everything else, in this order. */
  readonly checksums?: readonly FrameChecksum[];
  /** The frames of a capture file instead of headers and payload. */
  readonly capture?: CaptureSource;
  /** Its own rate, start and end; without it the stream is part of the mix all the time. */
  readonly timing?: Timing;
}

/** Frame sizes on the wire, FCS included, and how often each comes in a period of them. */
export interface Sizes {
  readonly order: Order;
  readonly list: readonly { readonly sizeBytes: number; readonly weight: number }[];
}

/** One protocol header. Fields that are not named get their default or are computed. */
export interface Header {
  readonly protocol: string;
  readonly fields: Readonly<Record<string, FieldValue>>;
}

/**
 * A field's value as a person writes it:
 * one value ("198.18.0.1", "02:00:00:00:00:00", 64, "syn|ack"), several that take turns ("198.19.0.0/24",
 * "1024-65535", [53, 80, 443]), a Variation, or, for a field of variable length, what its protocol understands.
 */
export type FieldValue = Scalar | readonly unknown[] | Variation | Readonly<Record<string, unknown>>;
export type Scalar = string | number;

/** How a field changes from frame to frame of its stream. */
export interface Variation {
  readonly vary: 'increment' | 'decrement' | 'random' | 'list';
  /** The first value; with `random` the lowest. Default: the field's lowest value, or what `prefix` begins with. */
  readonly from?: Scalar;
  /** The last value, included. Default: the field's highest, or the last of `prefix`. */
  readonly to?: Scalar;
  /** Addresses: from and to at once, "198.19.0.0/24". */
  readonly prefix?: string;
  /** With `list`. */
  readonly values?: readonly Scalar[];
  /** How many distinct values; instead of `to`. */
  readonly count?: number;
  /** The distance of neighbouring values; from 1. */
  readonly step?: number;
  /** Only these bits of the field change; the others stay as `from` has them. */
  readonly mask?: Scalar;
  /** How many frames of the stream one value lasts; from 1. */
  readonly period?: number;
  /** Fields of a stream with the same word move together: the n-th value of one goes with the n-th of the others. */
  readonly together?: string;
}

/** Bits of the frame that vary. */
export interface Patch {
  /** From the start of the frame to the field's most significant bit. */
  readonly offsetBits: number;
  /** 1 to 64. */
  readonly bits: number;
  readonly value: Scalar | readonly Scalar[] | Variation;
}

/** An Internet checksum (RFC 1071) anywhere in the frame. */
export interface FrameChecksum {
  /** Where its 16 bits stand. Within what it covers they count as 0. */
  readonly offsetBytes: number;
  /** First byte and the one behind the last; null for the end of the frame. */
  readonly covers: readonly (readonly [from: number, to: number | null])[];
  /** Added to the sum: the protocol and length of a pseudo header. */
  readonly plus: number;
  /** A computed 0 is sent as 0xffff (RFC 768). */
  readonly zeroIsOnes: boolean;
}

/** The frames of a capture file, in their order. */
export interface CaptureSource {
  readonly file: string;
  /** Frames from the start of the file; null for all. */
  readonly limitFrames: number | null;
  /** Before anything is sent; checksums follow. */
  readonly rewrite?: CaptureRewrite;
  /**
   * Each loop has other hosts than the ones before: all unicast addresses of the lowest IP header move on, the same
   * distance for source and destination. Only where the capture is the only stream.
   */
  readonly uniquePerLoop?: boolean;
}

/**
 * Other addresses in a capture. An IP address, "198.18.0.1", replaces all of its version; a prefix, "198.18.0.0/15",
 * replaces the first bits and keeps the others; "10.0.0.0/8=198.18.0.0/15" does so for addresses of the first prefix.
 * Several, of either version, are separated by commas; the first that fits is taken.
 */
export interface CaptureRewrite {
  readonly srcMac?: string;
  readonly dstMac?: string;
  /** Of the lowest IP header. */
  readonly srcIp?: string;
  readonly dstIp?: string;
}

/** What follows the headers. */
export type Payload =
  /** `lengthBytes` null: all that the frame size leaves. */
  | { readonly kind: 'byte'; readonly value: number; readonly lengthBytes: number | null }
  /** 00 01 02 … ff 00 … */
  | { readonly kind: 'counter'; readonly lengthBytes: number | null }
  /** Different in every frame. */
  | { readonly kind: 'random'; readonly lengthBytes: number | null }
  /** Exactly these, in hex. */
  | { readonly kind: 'bytes'; readonly hex: string };

/** No host answers to it: locally administered, never assigned. */
export const UNANSWERED_MAC = '02:00:00:00:00:00';
/** 198.18.0.0/15 is set aside for benchmarks: RFC 2544 appendix C.2.2, RFC 6890. */
export const BENCHMARK_SOURCE = '198.18.0.1';
export const BENCHMARK_DESTINATION = '198.19.0.1';

export const ZEROS: Payload = { kind: 'byte', value: 0, lengthBytes: null };
