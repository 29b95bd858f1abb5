/** Something that covers parts of a frame: computed once, or again for every frame when something in it varies. */
export interface Coverage {
  readonly algorithm: 'internet' | 'crc32c';
  readonly offsetBytes: number;
  /** First byte and the one behind the last, in the order in which they are summed up. */
  readonly ranges: readonly (readonly [from: number, to: number])[];
  /** Added to the sum. */
  readonly plus: number;
  readonly zeroIsOnes: boolean;
  readonly bad: boolean;
}

/** Over any 16-bit sum: a bad checksum differs from the good one also in one's complement, and is not 0. */
const WRONG = 0x5555;

/** The ones' complement sum of 16-bit words (RFC 1071), not folded: exact up to 2^53. Odd ends count as a high byte. */
export function sumOf(frame: Uint8Array, ranges: Coverage['ranges'], plus: number): number {
  let sum = plus;
  let isLow = false;
  for (const [from, to] of ranges) {
    for (let i = from; i < to; i++, isLow = !isLow) sum += isLow ? (frame[i] ?? 0) : (frame[i] ?? 0) << 8;
  }
  return sum;
}

export function fold(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000);
  return folded;
}

/** Over all of `bytes`, complemented, as it stands in a header. */
export function internetChecksum(bytes: Uint8Array): number {
  return ~fold(sumOf(bytes, [[0, bytes.length]], 0)) & 0xffff;
}

/** Computes and writes it; what stood there before counts as 0. */
export function writeChecksum(frame: Uint8Array, coverage: Coverage): void {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  if (coverage.algorithm === 'crc32c') {
    view.setUint32(coverage.offsetBytes, 0);
    const [from, to] = coverage.ranges[0] ?? [0, 0];
    const crc = crc32c(frame.subarray(from, to));
    // RFC 9260 appendix A: the bytes of the remainder go out with the lowest first.
    view.setUint32(coverage.offsetBytes, (coverage.bad ? crc ^ WRONG : crc) >>> 0, true);
    return;
  }
  view.setUint16(coverage.offsetBytes, 0);
  const good = ~fold(sumOf(frame, coverage.ranges, coverage.plus)) & 0xffff;
  const sent = good === 0 && coverage.zeroIsOnes ? 0xffff : good;
  view.setUint16(coverage.offsetBytes, coverage.bad ? wrong(sent) : sent);
}

function wrong(good: number): number {
  return good === WRONG ? 0xaaaa : good ^ WRONG;
}

/** CRC-32C (Castagnoli), reflected: polynomial 0x82f63b78. RFC 3385, RFC 9260 appendix A. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}
