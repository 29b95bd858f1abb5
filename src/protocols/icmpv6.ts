import { type Protocol, uint } from './protocol.js';

const TYPES = {
  destinationUnreachable: 1n,
  packetTooBig: 2n,
  timeExceeded: 3n,
  parameterProblem: 4n,
  echoRequest: 128n,
  echoReply: 129n,
};

export const protocol: Protocol = {
  name: 'icmpv6',
  title: 'Internet Control Message Protocol for IPv6',
  reference: 'RFC 4443 sections 2.1 and 4.1',
  fields: [
    uint('type', 8, TYPES.echoRequest, { names: TYPES }),
    uint('code', 8),
    uint('checksum', 16),
    uint('id', 16),
    uint('sequence', 16),
  ],
  lower: 'ipv6',
  numbers: { ipProtocol: 58n },
  // Errors quote the packet that they are about.
  carries: { space: 'ip' },
  checksum: { field: 'checksum', covers: 'payload', pseudoHeader: true },
};
