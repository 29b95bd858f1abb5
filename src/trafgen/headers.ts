import { dns } from './dns.js';
import { field } from './field.js';
import type { HeaderSpec } from './header.js';

/** Numbers of the layers above, as IANA has them. */
const ETHER_TYPES = {
  ...{ arp: 0x0806, ip4: 0x0800, ip6: 0x86dd, mpls: 0x8847, vlan: 0x8100, pause: 0x8808, pfc: 0x8808 },
};
const MAC_CONTROL = { eth: { da: 0x0180c2000001n } };
const REQUEST = 1;
const REPLY = 2;

const eth: HeaderSpec = {
  names: ['eth'],
  layer: 2,
  lengthBytes: 14,
  fields: [field('da|daddr', 0, 6), field('sa|saddr', 6, 6), field('type|etype|prot|proto', 12, 2)],
  flags: {},
  defaults: {},
  next: { field: 'type', values: ETHER_TYPES },
};

const pause: HeaderSpec = {
  names: ['pause'],
  layer: 2,
  lower: 'eth',
  lengthBytes: 4,
  fields: [field('code', 0, 2), field('time', 2, 2)],
  flags: {},
  defaults: { code: 1 },
  suggests: MAC_CONTROL,
};

const PRIORITIES = [0, 1, 2, 3, 4, 5, 6, 7];

const pfc: HeaderSpec = {
  names: ['pfc'],
  layer: 2,
  lower: 'eth',
  lengthBytes: 20,
  fields: [
    field('code', 0, 2),
    field('prio|pri', 2, 2),
    ...PRIORITIES.map((priority) => field(`prio(${priority})|pri(${priority})`, 2, 2, [15 - priority, 1])),
    ...PRIORITIES.map((priority) => field(`time(${priority})`, 4 + 2 * priority, 2)),
  ],
  flags: {},
  defaults: { code: 0x0101 },
  suggests: MAC_CONTROL,
};

const vlan: HeaderSpec = {
  names: ['vlan'],
  layer: 2,
  lower: 'eth',
  lengthBytes: 4,
  fields: [
    // The type of the header below: a tag stands between the addresses and the type that was there.
    field('tpid|prot|proto', -2, 2),
    field('tci', 0, 2),
    field('pcp', 0, 2, [0, 3]),
    field('dei|cfi', 0, 2, [3, 1]),
    field('id', 0, 2, [4, 12]),
    field('', 2, 2),
  ],
  flags: { '1q': [['tpid', 0x8100]], '1ad': [['tpid', 0x88a8]] },
  defaults: { tpid: 0x8100 },
  next: { field: '', values: ETHER_TYPES },
};

const mpls: HeaderSpec = {
  names: ['mpls'],
  layer: 2,
  lower: 'eth',
  lengthBytes: 4,
  fields: [
    field('label|lbl', 0, 4, [0, 20]),
    field('tc|tclass|exp', 0, 4, [20, 3]),
    field('last', 0, 4, [23, 1]),
    field('ttl', 0, 4, [24, 8]),
  ],
  flags: {},
  defaults: { last: 1 },
};

const arp: HeaderSpec = {
  names: ['arp'],
  layer: 2,
  lower: 'eth',
  lengthBytes: 28,
  fields: [
    field('htype', 0, 2),
    field('ptype', 2, 2),
    field('', 4, 2),
    field('op|oper', 6, 2, undefined, { request: REQUEST, req: REQUEST, reply: REPLY }),
    field('sha|smac', 8, 6),
    field('spa|sip', 14, 4),
    field('tha|tmac', 18, 6),
    field('tpa|tip', 24, 4),
  ],
  flags: { request: [['op', REQUEST]], req: [['op', REQUEST]], reply: [['op', REPLY]] },
  defaults: { htype: 1, ptype: 0x0800, '': 0x0604, op: REQUEST },
  suggests: { eth: { da: 0xffffffffffffn } },
};

const ip4: HeaderSpec = {
  names: ['ip4', 'ipv4'],
  layer: 3,
  lower: 'eth',
  lengthBytes: 20,
  fields: [
    field('ver|version', 0, 1, [0, 4]),
    field('ihl', 0, 1, [4, 4]),
    field('dscp', 1, 1, [0, 6]),
    field('ecn', 1, 1, [6, 2]),
    field('tos', 1, 1),
    field('len|length', 2, 2),
    field('id', 4, 2),
    field('flags', 6, 2, [0, 3]),
    field('df', 6, 2, [1, 1]),
    field('mf', 6, 2, [2, 1]),
    field('frag', 6, 2, [3, 13]),
    field('ttl', 8, 1),
    field('proto|prot', 9, 1),
    field('csum', 10, 2),
    field('sa|saddr', 12, 4),
    field('da|daddr', 16, 4),
  ],
  flags: { df: [['df', 1]], mf: [['mf', 1]] },
  defaults: { ver: 4, ihl: 5 },
  next: { field: 'proto', values: { ip4: 4, ip6: 41, icmp4: 1, udp: 17, tcp: 6 } },
  lengthField: { field: 'len', lessBytes: 0 },
  checksum: { field: 'csum', lengthBytes: 20, zeroIsOnes: false },
};

