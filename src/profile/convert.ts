import type { FrameChecksum, Header, Patch } from '../model/traffic.js';
import { parseCount } from '../units.js';
import { wholeNumber } from './decimal.js';
import type { ChecksumInput, HeaderInput, PatchInput } from './input.js';
import { show } from './problem.js';

export const ONE_PROTOCOL = 'expected one protocol in each item of the list';

/** 1000, "5k" or "1M" → frames; undefined for what is no whole number from 1. */
export function frameCount(value: number | string): number | undefined {
  const text = /^0x/i.test(String(value)) ? String(wholeNumber(value)) : String(value);
  try {
    return parseCount('count', text, 1, Number.MAX_SAFE_INTEGER);
  } catch {
    return undefined;
  }
}

export function countMessage(value: unknown): string {
  return `expected a whole number of frames from 1, such as 1000, 5k or 1M, not ${show(value)}`;
}

export function headerOf(input: HeaderInput): Header {
  if (typeof input === 'string') return { protocol: input, fields: {} };
  const [[protocol, fields] = ['', null]] = Object.entries(input);
  return { protocol, fields: fields ?? {} };
}

export function patchOf({ offsetBits, bits, value }: PatchInput): Patch {
  return { offsetBits: wholeNumber(offsetBits), bits: wholeNumber(bits), value };
}

export function checksumOf({
  offsetBytes,
  covers,
  plus = 0,
  zeroIsOnes = false,
}: ChecksumInput): FrameChecksum {
  return {
    offsetBytes: wholeNumber(offsetBytes),
    covers: covers.map(([from, to]) => [wholeNumber(from), to === null ? null : wholeNumber(to)]),
    plus: wholeNumber(plus),
    zeroIsOnes,
  };
}
