import { type Protocol, uint } from './protocol.js';

export const protocol: Protocol = {
  name: 'sctp',
  title: 'Stream Control Transmission Protocol',
  reference: 'RFC 9260 section 3.1',
  fields: [
    uint('srcPort', 16, 9n),
    uint('dstPort', 16, 9n),
    // 0 belongs to INIT, and to nothing else: RFC 9260 section 8.5.1.
    uint('verificationTag', 32),
    uint('checksum', 32),
  ],
  lower: 'ipv4',
  upper: 'sctp-init',
  numbers: { ipProtocol: 132n },
  // A chunk says itself what it is.
  carries: { space: 'sctpChunk' },
  checksum: { field: 'checksum', algorithm: 'crc32c', covers: 'payload' },
};
