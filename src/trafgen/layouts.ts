export type Values = ReadonlyMap<string, bigint>;
type Format = (value: bigint) => string;
type LayoutField = readonly [name: string, bits: number, format?: Format];

/** How a protocol of pktgen lies on the wire, as far as reading it back needs. */
export interface Layout {
  readonly name: string;
  readonly lengthBytes: number;
  readonly fields: readonly LayoutField[];
  /** Whether it can be this protocol, without options, and with so much behind it. */
  readonly fits: (values: Values, behindBytes: number) => boolean;
  /** The protocol above. */
  readonly next: (values: Values, firstByte: number | undefined) => string | undefined;
  /** What pktgen fills in when nobody says otherwise; the length is from this header to the end of the frame. */
  readonly filled: (lengthBytes: number, upper: string | undefined) => Readonly<Record<string, number>>;
  readonly checksum?: {
    readonly offsetBytes: number;
    readonly headerOnly?: boolean;
    readonly ipProtocol?: number;
    readonly zeroIsOnes?: boolean;
  };
  /** The addresses of the pseudo header of what is above. */
  readonly addresses?: readonly [from: number, to: number];
}

const ETHER_TYPES: Readonly<Record<string, number>> = {
  ...{ vlan: 0x8100, ipv4: 0x0800, ipv6: 0x86dd, arp: 0x0806, mpls: 0x8847 },
};
const IPV4_PROTOCOLS: Readonly<Record<string, number>> = { icmp: 1, ipv4: 4, tcp: 6, udp: 17, ipv6: 41 };
const IPV6_PROTOCOLS: Readonly<Record<string, number>> = { tcp: 6, udp: 17, icmpv6: 58 };
/** The types for which the layout with id and sequence holds: echo, RFC 792 and RFC 4443 section 4. */
const ECHO_TYPES = { icmp: [0n, 8n], icmpv6: [128n, 129n] };

