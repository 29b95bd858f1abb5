import { type Protocol, uint } from './protocol.js';

const TYPES = {
  echoReply: 0n,
  destinationUnreachable: 3n,
  redirect: 5n,
  echoRequest: 8n,
  timeExceeded: 11n,
  parameterProblem: 12n,
  timestampRequest: 13n,
  timestampReply: 14n,
};

export const protocol: Protocol = {
  name: 'icmp',
  title: 'Internet Control Message Protocol',
  reference: 'RFC 792',
  fields: [
    uint('type', 8, TYPES.echoRequest, { names: TYPES }),
    uint('code', 8),
    uint('checksum', 16),
    uint('id', 16),
    uint('sequence', 16),
  ],
  lower: 'ipv4',
  numbers: { ipProtocol: 1n },
  // Errors quote the packet that they are about.
  carries: { space: 'ip' },
  checksum: { field: 'checksum', covers: 'payload' },
};
