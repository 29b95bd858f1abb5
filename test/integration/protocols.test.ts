import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import type { Payload, Scalar } from '#src/model/traffic.js';
import type { Field, Protocol } from '#src/protocols/protocol.js';
import { compileFrame, headersOf, type Layers } from '../support/compiled.js';
import { type Dissection, dissect } from '../support/dissect.js';

const FOLDER = new URL('.', import.meta.resolve('#src/protocols/protocol.js'));
const PROTOCOLS: Protocol[] = [];
for (const file of readdirSync(FOLDER)) {
  if (!file.endsWith('.js') || file === 'protocol.js') continue;
  PROTOCOLS.push(((await import(new URL(file, FOLDER).href)) as { protocol: Protocol }).protocol);
}

interface Case {
  readonly layers: Layers;
  /** What tshark calls them, joined as in its frame.protocols, less "ethertype". */
  readonly expected: string;
  /** What tshark reads in them, by its name of a field. */
  readonly values?: Readonly<Record<string, string>>;
  readonly payload?: Payload;
}

/** A local experimental EtherType: the shortest frame that can stand for itself. */
const RAW_FRAME = { bytes: `020000000000 020000000001 88b5 ${'00'.repeat(46)}` };
const FOUR_BYTES: Payload = { kind: 'bytes', hex: '01020304' };