const mac: Format = (value) => hex(value, 12).replace(/..(?!$)/g, '$&:');
const ipv4: Format = (value) => [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.');
const ipv6: Format = (value) =>
  new URL(`http://[${hex(value, 32).replace(/....(?!$)/g, '$&:')}]`).hostname.slice(1, -1);

const ALL: readonly Layout[] = [
  layout(
    'ethernet',
    [
      ['dst', 48, mac],
      ['src', 48, mac],
      ['type', 16],
    ],
    {
      next: (values) => keyOf(ETHER_TYPES, values.get('type')),
      filled: (_, upper) => numberOf('type', ETHER_TYPES, upper),
    },
  ),
  layout(
    'vlan',
    [
      ['pcp', 3],
      ['dei', 1],
      ['id', 12],
      ['type', 16],
    ],
    {
      next: (values) => keyOf(ETHER_TYPES, values.get('type')),
      filled: (_, upper) => numberOf('type', ETHER_TYPES, upper),
    },
  ),
  layout(
    'mpls',
    [
      ['label', 20],
      ['tc', 3],
      ['bottomOfStack', 1],
      ['ttl', 8],
    ],
    {
      next: (values, firstByte = 0) => {
        if (values.get('bottomOfStack') === 0n) return 'mpls';
        return { 4: 'ipv4', 6: 'ipv6' }[firstByte >> 4];
      },
    },
  ),
  layout(
    'arp',
    [
      ['hardwareType', 16],
      ['protocolType', 16],
      ['hardwareLength', 8],
      ['protocolLength', 8],
      ['operation', 16],
      ['senderMac', 48, mac],
      ['senderIp', 32, ipv4],
      ['targetMac', 48, mac],
      ['targetIp', 32, ipv4],
    ],
    {
      fits: (_, behindBytes) => behindBytes === 0,
      filled: () => ({ hardwareType: 1, protocolType: 0x0800, hardwareLength: 6, protocolLength: 4 }),
    },
  ),
  layout(
    'ipv4',
    [
      ['version', 4],
      ['headerLength', 4],
      ['dscp', 6],
      ['ecn', 2],
      ['totalLength', 16],
      ['id', 16],
      ['flags', 3],
      ['fragmentOffset', 13],
      ['ttl', 8],
      ['protocol', 8],
      ['checksum', 16],
      ['src', 32, ipv4],
      ['dst', 32, ipv4],
    ],
    {
      fits: (values) => values.get('version') === 4n && values.get('headerLength') === 5n,
      // Behind a fragment's header is the middle of something.
      next: (values) =>
        values.get('fragmentOffset') === 0n ? keyOf(IPV4_PROTOCOLS, values.get('protocol')) : undefined,
      filled: (lengthBytes, upper) => ({
        ...{ version: 4, headerLength: 5, totalLength: lengthBytes },
        ...numberOf('protocol', IPV4_PROTOCOLS, upper),
      }),
      checksum: { offsetBytes: 10, headerOnly: true },
      addresses: [12, 20],
    },
  ),
  layout(
    'ipv6',
    [
      ['version', 4],
      ['dscp', 6],
      ['ecn', 2],
      ['flowLabel', 20],
      ['payloadLength', 16],
      ['nextHeader', 8],
      ['hopLimit', 8],
      ['src', 128, ipv6],
      ['dst', 128, ipv6],
    ],
    {
      fits: (values) => values.get('version') === 6n,
      next: (values) => keyOf(IPV6_PROTOCOLS, values.get('nextHeader')),
      filled: (lengthBytes, upper) => ({
        ...{ version: 6, payloadLength: lengthBytes - 40 },
        ...numberOf('nextHeader', IPV6_PROTOCOLS, upper),
      }),
      addresses: [8, 40],
    },
  ),
  layout(
    'udp',
    [
      ['srcPort', 16],
      ['dstPort', 16],
      ['length', 16],
      ['checksum', 16],
    ],
    {
      filled: (lengthBytes) => ({ length: lengthBytes }),
      checksum: { offsetBytes: 6, ipProtocol: 17, zeroIsOnes: true },
    },
  ),
  layout(
    'tcp',
    [
      ['srcPort', 16],
      ['dstPort', 16],
      ['seq', 32],
      ['ack', 32],
      ['dataOffset', 4],
      ['reserved', 4],
      ['flags', 8],
      ['window', 16],
      ['checksum', 16],
      ['urgentPointer', 16],
    ],
    {
      fits: (values) => values.get('dataOffset') === 5n,
      filled: () => ({ dataOffset: 5, reserved: 0 }),
      checksum: { offsetBytes: 16, ipProtocol: 6 },
    },
  ),
  echo('icmp'),
  echo('icmpv6', 58),
];

export const LAYOUTS: Readonly<Record<string, Layout>> = Object.fromEntries(
  ALL.map((one) => [one.name, one]),
);

function echo(name: 'icmp' | 'icmpv6', ipProtocol?: number): Layout {
  return layout(
    name,
    [
      ['type', 8],
      ['code', 8],
      ['checksum', 16],
      ['id', 16],
      ['sequence', 16],
    ],
    {
      fits: (values) => ECHO_TYPES[name].includes(values.get('type') ?? -1n),
      checksum: { offsetBytes: 2, ...(ipProtocol !== undefined && { ipProtocol }) },
    },
  );
}

function layout(name: string, fields: readonly LayoutField[], more: Partial<Layout>): Layout {
  const lengthBytes = fields.reduce((sum, [, bits]) => sum + bits, 0) / 8;
  return { name, lengthBytes, fields, fits: () => true, next: () => undefined, filled: () => ({}), ...more };
}

function keyOf(numbers: Readonly<Record<string, number>>, value: bigint | undefined): string | undefined {
  return Object.entries(numbers).find(([, number]) => BigInt(number) === value)?.[0];
}

function numberOf(
  field: string,
  numbers: Readonly<Record<string, number>>,
  name: string | undefined,
): Record<string, number> {
  const number = name === undefined ? undefined : numbers[name];
  return number === undefined ? {} : { [field]: number };
}

function hex(value: bigint, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
