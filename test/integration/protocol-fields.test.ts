import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Scalar } from '#src/model/traffic.js';
import { compileFrame, headersOf } from '../support/compiled.js';
import { type Dissection, dissect } from '../support/dissect.js';

/** Field → what tshark calls it, the value that is set, and what tshark makes of it unless it is the same. */
type Readings = Readonly<Record<string, readonly [tshark: string, value: Scalar, read?: Scalar]>>;

const MAC = '02:11:22:33:44:55';
const MORE_MAC = '02:66:77:88:99:aa';

const READINGS: Readonly<Record<string, Readings>> = {
  ethernet: { dst: ['eth.dst', MAC], src: ['eth.src', MORE_MAC], type: ['eth.type', 0x88b6] },
  vlan: {
    pcp: ['vlan.priority', 5],
    dei: ['vlan.dei', 1],
    id: ['vlan.id', 2748],
    type: ['vlan.etype', 0x88b6],
  },
  mpls: { label: ['mpls.label', 0xabcde], tc: ['mpls.exp', 5], ttl: ['mpls.ttl', 77] },
  arp: {
    hardwareType: ['arp.hw.type', 6],
    operation: ['arp.opcode', 'reply', 2],
    senderMac: ['arp.src.hw_mac', MAC],
    senderIp: ['arp.src.proto_ipv4', '198.18.1.2'],
    targetMac: ['arp.dst.hw_mac', MORE_MAC],
    targetIp: ['arp.dst.proto_ipv4', '198.18.3.4'],
  },
  ipv4: {
    dscp: ['ip.dsfield.dscp', 46],
    ecn: ['ip.dsfield.ecn', 1],
    id: ['ip.id', 0x1234],
    flags: ['ip.flags.df', 'none', 0],
    ttl: ['ip.ttl', 77],
    protocol: ['ip.proto', 254],
    src: ['ip.src', '198.18.1.2'],
    dst: ['ip.dst', '198.18.3.4'],
  },
  ipv6: {
    dscp: ['ipv6.tclass.dscp', 46],
    ecn: ['ipv6.tclass.ecn', 1],
    flowLabel: ['ipv6.flow', 0xabcde],
    nextHeader: ['ipv6.nxt', 254],
    hopLimit: ['ipv6.hlim', 77],
    src: ['ipv6.src', '2001:2::a'],
    dst: ['ipv6.dst', '2001:2::b'],
  },
  'ipv6-fragment': {
    nextHeader: ['ipv6.fraghdr.nxt', 254],
    reserved: ['ipv6.fraghdr.reserved_octet', 7],
    fragmentOffset: ['ipv6.fraghdr.offset', 1234],
    reserved2: ['ipv6.fraghdr.reserved_bits', 2],
    moreFragments: ['ipv6.fraghdr.more', 1],
    id: ['ipv6.fraghdr.ident', 0x12345678],
  },
  'ipv6-routing': {
    segmentsLeft: ['ipv6.routing.segleft', 0],
    lastEntry: ['ipv6.routing.srh.last_entry', 0],
    tag: ['ipv6.routing.srh.tag', 0x1234, '1234'],
  },
  udp: { srcPort: ['udp.srcport', 1001], dstPort: ['udp.dstport', 1002] },
  tcp: {
    srcPort: ['tcp.srcport', 1001],
    dstPort: ['tcp.dstport', 1002],
    seq: ['tcp.seq_raw', 0x12345678],
    ack: ['tcp.ack_raw', 0x23456789],
    flags: ['tcp.flags', 'ack|psh|urg|cwr', 0xb8],
    window: ['tcp.window_size_value', 1003],
    urgentPointer: ['tcp.urgent_pointer', 1004],
  },
  sctp: {
    srcPort: ['sctp.srcport', 1001],
    dstPort: ['sctp.dstport', 1002],
    verificationTag: ['sctp.verification_tag', 9],
  },
  'sctp-init': {
    initiateTag: ['sctp.init_initiate_tag', 0x12345678],
    receiverWindow: ['sctp.init_credit', 1500],
    outboundStreams: ['sctp.init_nr_out_streams', 5],
    inboundStreams: ['sctp.init_nr_in_streams', 6],
    initialTsn: ['sctp.init_initial_tsn', 7],
  },
  'sctp-data': {
    chunkFlags: ['sctp.chunk_flags', 'unordered|beginning|end', 7],
    tsn: ['sctp.data_tsn_raw', 0x12345678],
    streamId: ['sctp.data_sid', 3],
    streamSequence: ['sctp.data_ssn', 4],
    payloadProtocol: ['sctp.data_payload_proto_id', 0x7654],
  },
  icmp: {
    type: ['icmp.type', 'echoReply', 0],
    code: ['icmp.code', 3],
    id: ['icmp.ident', 5],
    sequence: ['icmp.seq', 6],
  },
  icmpv6: {
    type: ['icmpv6.type', 'echoReply', 129],
    code: ['icmpv6.code', 3],
    id: ['icmpv6.echo.identifier', 5],
    sequence: ['icmpv6.echo.sequence_number', 6],
  },
  'icmpv6-neighbour-solicitation': { target: ['icmpv6.nd.ns.target_address', '2001:2::a'] },
  'icmpv6-neighbour-advertisement': {
    flags: ['icmpv6.nd.na.flag.s', 'solicited', 1],
    target: ['icmpv6.nd.na.target_address', '2001:2::a'],
  },
  'icmpv6-router-solicitation': { type: ['icmpv6.type', 133] },
  'icmpv6-router-advertisement': {
    currentHopLimit: ['icmpv6.nd.ra.cur_hop_limit', 77],
    flags: ['icmpv6.nd.ra.flag', 'managed', 0x80],
    routerLifetime: ['icmpv6.nd.ra.router_lifetime', 1001],
    reachableTime: ['icmpv6.nd.ra.reachable_time', 1002],
    retransmitTimer: ['icmpv6.nd.ra.retrans_timer', 1003],
  },
  igmp: {
    type: ['igmp.type', 'leave', 0x17],
    maxResponseTime: ['igmp.max_resp', 7],
    group: ['igmp.maddr', '233.252.0.9'],
  },
  'igmpv3-query': {
    maxResponseCode: ['igmp.max_resp', 77],
    group: ['igmp.maddr', '233.252.0.9'],
    suppress: ['igmp.s', 1],
    robustness: ['igmp.qrv', 5],
    queryInterval: ['igmp.qqic', 99],
  },
  'igmpv3-report': {
    recordType: ['igmp.record_type', 'blockOldSources', 6],
    group: ['igmp.maddr', '233.252.0.9'],
  },
  gre: {
    protocol: ['gre.proto', 0x88b6],
    key: ['gre.key', 0x12345678],
    sequence: ['gre.sequence_number', 0x23456789],
    version: ['gre.flags.version', 0],
  },
  vxlan: { vni: ['vxlan.vni', 0xabcdef] },
  geneve: {
    flags: ['geneve.flags', 'critical', 0x40],
    protocol: ['geneve.proto_type', 0x88b6],
    vni: ['geneve.vni', 0xabcdef],
  },
  gtpu: {
    messageType: ['gtp.message', 'gpdu', 255],
    teid: ['gtp.teid', 0x12345678],
    sequence: ['gtp.seq_number', 0x1234],
    npduFlag: ['gtp.flags.pn', 1],
    npdu: ['gtp.npdu_number', 7],
  },
  'gtpu-pdu-session': {
    pduType: ['gtp.ext_hdr.pdu_ses_con.pdu_type', 'uplink', 1],
    qfi: ['gtp.ext_hdr.pdu_ses_con.qos_flow_id', 33],
  },
  pppoe: {
    code: ['pppoe.code', 0],
    sessionId: ['pppoe.session_id', 0x1234],
    pppProtocol: ['ppp.protocol', 0x0001],
  },
  pause: { quanta: ['macc.pause_time', 1234] },
  pfc: {
    classEnable: ['macc.cbfc.enbv', 'class0|class7', 0x81],
    ...Object.fromEntries(
      [0, 1, 2, 3, 4, 5, 6, 7].map((i) => [`quanta${i}`, [`macc.cbfc.pause_time.c${i}`, 100 + i]] as const),
    ),
  },
  dns: {
    id: ['dns.id', 0x1234],
    flags: ['dns.flags', 'rd|cd', 0x0110],
    name: ['dns.qry.name', 'x.example.net'],
    type: ['dns.qry.type', 'aaaa', 28],
    class: ['dns.qry.class', 'ch', 3],
  },
  ntp: {
    leap: ['ntp.flags.li', 3],
    version: ['ntp.flags.vn', 3],
    mode: ['ntp.flags.mode', 'server', 4],
    stratum: ['ntp.stratum', 2],
    poll: ['ntp.ppoll', 8],
    precision: ['ntp.precision', 10],
  },
  rtp: {
    marker: ['rtp.marker', 1],
    payloadType: ['rtp.p_type', 111],
    sequence: ['rtp.seq', 1001],
    timestamp: ['rtp.timestamp', 1002],
    ssrc: ['rtp.ssrc', 0x12345678],
  },
};