const ip6: HeaderSpec = {
  names: ['ip6', 'ipv6'],
  layer: 3,
  lower: 'eth',
  lengthBytes: 40,
  fields: [
    field('ver|version', 0, 4, [0, 4]),
    field('tc|tclass|class', 0, 4, [4, 8]),
    field('flow|fl', 0, 4, [12, 20]),
    field('len|length', 4, 2),
    field('nexthdr|nh', 6, 1),
    field('hoplimit|hl|ttl', 7, 1),
    field('sa|saddr', 8, 16),
    field('da|daddr', 24, 16),
  ],
  flags: {},
  defaults: { ver: 6 },
  next: { field: 'nexthdr', values: { icmp6: 58, udp: 17, tcp: 6 } },
  lengthField: { field: 'len', lessBytes: 40 },
};

const icmp4: HeaderSpec = {
  names: ['icmp4', 'icmpv4'],
  layer: 4,
  lower: 'ip4',
  lengthBytes: 8,
  fields: [
    field('type', 0, 1),
    field('code', 1, 1),
    field('csum', 2, 2),
    field('id', 4, 2),
    field('seq', 6, 2),
    field('addr', 4, 4),
    field('mtu', 6, 2),
  ],
  flags: {
    echorequest: [
      ['type', 8],
      ['code', 0],
    ],
    echoreply: [
      ['type', 0],
      ['code', 0],
    ],
  },
  defaults: {},
  checksum: { field: 'csum', zeroIsOnes: false },
};

const ICMP6_TYPES = { echorequest: 128, echoreply: 129 };

const icmp6: HeaderSpec = {
  names: ['icmp6', 'icmpv6'],
  layer: 4,
  lower: 'ip6',
  lengthBytes: 4,
  fields: [field('type', 0, 1, undefined, ICMP6_TYPES), field('code', 1, 1), field('csum', 2, 2)],
  flags: {
    echorequest: [['type', ICMP6_TYPES.echorequest]],
    echoreply: [['type', ICMP6_TYPES.echoreply]],
  },
  defaults: {},
  checksum: { field: 'csum', ipProtocol: 58, over: ['ip6'], zeroIsOnes: false },
};

const PORTS = { field: 'dp', values: { dns: 53 } };

const udp: HeaderSpec = {
  names: ['udp'],
  layer: 4,
  lower: 'ip4',
  lengthBytes: 8,
  fields: [field('sp|sport', 0, 2), field('dp|dport', 2, 2), field('len|length', 4, 2), field('csum', 6, 2)],
  flags: {},
  defaults: {},
  next: PORTS,
  lengthField: { field: 'len', lessBytes: 0 },
  checksum: { field: 'csum', ipProtocol: 17, over: ['ip4', 'ip6'], zeroIsOnes: true },
};

/** From the most significant bit of the sixteen that begin with the data offset. */
const TCP_FLAGS = ['cwr', 'ece', 'urg', 'ack', 'psh', 'rst', 'syn', 'fin'];

const tcp: HeaderSpec = {
  names: ['tcp'],
  layer: 4,
  lower: 'ip4',
  lengthBytes: 20,
  fields: [
    field('sp|sport', 0, 2),
    field('dp|dport', 2, 2),
    field('seq', 4, 4),
    field('ackseq|aseq', 8, 4),
    field('doff|hlen', 12, 2, [0, 4]),
    ...TCP_FLAGS.map((flag, index) => field(flag, 12, 2, [8 + index, 1])),
    field('window|win', 14, 2),
    field('csum', 16, 2),
    field('urgptr', 18, 2),
  ],
  flags: {
    ...Object.fromEntries(TCP_FLAGS.map((flag) => [flag, [[flag, 1]] as const])),
    ecn: [['ece', 1]],
  },
  defaults: { doff: 5 },
  next: PORTS,
  checksum: { field: 'csum', ipProtocol: 6, over: ['ip4', 'ip6'], zeroIsOnes: false },
};

const ALL = [eth, pause, pfc, vlan, mpls, arp, ip4, ip6, icmp4, icmp6, udp, tcp, dns];

/** By each of their names. */
export const HEADERS: ReadonlyMap<string, HeaderSpec> = new Map(
  ALL.flatMap((spec) => spec.names.map((name) => [name, spec] as const)),
);
