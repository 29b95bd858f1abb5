/** "45 00 0073" → bytes. */
export function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replace(/\s/g, ''), 'hex'));
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/**
 * The one's complement sum by another way than adding words: 2^16 leaves 1 when divided by 2^16 − 1, so the sum of
 * the words and the whole block, read as one number, leave the same. 0 stands for 0xffff: a block with a correct
 * checksum in it gives 0, RFC 1071 section 1. `bytes` is of even length.
 */
export function onesComplementSum(bytes: Uint8Array): number {
  return Number(BigInt(`0x0${hexOf(bytes)}`) % 0xffffn);
}
