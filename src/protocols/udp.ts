import { type Protocol, uint } from './protocol.js';

export const protocol: Protocol = {
  name: 'udp',
  reference: 'RFC 768',
  fields: [
    uint('srcPort', 16, 9n),
    uint('dstPort', 16, 9n),
    uint('length', 16, 0n, ({ headerBytes, payloadBytes }) => BigInt(headerBytes + payloadBytes)),
    uint('checksum', 16),
  ],
  carriedBy: { ipv4: { field: 'protocol', value: 17n } },
  checksum: { field: 'checksum', covers: 'payload', zeroIsOnes: true },
};
