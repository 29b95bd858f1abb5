import { ipv6Options } from './encode/ipv6-options.js';
import { auto, bytes, type Protocol, uint } from './protocol.js';

export const protocol: Protocol = {
  name: 'ipv6-hop-by-hop',
  title: 'IPv6 hop-by-hop options',
  reference: 'RFC 8200 section 4.3',
  fields: [
    uint('nextHeader', 8, 253n),
    auto('headerLength', 8, ({ headerBytes }) => BigInt(headerBytes / 8 - 1)),
    bytes('options', ipv6Options),
  ],
  lower: 'ipv6',
  numbers: { ipProtocol: 0n },
  carries: { space: 'ipProtocol', field: 'nextHeader' },
};
