import { toIpv6Group } from './encode/multicast.js';
import { neighbourOptions } from './encode/neighbour-options.js';
import { bytes, type Protocol, uint } from './protocol.js';

const FLAGS = { managed: 0x80n, other: 0x40n };

export const protocol: Protocol = {
  name: 'icmpv6-router-advertisement',
  title: 'IPv6 router advertisement',
  reference: 'RFC 4861 section 4.2',
  fields: [
    uint('type', 8, 134n),
    uint('code', 8),
    uint('checksum', 16),
    uint('currentHopLimit', 8, 64n),
    uint('flags', 8, 0n, { names: FLAGS, flags: true }),
    // 0: no host shall take us for its default router, unless it was meant.
    uint('routerLifetime', 16),
    uint('reachableTime', 32),
    uint('retransmitTimer', 32),
    bytes('options', neighbourOptions({ sourceMac: '02:00:00:00:00:01' })),
  ],
  lower: 'ipv6',
  numbers: { ipProtocol: 58n },
  endsFrame: true,
  checksum: { field: 'checksum', covers: 'payload', pseudoHeader: true },
  // Receivers want a link-local source (RFC 4861 section 6.1.2), here that of the default MAC address.
  suggests: toIpv6Group('ff02::1', { src: 'fe80::ff:fe00:1' }),
};