/** Frames whose model names nothing but one protocol. */
const ALONE: Readonly<Record<string, Case>> = {
  arp: {
    layers: ['arp'],
    expected: 'eth:arp',
    values: { 'eth.dst': 'ff:ff:ff:ff:ff:ff', 'arp.opcode': '1' },
  },
  dns: { layers: ['dns'], expected: 'eth:ip:udp:dns', values: { 'dns.qry.name': 'www.example.com' } },
  ethernet: { layers: ['ethernet'], expected: 'eth:data' },
  geneve: { layers: ['geneve'], expected: 'eth:ip:udp:geneve:data' },
  gre: { layers: ['gre'], expected: 'eth:ip:gre:data' },
  gtpu: {
    layers: ['gtpu'],
    expected: 'eth:ip:udp:gtp',
    values: { 'gtp.message': '0xff', 'gtp.length': '10' },
  },
  'gtpu-pdu-session': {
    layers: ['gtpu-pdu-session'],
    expected: 'eth:ip:udp:gtp',
    values: { 'gtp.ext_hdr.pdu_ses_con.qos_flow_id': '1' },
  },
  icmp: { layers: ['icmp'], expected: 'eth:ip:icmp:data' },
  icmpv6: { layers: ['icmpv6'], expected: 'eth:ipv6:icmpv6' },
  'icmpv6-neighbour-advertisement': {
    layers: ['icmpv6-neighbour-advertisement'],
    expected: 'eth:ipv6:icmpv6',
    values: { 'icmpv6.opt.target_linkaddr': '02:00:00:00:00:01', 'ipv6.hlim': '255', 'ipv6.dst': 'ff02::1' },
  },
  'icmpv6-neighbour-solicitation': {
    layers: ['icmpv6-neighbour-solicitation'],
    expected: 'eth:ipv6:icmpv6',
    values: {
      'icmpv6.opt.src_linkaddr': '02:00:00:00:00:01',
      'ipv6.hlim': '255',
      'ipv6.dst': 'ff02::1:ff00:1',
    },
  },
  'icmpv6-router-advertisement': {
    layers: ['icmpv6-router-advertisement'],
    expected: 'eth:ipv6:icmpv6',
    values: { 'ipv6.src': 'fe80::ff:fe00:1', 'ipv6.hlim': '255', 'eth.dst': '33:33:00:00:00:01' },
  },
  'icmpv6-router-solicitation': {
    layers: ['icmpv6-router-solicitation'],
    expected: 'eth:ipv6:icmpv6',
    values: { 'ipv6.dst': 'ff02::2', 'ipv6.hlim': '255' },
  },
  igmp: { layers: ['igmp'], expected: 'eth:ip:igmp:igmp', values: { 'ip.ttl': '1', 'ip.opt.ra': '0' } },
  'igmpv3-query': { layers: ['igmpv3-query'], expected: 'eth:ip:igmp:igmp', values: { 'igmp.num_src': '0' } },
  'igmpv3-report': {
    layers: ['igmpv3-report'],
    expected: 'eth:ip:igmp:igmp',
    values: { 'igmp.num_grp_recs': '1', 'igmp.maddr': '233.252.0.1' },
  },
  ipv4: { layers: ['ipv4'], expected: 'eth:ip:data' },
  ipv6: { layers: ['ipv6'], expected: 'eth:ipv6:data' },
  'ipv6-destination': { layers: ['ipv6-destination'], expected: 'eth:ipv6:ipv6.dstopts' },
  'ipv6-fragment': { layers: ['ipv6-fragment'], expected: 'eth:ipv6:ipv6.fraghdr' },
  'ipv6-hop-by-hop': { layers: ['ipv6-hop-by-hop'], expected: 'eth:ipv6:ipv6.hopopts' },
  'ipv6-routing': { layers: ['ipv6-routing'], expected: 'eth:ipv6:ipv6.routing' },
  // Nothing tells what is above the last label: tshark takes zeros for an Ethernet header.
  mpls: { layers: ['mpls'], expected: 'eth:mpls:pwethheuristic:pwethnocw:eth:data' },
  ntp: {
    layers: ['ntp'],
    expected: 'eth:ip:udp:ntp',
    values: { 'ntp.flags.mode': '3', 'ntp.flags.vn': '4' },
  },
  pause: { layers: ['pause'], expected: 'eth:macc', values: { 'macc.pause_time': '65535' } },
  pfc: { layers: ['pfc'], expected: 'eth:macc', values: { 'macc.cbfc.pause_time.c7': '65535' } },
  pppoe: { layers: ['pppoe'], expected: 'eth:pppoes:ppp:data' },
  raw: { layers: [['raw', RAW_FRAME]], expected: 'eth:data' },
  rtp: { layers: ['rtp'], expected: 'eth:ip:udp:rtp', values: { 'udp.dstport': '5004' } },
  sctp: { layers: ['sctp'], expected: 'eth:ip:sctp', values: { 'sctp.chunk_type': '1' } },
  'sctp-data': {
    layers: ['sctp-data'],
    payload: FOUR_BYTES,
    expected: 'eth:ip:sctp:data',
    values: { 'sctp.verification_tag': '0x00000001' },
  },
  'sctp-init': {
    layers: ['sctp-init'],
    expected: 'eth:ip:sctp',
    values: { 'sctp.verification_tag': '0x00000000' },
  },
  tcp: { layers: ['tcp'], expected: 'eth:ip:tcp:data' },
  udp: { layers: ['udp'], expected: 'eth:ip:udp:data' },
  vlan: { layers: ['vlan'], expected: 'eth:vlan:data' },
  vxlan: { layers: ['vxlan'], expected: 'eth:ip:udp:vxlan:eth', values: { 'vxlan.flags': '0x0800' } },
};

const SEGMENTS = ['2001:2:0:a::1', '2001:2:0:b::1', '2001:2:0:c::1'];
const ALL_TCP_OPTIONS = {
  mss: 1460,
  sackPermitted: true,
  windowScale: 7,
  timestamps: [1, 2],
  sack: [[10, 20]],
};

