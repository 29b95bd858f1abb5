import { auto, type Field, optional, type Protocol, uint } from './protocol.js';

export const protocol: Protocol = {
  name: 'gre',
  title: 'Generic Routing Encapsulation',
  reference: 'RFC 2784 section 2, RFC 2890 section 2',
  fields: [
    present('checksumPresent', 'checksum'),
    uint('reserved', 1),
    present('keyPresent', 'key'),
    present('sequencePresent', 'sequence'),
    uint('reserved0', 9),
    uint('version', 3),
    uint('protocol', 16, 0x88b5n),
    // "good" asks for one that is computed.
    optional('checksum', 16),
    optional('reserved1', 16, 'checksum'),
    optional('key', 32),
    optional('sequence', 32),
  ],
  lower: 'ipv4',
  // In UDP: RFC 8086.
  numbers: { ipProtocol: 47n, udpPort: 4754n },
  carries: { space: 'etherType', field: 'protocol' },
  checksum: { field: 'checksum', covers: 'payload' },
};

function present(name: string, field: string): Field {
  return auto(name, 1, ({ bytesOf }) => (bytesOf(field) > 0 ? 1n : 0n));
}
