import { type Protocol, uint } from './protocol.js';

export const protocol: Protocol = {
  name: 'vxlan',
  title: 'Virtual eXtensible LAN',
  reference: 'RFC 7348 section 5',
  fields: [uint('flags', 8, 0x08n), uint('reserved', 24), uint('vni', 24, 1n), uint('reserved2', 8)],
  lower: 'udp',
  upper: 'ethernet',
  numbers: { udpPort: 4789n },
  carries: { space: 'frame' },
  // A dynamic port, as RFC 7348 section 5 recommends.
  suggests: { udp: { srcPort: 49152 } },
};