const NESTED: Readonly<Record<string, Case>> = {
  'three VLAN tags': {
    layers: [['vlan', { id: 5 }], ['vlan', { id: 6 }], ['vlan', { id: 7, pcp: 3 }], 'udp'],
    expected: 'eth:ieee8021ad:vlan:ip:udp:data',
    values: {
      'eth.type': '0x88a8',
      'ieee8021ad.svid': '5',
      'ieee8021ad.cvid': '6',
      'vlan.id': '7',
      'vlan.priority': '3',
    },
  },
  'a stack of three labels': {
    layers: [['mpls', { label: 100 }], ['mpls', { label: 200 }], ['mpls', { label: 300 }], 'ipv6', 'udp'],
    expected: 'eth:mpls:ipv6:udp',
    values: { 'eth.type': '0x8847', 'mpls.label': '100 200 300', 'mpls.bottom': '0 0 1' },
  },
  'a label that carries Ethernet': {
    layers: [['mpls', { label: 1000 }], 'ethernet', 'udp'],
    expected: 'eth:mpls:eth:ip:udp',
  },
  'a label, a control word (RFC 4448 section 4.6) and Ethernet': {
    layers: [['mpls', { label: 1001 }], ['raw', { bytes: '00000000' }], 'ethernet', 'udp'],
    expected: 'eth:mpls:eth:ip:udp',
  },
  'TCP above a label': { layers: ['mpls', 'tcp'], expected: 'eth:mpls:ip:tcp:data' },
  'a label in IPv4': { layers: ['ipv4', 'mpls', 'ipv6'], expected: 'eth:ip:mpls:ipv6' },
  'a label in PPP': { layers: ['pppoe', 'mpls', 'udp'], expected: 'eth:pppoes:ppp:mpls:ip:udp:data' },
  'a label in UDP': {
    layers: ['udp', 'mpls', 'ipv4'],
    expected: 'eth:ip:udp:mpls:ip',
    values: { 'udp.dstport': '6635' },
  },
  'VXLAN in IPv6 in two VLAN tags': {
    layers: ['vlan', 'vlan', 'ipv6', 'udp', ['vxlan', { vni: 0xabcdef }], 'vlan', 'tcp'],
    expected: 'eth:ieee8021ad:vlan:ipv6:udp:vxlan:eth:vlan:ip:tcp',
    values: { 'vxlan.vni': '11259375', 'udp.dstport': '4789' },
  },
  'GRE with a key that carries IPv6': {
    layers: [['gre', { key: 7 }], 'ipv6', 'udp'],
    expected: 'eth:ip:gre:ipv6:udp',
    values: { 'gre.key': '0x00000007', 'gre.proto': '0x86dd' },
  },
  'GRE with everything': {
    layers: [['gre', { checksum: 'good', key: 7, sequence: 9 }], 'icmp'],
    expected: 'eth:ip:gre:ip:icmp',
    values: { 'gre.checksum.status': '1', 'gre.sequence_number': '9' },
  },
  'Ethernet in GRE in IPv6': { layers: ['ipv6', 'gre', 'ethernet', 'arp'], expected: 'eth:ipv6:gre:eth:arp' },
  'GRE in UDP': { layers: ['udp', 'gre', 'ipv4'], expected: 'eth:ip:udp:gre:ip' },
  'Geneve with options that carries Ethernet': {
    layers: [['geneve', { vni: 5, options: '0102 03 01 aabbccdd' }], 'ethernet', 'udp'],
    expected: 'eth:ip:udp:geneve:eth:ip:udp',
    values: { 'geneve.vni': '0x000005', 'geneve.proto_type': '0x6558' },
  },
  'GTP-U with a sequence number that carries IPv4': {
    layers: [['gtpu', { sequence: 3, teid: 0x1234 }], 'ipv4', 'udp'],
    expected: 'eth:ip:udp:gtp:ip:udp',
    values: { 'gtp.seq_number': '0x0003', 'gtp.teid': '0x00001234' },
  },
  'GTP-U with a QoS flow that carries IPv6': {
    layers: ['gtpu', ['gtpu-pdu-session', { pduType: 'uplink', qfi: 9 }], 'ipv6', 'tcp'],
    expected: 'eth:ip:udp:gtp:ipv6:tcp',
    values: { 'gtp.ext_hdr.pdu_ses_con.qos_flow_id': '9', 'gtp.ext_hdr.pdu_ses_con.pdu_type': '1' },
  },
  'PPPoE in a VLAN tag that carries IPv6': {
    layers: ['vlan', ['pppoe', { sessionId: 77 }], 'ipv6', 'udp'],
    expected: 'eth:vlan:pppoes:ppp:ipv6:udp',
    values: { 'pppoe.session_id': '0x004d', 'ppp.protocol': '0x0057' },
  },
  'segment routing that carries TCP': {
    layers: [['ipv6-routing', { segments: SEGMENTS }], 'ipv6-destination', 'tcp'],
    expected: 'eth:ipv6:ipv6.routing:ipv6.dstopts:tcp',
    values: {
      'ipv6.dst': '2001:2:0:a::1',
      'ipv6.routing.segleft': '2',
      'ipv6.routing.srh.last_entry': '2',
      'ipv6.routing.srh.addr': SEGMENTS.toReversed().join(' '),
    },
  },
  'IPv6 with every extension header': {
    layers: [
      ['ipv6-hop-by-hop', { options: '05020000' }],
      ['ipv6-destination', { options: [{ type: 0x1e, data: 'aabbcc' }] }],
      'ipv6-routing',
      'ipv6-fragment',
      'udp',
    ],
    expected: 'eth:ipv6:ipv6.hopopts:ipv6.dstopts:ipv6.routing:ipv6.fraghdr:udp',
  },
  'IPv4 with options': {
    layers: [['ipv4', { options: '94040000 01' }], 'udp'],
    expected: 'eth:ip:udp:data',
    values: { 'ip.hdr_len': '28' },
  },
  'TCP with all options': {
    layers: [['tcp', { flags: 'syn|ece|cwr', options: ALL_TCP_OPTIONS }]],
    expected: 'eth:ip:tcp',
    values: {
      'tcp.hdr_len': '56',
      'tcp.options.mss_val': '1460',
      'tcp.options.wscale.shift': '7',
      'tcp.options.sack_le': '10',
      'tcp.options.timestamp.tsecr': '2',
    },
  },
  '6in4': {
    layers: ['ipv4', 'ipv6', 'icmpv6'],
    expected: 'eth:ip:ipv6:icmpv6',
    values: { 'ip.proto': '41' },
  },
  '4in6': { layers: ['ipv6', 'ipv4', 'udp'], expected: 'eth:ipv6:ip:udp' },
  'an ICMP error that quotes a datagram': {
    layers: [['icmp', { type: 'destinationUnreachable', code: 3 }], 'udp'],
    expected: 'eth:ip:icmp:ip:udp',
  },
  'SCTP in IPv6 with data': {
    layers: ['ipv6', 'sctp-data'],
    payload: FOUR_BYTES,
    expected: 'eth:ipv6:sctp:data',
    values: { 'sctp.chunk_length': '20' },
  },
  'a router advertisement with a prefix and an MTU': {
    layers: [['icmpv6-router-advertisement', { options: { mtu: 1400, prefix: '2001:2::/64' } }]],
    expected: 'eth:ipv6:icmpv6',
    values: { 'icmpv6.opt.mtu': '1400', 'icmpv6.opt.prefix': '2001:2::', 'icmpv6.opt.prefix.length': '64' },
  },
  'a neighbour solicitation without options': {
    layers: [['icmpv6-neighbour-solicitation', { options: '' }]],
    expected: 'eth:ipv6:icmpv6',
    values: { 'icmpv6.nd.ns.target_address': '2001:2:0:1::1' },
  },
  'a neighbour solicitation for somebody else': {
    layers: [['icmpv6-neighbour-solicitation', { target: '2001:2::ab12:3456' }]],
    expected: 'eth:ipv6:icmpv6',
    values: { 'ipv6.dst': 'ff02::1:ff12:3456', 'eth.dst': '33:33:ff:12:34:56' },
  },
  'a neighbour solicitation for several': {
    layers: [['icmpv6-neighbour-solicitation', { target: '2001:2::/64' }]],
    expected: 'eth:ipv6:icmpv6',
    values: { 'ipv6.dst': 'ff02::1', 'eth.dst': '33:33:00:00:00:01' },
  },
  'a neighbour solicitation to one': {
    layers: [
      ['ethernet', { dst: '02:00:00:00:00:07' }],
      ['ipv6', { dst: '2001:2::7' }],
      ['icmpv6-neighbour-solicitation', { target: '2001:2::7' }],
    ],
    expected: 'eth:ipv6:icmpv6',
    values: { 'ipv6.dst': '2001:2::7', 'ipv6.hlim': '255', 'eth.dst': '02:00:00:00:00:07' },
  },
  'an IGMPv2 report': {
    layers: [['igmp', { type: 'reportV2', group: '233.252.0.1' }]],
    expected: 'eth:ip:igmp:igmp',
    values: { 'ip.dst': '233.252.0.1', 'eth.dst': '01:00:5e:7c:00:01' },
  },
  'an IGMP leave': {
    layers: [['igmp', { type: 'leave', group: '233.252.0.1' }]],
    expected: 'eth:ip:igmp:igmp',
    values: { 'ip.dst': '224.0.0.2' },
  },
  'an IGMPv3 query for a group': {
    layers: [['igmpv3-query', { group: '233.252.0.1', sources: '198.18.0.9' }]],
    expected: 'eth:ip:igmp:igmp',
    values: { 'ip.dst': '233.252.0.1', 'igmp.num_src': '1' },
  },
  'an IGMP report with sources': {
    layers: [['igmpv3-report', { recordType: 'isInclude', sources: ['198.18.0.9', '198.18.0.10'] }]],
    expected: 'eth:ip:igmp:igmp',
    values: { 'igmp.saddr': '198.18.0.9 198.18.0.10' },
  },
  'PFC for two classes': {
    layers: [['pfc', { classEnable: 'class3|class4', quanta3: 100 }]],
    expected: 'eth:macc',
    values: { 'macc.cbfc.enbv': '0x0018', 'macc.cbfc.pause_time.c3': '100' },
  },
  'DNS over IPv6': {
    layers: ['ipv6', ['dns', { name: '_sip._udp.example.org.', type: 'srv' }]],
    expected: 'eth:ipv6:udp:dns',
    values: { 'dns.qry.name': '_sip._udp.example.org', 'dns.qry.type': '33' },
  },
  'raw bytes above UDP': { layers: ['udp', ['raw', { bytes: 'cafe' }]], expected: 'eth:ip:udp:data' },
};

