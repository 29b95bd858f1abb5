import { tcpOptions } from './encode/tcp-options.js';
import { auto, bytes, type Protocol, uint } from './protocol.js';

const FLAGS = { fin: 1n, syn: 2n, rst: 4n, psh: 8n, ack: 0x10n, urg: 0x20n, ece: 0x40n, cwr: 0x80n };

export const protocol: Protocol = {
  name: 'tcp',
  title: 'Transmission Control Protocol',
  reference: 'RFC 9293 section 3.1',
  fields: [
    uint('srcPort', 16, 9n),
    uint('dstPort', 16, 9n),
    uint('seq', 32),
    uint('ack', 32),
    auto('dataOffset', 4, ({ headerBytes }) => BigInt(headerBytes / 4)),
    uint('reserved', 4),
    uint('flags', 8, FLAGS.syn, { names: FLAGS, flags: true }),
    uint('window', 16, 0xffffn),
    uint('checksum', 16),
    uint('urgentPointer', 16),
    bytes('options', tcpOptions),
  ],
  lower: 'ipv4',
  numbers: { ipProtocol: 6n },
  carries: { space: 'tcpPort', field: 'dstPort' },
  checksum: { field: 'checksum', covers: 'payload', pseudoHeader: true },
};
