import type { FieldValue, Order, Patch } from '../model/traffic.js';
import type { LatePolicy, Pacing } from '../native/index.js';
import type { PayloadInput } from './payload.js';

/** A profile as its schema lets it pass. Whole numbers may still be text, 0x1F. */
export interface ProfileInput {
  readonly description?: string | number;
  readonly seed?: number | string;
  readonly order?: Order;
  readonly shares?: 'packets' | 'bytes';
  readonly run?: RunInput;
  readonly defaults?: DefaultsInput;
  readonly streams: readonly StreamInput[];
}

export interface RunInput {
  readonly duration?: string;
  readonly count?: number | string;
  readonly bytes?: number | string;
  readonly rate?: number | string;
  readonly warmup?: number | string;
  readonly start?: number | string;
  readonly pacing?: Pacing;
  readonly late?: LatePolicy;
  readonly lineRate?: number | string;
  readonly engine?: string | number;
  readonly batch?: number | string;
  readonly options?: Readonly<Record<string, string | number | boolean>>;
}

export interface DefaultsInput {
  readonly size?: unknown;
  readonly payload?: PayloadInput;
  readonly flows?: number | string;
  readonly headers?: Readonly<Record<string, Fields>>;
}

export type Fields = Readonly<Record<string, FieldValue>>;
export type HeaderInput = string | Readonly<Record<string, Fields | null>>;

export interface StreamInput {
  readonly name?: string | number;
  readonly share?: number | string;
  readonly count?: number | string;
  readonly rate?: number | string;
  readonly start?: number | string;
  readonly duration?: number | string;
  readonly bytes?: number | string;
  readonly then?: number | string;
  readonly size?: unknown;
  readonly headers?: readonly HeaderInput[];
  readonly payload?: PayloadInput;
  readonly flows?: number | string;
  readonly patches?: readonly PatchInput[];
  readonly checksums?: readonly ChecksumInput[];
  readonly packet?: string;
  readonly capture?: CaptureInput;
}

export interface CaptureInput {
  readonly file: string | number;
  readonly limit?: number | string;
  readonly srcMac?: string | number;
  readonly dstMac?: string | number;
  readonly srcIp?: string | number;
  readonly dstIp?: string | number;
  readonly uniqueIp?: boolean;
}

export interface PatchInput {
  readonly offsetBits: number | string;
  readonly bits: number | string;
  readonly value: Patch['value'];
}

export interface ChecksumInput {
  readonly offsetBytes: number | string;
  readonly covers: readonly (readonly [number | string, number | string | null])[];
  readonly plus?: number | string;
  readonly zeroIsOnes?: boolean;
}
