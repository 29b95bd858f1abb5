import { auto, type Protocol, uint } from './protocol.js';

export const protocol: Protocol = {
  name: 'mpls',
  title: 'MPLS label',
  reference: 'RFC 3032 section 2.1',
  fields: [
    // The first that nobody reserved.
    uint('label', 20, 16n),
    uint('tc', 3),
    auto('bottomOfStack', 1, ({ upper }) => (upper === 'mpls' ? 0n : 1n)),
    uint('ttl', 8, 64n),
  ],
  lower: 'ethernet',
  // In Ethernet, in IP (RFC 4023), in PPP, in UDP (RFC 7510).
  numbers: { etherType: 0x8847n, ipProtocol: 137n, ppp: 0x0281n, udpPort: 6635n },
  // Only the label tells what is above; it is one of those that stand in Ethernet.
  carries: { space: 'etherType' },
};
