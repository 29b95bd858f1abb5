import type { Catalogue } from '../compile/catalogue.js';
import { protocol as arp } from '../protocols/arp.js';
import { protocol as ethernet } from '../protocols/ethernet.js';
import { protocol as icmp } from '../protocols/icmp.js';
import { protocol as icmpv6 } from '../protocols/icmpv6.js';
import { protocol as ipv4 } from '../protocols/ipv4.js';
import { protocol as ipv6 } from '../protocols/ipv6.js';
import { protocol as mpls } from '../protocols/mpls.js';
import type { Field } from '../protocols/protocol.js';
import { protocol as tcp } from '../protocols/tcp.js';
import { protocol as udp } from '../protocols/udp.js';
import { protocol as vlan } from '../protocols/vlan.js';

export type Values = ReadonlyMap<string, bigint>;

/** What trafgen has header functions for, and what they can be read back from without options. */
const NAMED = [ethernet, vlan, mpls, arp, ipv4, ipv6, udp, tcp, icmp, icmpv6];
export const CATALOGUE: Catalogue = new Map(NAMED.map((protocol) => [protocol.name, protocol]));

/** Without options: those stay bytes. */
export function fieldsOf(name: string): Field[] {
  return CATALOGUE.get(name)?.fields.filter(({ bits, optional }) => bits > 0 && !optional) ?? [];
}

/** When the bytes cannot be this header: another version, options, another message than an echo (RFC 792, RFC 4443). */
const FITS: Readonly<Record<string, (values: Values, behindBytes: number) => boolean>> = {
  arp: (_, behindBytes) => behindBytes === 0,
  ipv4: (values) => values.get('version') === 4n && values.get('headerLength') === 5n,
  ipv6: (values) => values.get('version') === 6n,
  tcp: (values) => values.get('dataOffset') === 5n,
  icmp: (values) => [0n, 8n].includes(values.get('type') ?? -1n),
  icmpv6: (values) => [128n, 129n].includes(values.get('type') ?? -1n),
};

/** The header above, undefined for none that has a name, null when these bytes are not this header either. */
export function nextProtocol(
  name: string,
  values: Values,
  behindBytes: number,
  firstByte: number | undefined,
): string | undefined | null {
  if (FITS[name]?.(values, behindBytes) === false) return null;
  if (name === 'mpls') return aboveMpls(values, firstByte);
  // Behind a fragment's header is the middle of something.
  if ((values.get('fragmentOffset') ?? 0n) !== 0n) return undefined;
  const { space, field = '' } = CATALOGUE.get(name)?.carries ?? {};
  if (space !== 'etherType' && space !== 'ipProtocol') return undefined;
  return NAMED.find(({ numbers }) => isNumber(numbers?.[space], values.get(field)))?.name;
}

function aboveMpls(values: Values, firstByte = 0): string | undefined {
  if (values.get('bottomOfStack') === 0n) return 'mpls';
  return { 4: 'ipv4', 6: 'ipv6' }[firstByte >> 4];
}

type ProtocolNumber = bigint | ((upper: string | undefined) => bigint) | undefined;

/** A number that depends on what stands above is any of its values. */
function isNumber(number: ProtocolNumber, value: bigint | undefined): boolean {
  if (typeof number !== 'function') return number !== undefined && number === value;
  return [undefined, ...CATALOGUE.keys()].some((upper) => number(upper) === value);
}
