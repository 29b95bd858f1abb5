/**
 * The names that trafgen's stddef.h defines, so that they are there with and without the C preprocessor.
 * Their values are those of the kernel's public headers (linux/if_ether.h, linux/in.h, linux/icmp.h) and of RFC 9293.
 */
const ETHER_TYPES = {
  ...{ LOOP: 0x0060, PUP: 0x0200, PUPAT: 0x0201, IP: 0x0800, X25: 0x0805, ARP: 0x0806, BPQ: 0x08ff },
  ...{ IEEEPUP: 0x0a00, IEEEPUPAT: 0x0a01, BATMAN: 0x4305, DEC: 0x6000, DNA_DL: 0x6001, DNA_RC: 0x6002 },
  ...{ DNA_RT: 0x6003, LAT: 0x6004, DIAG: 0x6005, CUST: 0x6006, SCA: 0x6007, TEB: 0x6558, RARP: 0x8035 },
  ...{ ATALK: 0x809b, AARP: 0x80f3, '8021Q': 0x8100, IPX: 0x8137, IPV6: 0x86dd, PAUSE: 0x8808, SLOW: 0x8809 },
  ...{ WCCP: 0x883e, PPP_DISC: 0x8863, PPP_SES: 0x8864, MPLS_UC: 0x8847, MPLS_MC: 0x8848, ATMMPOA: 0x884c },
  ...{ LINK_CTL: 0x886c, ATMFATE: 0x8884, PAE: 0x888e, AOE: 0x88a2, '8021AD': 0x88a8, '802_EX1': 0x88b5 },
  ...{ TIPC: 0x88ca, '8021AH': 0x88e7, '1588': 0x88f7, FCOE: 0x8906, TDLS: 0x890d, FIP: 0x8914 },
  ...{ QINQ1: 0x9100, QINQ2: 0x9200, QINQ3: 0x9300, EDSA: 0xdada, AF_IUCV: 0xfbfb, '802_3': 0x0001 },
  ...{ AX25: 0x0002, '802_2': 0x0004, SNAP: 0x0005, DDCMP: 0x0006, WAN_PPP: 0x0007, PPP_MP: 0x0008 },
  ...{ LOCALTALK: 0x0009, CAN: 0x000c, CANFD: 0x000d, PPPTALK: 0x0010, TR_802_2: 0x0011, MOBITEX: 0x0015 },
  ...{ CONTROL: 0x0016, IRDA: 0x0017, ECONET: 0x0018, HDLC: 0x0019, ARCNET: 0x001a, DSA: 0x001b },
  ...{ TRAILER: 0x001c, PHONET: 0x00f5, IEEE802154: 0x00f6, CAIF: 0x00f7 },
};

const IP_PROTOCOLS = {
  ...{ ICMP: 1, IGMP: 2, IPIP: 4, TCP: 6, EGP: 8, PUP: 12, UDP: 17, IDP: 22, DCCP: 33, IPV6: 41, RSVP: 46 },
  ...{ GRE: 47, ESP: 50, AH: 51, BEETPH: 94, PIM: 103, COMP: 108, SCTP: 132, UDPLITE: 136 },
};

const ICMP = {
  ...{ ECHOREPLY: 0, DEST_UNREACH: 3, SOURCE_QUENCH: 4, REDIRECT: 5, ECHO: 8, TIME_EXCEEDED: 11 },
  ...{ PARAMETERPROB: 12, TIMESTAMP: 13, TIMESTAMPREPLY: 14, INFO_REQUEST: 15, INFO_REPLY: 16 },
  ...{ ADDRESS: 17, ADDRESSREPLY: 18, NET_UNREACH: 0, HOST_UNREACH: 1, PROT_UNREACH: 2, PORT_UNREACH: 3 },
  ...{ FRAG_NEEDED: 4, SR_FAILED: 5, NET_UNKNOWN: 6, HOST_UNKNOWN: 7, HOST_ISOLATED: 8, NET_ANO: 9 },
  ...{ HOST_ANO: 10, NET_UNR_TOS: 11, HOST_UNR_TOS: 12, PKT_FILTERED: 13, PREC_VIOLATION: 14 },
  ...{ PREC_CUTOFF: 15, REDIR_NET: 0, REDIR_HOST: 1, REDIR_NETTOS: 2, REDIR_HOSTTOS: 3, EXC_TTL: 0 },
  ...{ EXC_FRAGTIME: 1 },
};

