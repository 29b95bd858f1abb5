import { auto, type Protocol, uint } from './protocol.js';

export const protocol: Protocol = {
  name: 'udp',
  title: 'User Datagram Protocol',
  reference: 'RFC 768',
  fields: [
    uint('srcPort', 16, 9n),
    uint('dstPort', 16, 9n),
    auto('length', 16, ({ headerBytes, payloadBytes }) => BigInt(headerBytes + payloadBytes)),
    uint('checksum', 16),
  ],
  lower: 'ipv4',
  numbers: { ipProtocol: 17n },
  carries: { space: 'udpPort', field: 'dstPort' },
  checksum: { field: 'checksum', covers: 'payload', pseudoHeader: true, zeroIsOnes: true },
};
