/** Where a captured frame has its IP addresses, and the checksums that count them. Offsets are from its first byte. */
export interface IpLayout {
  readonly version: 4 | 6;
  readonly srcOffset: number;
  readonly dstOffset: number;
  /** Of IPv4; -1 for none. */
  readonly headerChecksum: number;
  /** Of the transport, over a pseudo header; -1 for none: no such protocol, a later fragment, or switched off. */
  readonly checksum: number;
  /** A computed 0 is sent as 0xffff (RFC 768). */
  readonly zeroIsOnes: boolean;
  /** With a routing header under way the pseudo header has the last destination instead (RFC 8200 section 8.1). */
  readonly countsDst: boolean;
  readonly protocol: number;
  /** Of source and destination port; -1 for none. */
  readonly ports: number;
}

const VLAN_TYPES = [0x8100, 0x88a8, 0x9100];
const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;

const TCP = 6;
const UDP = 17;
const SCTP = 132;
const UDP_LITE = 136;
/** Where the checksum over the pseudo header stands in a transport header: RFC 9293, 768, 4340, 3828. */
const CHECKSUM_AT: Readonly<Record<number, number>> = { [TCP]: 16, [UDP]: 6, 33: 6, [UDP_LITE]: 6 };
/** With IPv6 also that of ICMPv6, OSPF, PIM and the mobility header: RFC 4443, 5340, 7761, 6275. */
const CHECKSUM_AT_IPV6: Readonly<Record<number, number>> = { ...CHECKSUM_AT, 58: 2, 89: 12, 103: 2, 135: 4 };
const WITH_PORTS = [TCP, UDP, SCTP, UDP_LITE];

/** The lowest IP header of the frame at bytes[at…end); undefined when there is none, or not all of it. */
export function layoutOf(bytes: Uint8Array, at: number, end: number): IpLayout | undefined {
  let type = at + 12;
  while (type + 4 < end && VLAN_TYPES.includes(word(bytes, type))) type += 4;
  const ip = type + 2;
  switch (word(bytes, type)) {
    case ETHERTYPE_IPV4:
      return ip + 20 <= end ? ipv4Layout(bytes, at, ip, end) : undefined;
    case ETHERTYPE_IPV6:
      return ip + 40 <= end ? ipv6Layout(bytes, at, ip, end) : undefined;
    default:
      return undefined;
  }
}

function word(bytes: Uint8Array, i: number): number {
  return ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
}

function ipv4Layout(bytes: Uint8Array, at: number, ip: number, end: number): IpLayout | undefined {
  const first = bytes[ip] ?? 0;
  const headerBytes = (first & 0x0f) * 4;
  if (first >> 4 !== 4 || headerBytes < 20 || ip + headerBytes > end) return undefined;
  const isFirst = (word(bytes, ip + 6) & 0x1fff) === 0;
  const protocol = bytes[ip + 9] ?? 0;
  const upper = isFirst ? ip + headerBytes : end;
  return {
    version: 4,
    srcOffset: ip + 12 - at,
    dstOffset: ip + 16 - at,
    headerChecksum: ip + 10 - at,
    countsDst: true,
    ...transport(bytes, at, upper, end, protocol, CHECKSUM_AT[protocol]),
  };
}

function transport(
  bytes: Uint8Array,
  at: number,
  upper: number,
  end: number,
  protocol: number,
  checksumAt: number | undefined,
): Pick<IpLayout, 'checksum' | 'zeroIsOnes' | 'protocol' | 'ports'> {
  const place = upper + (checksumAt ?? 0);
  const isThere = checksumAt !== undefined && place + 2 <= end;
  const isOff = protocol === UDP && word(bytes, place) === 0;
  return {
    protocol,
    checksum: isThere && !isOff ? place - at : -1,
    zeroIsOnes: protocol === UDP || protocol === UDP_LITE,
    ports: WITH_PORTS.includes(protocol) && upper + 4 <= end ? upper - at : -1,
  };
}

const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
const DESTINATION_OPTIONS = 60;

function ipv6Layout(bytes: Uint8Array, at: number, ip: number, end: number): IpLayout | undefined {
  if ((bytes[ip] ?? 0) >> 4 !== 6) return undefined;
  let next = bytes[ip + 6] ?? 0;
  let upper = ip + 40;
  let countsDst = true;
  while (upper + 8 <= end) {
    const length = bytes[upper + 1] ?? 0;
    let headerBytes = (length + 1) * 8;
    if (next === FRAGMENT) {
      headerBytes = 8;
      if (word(bytes, upper + 2) >> 3 !== 0) break;
    } else if (next === AUTHENTICATION) {
      headerBytes = (length + 2) * 4;
    } else if (next === ROUTING) {
      if ((bytes[upper + 3] ?? 0) > 0) countsDst = false;
    } else if (next !== HOP_BY_HOP && next !== DESTINATION_OPTIONS) {
      break;
    }
    next = bytes[upper] ?? 0;
    upper += headerBytes;
  }
  return {
    version: 6,
    srcOffset: ip + 8 - at,
    dstOffset: ip + 24 - at,
    headerChecksum: -1,
    countsDst,
    ...transport(bytes, at, upper, end, next, CHECKSUM_AT_IPV6[next]),
  };
}