const CHECKED = ['ip', 'udp', 'tcp', 'sctp', 'icmp', 'icmpv6'] as const;
const GOOD = '1';
const BAD = '0';
/** What tshark cannot know, and that one frame has nothing to do with another one. */
const DECODE_AS = ['udp.port==5004,rtp', 'mpls.label==1000,pwethnocw', 'mpls.label==1001,pwethcw'];
const OPTIONS = [...DECODE_AS.flatMap((rule) => ['-d', rule]), '-o', 'tcp.analyze_sequence_numbers:FALSE'];
/** An expert's remark, without any complaint: "Connection establish request (SYN)". */
const CHAT = 0x200000;

/** Dissects all of them in one go; then one test each. */
function judge(title: string, cases: Readonly<Record<string, Case>>): void {
  describe(title, () => {
    const seen = new Map<string, Dissection>();
    before(async () => {
      const frames: Uint8Array[] = [];
      for (const { layers, payload } of Object.values(cases)) {
        frames.push(await compileFrame(headersOf(layers), payload));
      }
      const values = Object.values(cases).flatMap((one) => Object.keys(one.values ?? {}));
      const status = ['gre', 'igmp', ...CHECKED].map((name) => `${name}.checksum.status`);
      const own = ['frame.protocols', '_ws.malformed', '_ws.expert.message', '_ws.expert.severity'];
      const dissections = dissect(frames, [...new Set([...own, ...status, ...values])], ...OPTIONS);
      assert.equal(dissections.length, frames.length);
      Object.keys(cases).forEach((name, i) => {
        seen.set(name, dissections[i] ?? {});
      });
    });
    for (const [name, expected] of Object.entries(cases)) {
      it(name, () => assertClean(seen.get(name) ?? {}, expected));
    }
  });
}