const TCP_FLAGS = { FIN: 0x01, SYN: 0x02, RST: 0x04, PSH: 0x08, ACK: 0x10, URG: 0x20, ECE: 0x40, CWR: 0x80 };

const OTHERS = {
  ...{ ETH_ALEN: 6, ETH_HLEN: 14, ETH_ZLEN: 60, ETH_DATA_LEN: 1500, ETH_FRAME_LEN: 1514, ETH_FCS_LEN: 4 },
  ...{ INADDR_BROADCAST: 0xffffffff, INADDR_LOOPBACK: 0x7f000001, INADDR_UNSPEC_GROUP: 0xe0000000 },
  ...{ INADDR_ALLHOSTS_GROUP: 0xe0000001, INADDR_ALLRTRS_GROUP: 0xe0000002 },
  ...{ INADDR_MAX_LOCAL_GROUP: 0xe00000ff, NR_ICMP_UNREACH: 15, TCP_RESERVED_BITS: 0x0f00 },
  ...{ TCP_DATA_OFFSET: 0xf000, IP_ALEN: 4, IP_VERSION: 4, IP_TTL_DEFAULT: 64, IP_HDR_OFF_DEFAULT: 14 },
  ...{ IPV6_ALEN: 16, IPV6_VERSION: 6, IPV6_HDR_OFF_DEFAULT: 14 },
};

/** Names that stand for a piece of a packet. */
const PIECES: Readonly<Record<string, string>> = {
  ETH_SRC_RAND: 'drnd(6)',
  ETH_DST_RAND: 'drnd(6)',
  IP_SRC_RAND: 'drnd(4)',
  IP_DST_RAND: 'drnd(4)',
  IP_ID_RAND: 'drnd(2)',
  IP_CSUM_DEFAULT: 'csumip(14, 33)',
  IPV6_SRC_RAND: 'drnd(16)',
  IPV6_DST_RAND: 'drnd(16)',
  TCP_SEQ_RAND: 'drnd(4)',
  TCP_ACK_RAND: 'drnd(4)',
  TCP_SRC_RAND: 'drnd(2)',
  TCP_DST_RAND: 'drnd(2)',
  TCP_CSUM_DEFAULT: 'csumtcp(14, 34)',
  be16: 'c16',
  be32: 'c32',
  be64: 'c64',
};

/** Name → what stands for it. */
export const MACROS: ReadonlyMap<string, string> = new Map([
  ...prefixed('ETH_P_', ETHER_TYPES),
  ...prefixed('IPPROTO_', IP_PROTOCOLS),
  ...prefixed('ICMP_', ICMP),
  ...prefixed('TCP_FLAG_', TCP_FLAGS),
  ...prefixed('', OTHERS),
  ...Object.entries(PIECES),
]);

/** Only the preprocessor understands these, since they have parameters. */
const PREPROCESSOR_ONLY = [
  '#define JOIN(x, y) x ## y',
  '#define IF_0(x)',
  '#define IF_1(x) x',
  '#define IF(bit, x) JOIN(IF_, bit)(x)',
  '#define IF_ELSE_0(x, y) y',
  '#define IF_ELSE_1(x, y) x',
  '#define IF_ELSE(bit, x, y) JOIN(IF_ELSE_, bit)(x, y)',
];

/** What `#include <stddef.h>` brings when a text goes through the C preprocessor. */
export function standardHeader(): string {
  const defines = [...MACROS].map(([name, value]) => `#define ${name} ${value}`);
  return [...defines, ...PREPROCESSOR_ONLY, ''].join('\n');
}

function prefixed(prefix: string, values: Readonly<Record<string, number>>): [string, string][] {
  return Object.entries(values).map(([name, value]) => [prefix + name, String(value)]);
}
