import { isIPv4, isIPv6 } from 'node:net';
import type { Suggestions } from '../protocol.js';
import { ipv4Bytes, ipv6Bytes } from './address.js';

/** Multicast within the link, as group membership has it: with router alert (RFC 2113) and TTL 1. */
export function toIpv4Group(group: string): Suggestions {
  const [, second = 0, ...low] = ipv4Bytes(group);
  // RFC 1112 section 6.4: the lower 23 bits.
  const dst = `01:00:5e:${hexPairs([second & 0x7f, ...low])}`;
  return { ipv4: { dst: group, ttl: 1, options: '94040000' }, ethernet: { dst } };
}

/** Multicast within the link, as neighbour discovery has it: receivers want hop limit 255 (RFC 4861 section 7.1). */
export function toIpv6Group(group: string, more: Suggestions[string] = {}): Suggestions {
  // RFC 2464 section 7.
  const dst = `33:33:${hexPairs(ipv6Bytes(group).subarray(12))}`;
  return { ipv6: { dst: group, hopLimit: 255, ...more }, ethernet: { dst } };
}

/** The group that whoever has this address listens to: RFC 4291 section 2.7.1. */
export function solicitedNode(address: string): string {
  const [a = 0, ...low] = ipv6Bytes(address).subarray(13);
  return `ff02::1:ff${hexPairs([a])}:${hexPairs(low).replace(':', '')}`;
}

/** One address, and not several that take turns. */
export function isOneIpv4(value: unknown): value is string {
  return typeof value === 'string' && isIPv4(value);
}

export function isOneIpv6(value: unknown): value is string {
  return typeof value === 'string' && isIPv6(value) && !value.includes('%');
}

function hexPairs(bytes: Iterable<number>): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');
}