function assertClean(found: Dissection, { expected, values }: Case): void {
  const layers = (found['frame.protocols']?.[0] ?? '').split(':').filter((layer) => layer !== 'ethertype');
  assert.equal(layers.join(':'), expected);
  assert.deepEqual(found['_ws.malformed'], []);
  const complains = found['_ws.expert.severity']?.some((severity) => Number(severity) > CHAT);
  assert.ok(!complains, found['_ws.expert.message']?.join(', '));
  for (const name of CHECKED) {
    const times = layers.filter((layer) => layer === name).length;
    assert.deepEqual(found[`${name}.checksum.status`], Array(times).fill(GOOD), `checksum of ${name}`);
  }
  for (const name of ['gre', 'igmp']) {
    assert.ok(
      found[`${name}.checksum.status`]?.every((status) => status === GOOD),
      `checksum of ${name}`,
    );
  }
  for (const [name, value] of Object.entries(values ?? {})) assert.equal(found[name]?.join(' '), value, name);
}

describe('every protocol', () => {
  it('is in the table of this test, and called like its file', () => {
    assert.deepEqual(PROTOCOLS.map(({ name }) => name).toSorted(), Object.keys(ALONE).toSorted());
  });

  it('names only protocols that exist', () => {
    for (const { name, lower, upper, suggests } of PROTOCOLS) {
      const suggestions = typeof suggests === 'function' ? suggests({}) : suggests;
      for (const other of [lower, upper, ...Object.keys(suggestions ?? {})]) {
        assert.ok(other === undefined || ALONE[other], `${name} names ${other}`);
      }
    }
  });

  it('names only fields that exist, each once, together whole bytes', () => {
    for (const protocol of PROTOCOLS) {
      const names = protocol.fields.map((field) => field.name);
      assert.equal(new Set(names).size, names.length, protocol.name);
      const { carries, checksum, pseudoHeader, finalDestination } = protocol;
      const mentioned = [carries?.field, checksum?.field, finalDestination, ...(pseudoHeader?.fields ?? [])];
      for (const name of mentioned)
        assert.ok(name === undefined || names.includes(name), `${protocol.name} ${name}`);
      assert.equal(protocol.fields.reduce((bits, field) => bits + field.bits, 0) % 8, 0, protocol.name);
    }
  });

  it('has names and defaults that fit in their fields', () => {
    for (const { name, fields } of PROTOCOLS) {
      for (const field of fields.filter(({ kind }) => kind !== 'bytes')) {
        for (const value of [field.fallback, ...Object.values(field.names ?? {})]) {
          assert.ok(value < 1n << BigInt(field.bits), `${name} ${field.name} ${value}`);
        }
      }
    }
  });
});

