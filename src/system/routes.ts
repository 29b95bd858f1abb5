import { readFileSync } from 'node:fs';

const NOTHING = '0'.repeat(8);
const NOTHING_V6 = '0'.repeat(32);

/** The interfaces that carry a default route, IPv4 or IPv6: Linux's /proc/net/route and /proc/net/ipv6_route. */
export function defaultRouteInterfaces(): Set<string> {
  return new Set([...parseRoutes(read('/proc/net/route')), ...parseRoutesV6(read('/proc/net/ipv6_route'))]);
}

/** Columns: Iface Destination Gateway Flags RefCnt Use Metric Mask … */
export function parseRoutes(table: string): string[] {
  return rows(table)
    .filter((columns) => columns[1] === NOTHING && columns[7] === NOTHING)
    .map((columns) => columns[0] ?? '');
}

/** Columns: destination, prefix length, source, prefix length, next hop, metric, references, uses, flags, device. */
export function parseRoutesV6(table: string): string[] {
  return rows(table)
    .filter((columns) => columns[0] === NOTHING_V6 && columns[1] === '00' && columns[9] !== 'lo')
    .map((columns) => columns[9] ?? '');
}

function rows(table: string): string[][] {
  return table
    .split('\n')
    .filter(Boolean)
    .map((line) => line.trim().split(/\s+/));
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // a kernel without IPv6
  }
}
