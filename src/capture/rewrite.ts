import { fold } from '../compile/checksum.js';
import { type IpLayout, layoutOf } from './layout.js';
import { type AddressRule, isEmpty, type Rules } from './rules.js';

const MAC_BYTES = 6;

/** Rewrites the addresses of these frames where they lie. Checksums that were right stay right, wrong ones wrong. */
export function rewriteFrames(
  bytes: Uint8Array,
  offsets: Uint32Array,
  lengths: Uint32Array,
  rules: Rules,
): void {
  if (isEmpty(rules)) return;
  offsets.forEach((at, i) => {
    if (rules.dstMac) bytes.set(rules.dstMac, at);
    if (rules.srcMac) bytes.set(rules.srcMac, at + MAC_BYTES);
    if (rules.srcIp.length + rules.dstIp.length > 0)
      rewriteAddresses(bytes, at, at + (lengths[i] ?? 0), rules);
  });
}

function rewriteAddresses(bytes: Uint8Array, at: number, end: number, { srcIp, dstIp }: Rules): void {
  const ip = layoutOf(bytes, at, end);
  if (!ip) return;
  const src = applyFirst(srcIp, bytes, at + ip.srcOffset, ip);
  const dst = applyFirst(dstIp, bytes, at + ip.dstOffset, ip);
  if (ip.headerChecksum >= 0) update(bytes, at + ip.headerChecksum, src + dst, false);
  const counted = src + (ip.countsDst ? dst : 0);
  if (ip.checksum >= 0) update(bytes, at + ip.checksum, counted, ip.zeroIsOnes);
}

/** What the address's words add to a sum now, and no longer add: ~m + m' of RFC 1624. */
function applyFirst(rules: readonly AddressRule[], bytes: Uint8Array, at: number, ip: IpLayout): number {
  const rule = rules.find(({ version, from }) => version === ip.version && begins(bytes, at, from));
  if (!rule) return 0;
  const { length } = rule.to.bytes;
  const taken = sumWords(bytes, at, length, 0xffff);
  rule.to.bytes.forEach((byte, i) => {
    const mask = maskOf(rule.to.bits, i);
    bytes[at + i] = (byte & mask) | ((bytes[at + i] ?? 0) & ~mask);
  });
  return taken + sumWords(bytes, at, length, 0);
}

function begins(bytes: Uint8Array, at: number, prefix: AddressRule['from']): boolean {
  return prefix.bytes.every((byte, i) => (((bytes[at + i] ?? 0) ^ byte) & maskOf(prefix.bits, i)) === 0);
}

/** The bits of byte number i that belong to a prefix of so many bits. */
function maskOf(bits: number, i: number): number {
  const ours = Math.min(8, Math.max(0, bits - i * 8));
  return (0xff << (8 - ours)) & 0xff;
}

/** The 16-bit words added up, each with `flip` exclusive-ored: 0xffff makes it the complement. */
export function sumWords(bytes: Uint8Array, at: number, length: number, flip: number): number {
  let sum = 0;
  for (let i = at; i < at + length; i += 2) sum += (((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)) ^ flip;
  return sum;
}

/** RFC 1624 equation 3: HC' = ~(~HC + ~m + m'). */
function update(bytes: Uint8Array, at: number, change: number, zeroIsOnes: boolean): void {
  if (change === 0) return;
  const sum = ~fold(sumWords(bytes, at, 2, 0xffff) + change) & 0xffff;
  const sent = sum === 0 && zeroIsOnes ? 0xffff : sum;
  bytes[at] = sent >> 8;
  bytes[at + 1] = sent & 0xff;
}