describe('what takes no payload leaves the rest of the frame to padding', () => {
  const ENDING = [
    'arp',
    'dns',
    'icmpv6-neighbour-advertisement',
    'icmpv6-neighbour-solicitation',
    'icmpv6-router-advertisement',
    'icmpv6-router-solicitation',
    'igmp',
    'igmpv3-query',
    'igmpv3-report',
    'ntp',
    'pause',
    'pfc',
    'sctp-init',
  ];
  for (const name of ENDING) {
    it(name, async () => {
      const short = await compileFrame(headersOf([name]));
      const long = await compileFrame(
        headersOf([name]),
        { kind: 'byte', value: 0xff, lengthBytes: null },
        200,
      );
      assert.deepEqual(Buffer.from(long), Buffer.concat([short, new Uint8Array(200 - 4 - short.length)]));
    });
  }
});

judge('tshark has no complaint about a protocol alone', ALONE);
judge('tshark has no complaint about', NESTED);

/** The stack of a protocol with every checksum and destination given: setting a field changes nothing else. */
function stackOf(protocol: Protocol, fields: Readonly<Record<string, Scalar>>): Layers {
  const given: Record<string, Scalar> = protocol.checksum ? { [protocol.checksum.field]: 0 } : {};
  const destination = protocol.fields.find(({ name }) => name === 'dst');
  if (destination) given['dst'] = extremeOf(destination, 0);
  const lower = PROTOCOLS.find(({ name }) => name === protocol.lower);
  return [...(lower ? stackOf(lower, {}) : []), [protocol.name, { ...given, ...fields }]];
}

