import { toIpv6Group } from './encode/multicast.js';
import { neighbourOptions } from './encode/neighbour-options.js';
import { bytes, type Protocol, uint } from './protocol.js';

export const protocol: Protocol = {
  name: 'icmpv6-router-solicitation',
  title: 'IPv6 router solicitation',
  reference: 'RFC 4861 section 4.1',
  fields: [
    uint('type', 8, 133n),
    uint('code', 8),
    uint('checksum', 16),
    uint('reserved', 32),
    bytes('options', neighbourOptions({ sourceMac: '02:00:00:00:00:01' })),
  ],
  lower: 'ipv6',
  numbers: { ipProtocol: 58n },
  endsFrame: true,
  checksum: { field: 'checksum', covers: 'payload', pseudoHeader: true },
  suggests: toIpv6Group('ff02::2'),
};
