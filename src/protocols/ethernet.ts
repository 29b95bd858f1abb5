import { mac, type Protocol, uint } from './protocol.js';

export const protocol: Protocol = {
  name: 'ethernet',
  title: 'Ethernet II',
  reference: 'IEEE 802.3 clause 3.2',
  fields: [
    mac('dst', 0x020000000000n),
    mac('src', 0x020000000001n),
    // What stands here when nothing above claims it: local experimental, IEEE 802 clause 9.2.3.
    uint('type', 16, 0x88b5n),
  ],
  // Transparent Ethernet bridging (RFC 1701), and Ethernet in IP (RFC 8986 section 10.1).
  numbers: { etherType: 0x6558n, ipProtocol: 143n, frame: 0n },
  carries: { space: 'etherType', field: 'type' },
};