/** All its bits 0, or all 1, as a person writes them. */
function extremeOf({ kind, bits }: Field, bit: 0 | 1): string {
  if (kind === 'mac')
    return Array(6)
      .fill(bit ? 'ff' : '00')
      .join(':');
  if (kind === 'ipv4')
    return Array(4)
      .fill(bit ? 255 : 0)
      .join('.');
  if (kind === 'ipv6')
    return Array(8)
      .fill(bit ? 'ffff' : '0')
      .join(':');
  return String(bit ? (1n << BigInt(bits)) - 1n : 0n);
}

/** The positions of the bits in which two frames differ. */
function differences(a: Uint8Array, b: Uint8Array): number[] {
  const found: number[] = [];
  for (let bit = 0; bit < a.length * 8; bit++) {
    const changed = ((a[bit >> 3] ?? 0) ^ (b[bit >> 3] ?? 0)) & (0x80 >> (bit & 7));
    if (changed) found.push(bit);
  }
  return found;
}

describe('every field can be set, and lies behind the one before it', () => {
  for (const protocol of PROTOCOLS) {
    it(protocol.name, async () => {
      let end: number | undefined;
      for (const field of protocol.fields) {
        if (field.kind === 'bytes') {
          end = undefined;
          continue;
        }
        const companion = typeof field.optional === 'string' ? { [field.optional]: 0 } : {};
        const frameWith = (bit: 0 | 1) =>
          compileFrame(headersOf(stackOf(protocol, { ...companion, [field.name]: extremeOf(field, bit) })));
        const changed = differences(await frameWith(0), await frameWith(1));
        const first = changed[0] ?? 0;
        assert.deepEqual(
          changed,
          Array.from({ length: field.bits }, (_, i) => first + i),
          field.name,
        );
        if (end !== undefined && !field.optional) assert.equal(first, end, field.name);
        end = first + field.bits;
      }
    });
  }
});

describe('a checksum', () => {
  /** Of the protocols that have one: what tshark calls it. */
  const TSHARK: Readonly<Record<string, string>> = {
    'icmpv6-neighbour-advertisement': 'icmpv6',
    'icmpv6-neighbour-solicitation': 'icmpv6',
    'icmpv6-router-advertisement': 'icmpv6',
    'icmpv6-router-solicitation': 'icmpv6',
    'igmpv3-query': 'igmp',
    'igmpv3-report': 'igmp',
    ipv4: 'ip',
  };
  const users = PROTOCOLS.filter(({ checksum }) => checksum);
  const nameOf = ({ name }: Protocol) => TSHARK[name] ?? name;

  async function dissectAll(checksum: Scalar): Promise<Dissection[]> {
    const frames: Uint8Array[] = [];
    for (const { name } of users) frames.push(await compileFrame(headersOf([[name, { checksum }]])));
    return dissect(
      frames,
      users.flatMap((user) => [`${nameOf(user)}.checksum`, `${nameOf(user)}.checksum.status`]),
    );
  }

  for (const [asked, status] of [
    ['good', GOOD],
    ['bad', BAD],
  ] as const) {
    it(`that shall be ${asked} is so`, async () => {
      const dissections = await dissectAll(asked);
      users.forEach((user, i) => {
        assert.deepEqual(dissections[i]?.[`${nameOf(user)}.checksum.status`], [status], user.name);
      });
    });
  }

  it('that is given is sent', async () => {
    const dissections = await dissectAll(0x1234);
    users.forEach((user, i) => {
      const values = dissections[i]?.[`${nameOf(user)}.checksum`]?.map(Number);
      assert.deepEqual(values, [0x1234], user.name);
    });
  });
});
