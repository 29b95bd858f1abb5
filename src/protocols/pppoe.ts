import { auto, type Protocol, uint } from './protocol.js';

/** What the length does not count: it begins behind itself. */
const PPPOE_BYTES = 6;

export const protocol: Protocol = {
  name: 'pppoe',
  title: 'PPP over Ethernet, session stage',
  reference: 'RFC 2516 section 4, RFC 1661 section 2',
  fields: [
    uint('version', 4, 1n),
    uint('type', 4, 1n),
    uint('code', 8),
    uint('sessionId', 16, 1n),
    auto('length', 16, ({ headerBytes, payloadBytes }) => BigInt(headerBytes - PPPOE_BYTES + payloadBytes)),
    // What stands here when nothing above claims it: padding, which receivers discard (RFC 1661 section 2).
    uint('pppProtocol', 16, 0x0001n),
  ],
  lower: 'ethernet',
  numbers: { etherType: 0x8864n },
  carries: { space: 'ppp', field: 'pppProtocol' },
};