function isSame(read: string | undefined, expected: Scalar): boolean {
  return read === String(expected) || (read !== undefined && Number(read) === Number(expected));
}

describe('tshark finds every field where it was written', () => {
  const names = Object.keys(READINGS);
  let dissections: Dissection[] = [];
  before(async () => {
    const frames: Uint8Array[] = [];
    for (const [protocol, readings] of Object.entries(READINGS)) {
      const fields = Object.fromEntries(Object.entries(readings).map(([name, [, value]]) => [name, value]));
      frames.push(
        await compileFrame(headersOf([[protocol, fields]]), { kind: 'byte', value: 0, lengthBytes: 8 }),
      );
    }
    const wanted = Object.values(READINGS).flatMap((readings) =>
      Object.values(readings).map(([tshark]) => tshark),
    );
    dissections = dissect(frames, [...new Set(wanted)], '-d', 'udp.port==5004,rtp');
  });
  for (const [i, protocol] of names.entries()) {
    it(protocol, () => {
      for (const [name, [tshark, value, read = value]] of Object.entries(READINGS[protocol] ?? {})) {
        const found = dissections[i]?.[tshark];
        assert.ok(isSame(found?.[0], read), `${name}: ${tshark} is ${found}, not ${read}`);
      }
    });
  }
});
