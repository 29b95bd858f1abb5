import { auto, ipv6, type Protocol, uint } from './protocol.js';

export const protocol: Protocol = {
  name: 'ipv6',
  title: 'Internet Protocol version 6',
  reference: 'RFC 8200 section 3',
  fields: [
    uint('version', 4, 6n),
    uint('dscp', 6),
    uint('ecn', 2),
    uint('flowLabel', 20),
    auto('payloadLength', 16, ({ payloadBytes }) => BigInt(payloadBytes)),
    // What stands here when nothing above claims it: 253, for experiments (RFC 3692).
    uint('nextHeader', 8, 253n),
    uint('hopLimit', 8, 64n),
    // Within 2001:2::/48, which is set aside for benchmarks: RFC 5180 section 8.
    ipv6('src', 0x2001_0002_0000_0000_0000_0000_0000_0001n),
    ipv6('dst', 0x2001_0002_0000_0001_0000_0000_0000_0001n),
  ],
  lower: 'ethernet',
  numbers: { etherType: 0x86ddn, ipProtocol: 41n, ppp: 0x0057n, ip: 6n },
  carries: { space: 'ipProtocol', field: 'nextHeader' },
  pseudoHeader: { fields: ['src', 'dst'], destination: 'dst', space: 'ipProtocol' },
};
