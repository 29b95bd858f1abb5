import { isOneIpv6, solicitedNode, toIpv6Group } from './encode/multicast.js';
import { neighbourOptions } from './encode/neighbour-options.js';
import { bytes, ipv6, type Protocol, uint } from './protocol.js';

const DEFAULT_TARGET = '2001:2:0:1::1';

export const protocol: Protocol = {
  name: 'icmpv6-neighbour-solicitation',
  title: 'IPv6 neighbour solicitation',
  reference: 'RFC 4861 section 4.3',
  fields: [
    uint('type', 8, 135n),
    uint('code', 8),
    uint('checksum', 16),
    uint('reserved', 32),
    ipv6('target', 0x2001_0002_0000_0001_0000_0000_0000_0001n),
    bytes('options', neighbourOptions({ sourceMac: '02:00:00:00:00:01' })),
  ],
  lower: 'ipv6',
  numbers: { ipProtocol: 58n },
  endsFrame: true,
  checksum: { field: 'checksum', covers: 'payload', pseudoHeader: true },
  // All nodes hear about targets that take turns: they belong to many groups.
  suggests: ({ target = DEFAULT_TARGET }) =>
    toIpv6Group(isOneIpv6(target) ? solicitedNode(target) : 'ff02::1'),
};
