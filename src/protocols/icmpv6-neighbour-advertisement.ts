import { toIpv6Group } from './encode/multicast.js';
import { neighbourOptions } from './encode/neighbour-options.js';
import { bytes, ipv6, type Protocol, uint } from './protocol.js';

const FLAGS = { override: 1n, solicited: 2n, router: 4n };

/** Unsolicited, to all nodes, unless it is told otherwise. */
export const protocol: Protocol = {
  name: 'icmpv6-neighbour-advertisement',
  title: 'IPv6 neighbour advertisement',
  reference: 'RFC 4861 section 4.4',
  fields: [
    uint('type', 8, 136n),
    uint('code', 8),
    uint('checksum', 16),
    uint('flags', 3, FLAGS.override, { names: FLAGS, flags: true }),
    uint('reserved', 29),
    ipv6('target', 0x2001_0002_0000_0000_0000_0000_0000_0001n),
    bytes('options', neighbourOptions({ targetMac: '02:00:00:00:00:01' })),
  ],
  lower: 'ipv6',
  numbers: { ipProtocol: 58n },
  endsFrame: true,
  checksum: { field: 'checksum', covers: 'payload', pseudoHeader: true },
  suggests: toIpv6Group('ff02::1'),
};
