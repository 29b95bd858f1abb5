import { type Protocol, uint } from './protocol.js';

export const protocol: Protocol = {
  name: 'ipv6-fragment',
  title: 'IPv6 fragment',
  reference: 'RFC 8200 section 4.5',
  fields: [
    uint('nextHeader', 8, 253n),
    uint('reserved', 8),
    uint('fragmentOffset', 13),
    uint('reserved2', 2),
    uint('moreFragments', 1),
    uint('id', 32),
  ],
  lower: 'ipv6',
  numbers: { ipProtocol: 44n },
  carries: { space: 'ipProtocol', field: 'nextHeader' },
};
