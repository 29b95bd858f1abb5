import { type Protocol, uint } from './protocol.js';

export const protocol: Protocol = {
  name: 'vlan',
  title: 'VLAN tag',
  reference: 'IEEE 802.1Q clause 9.6',
  fields: [uint('pcp', 3), uint('dei', 1), uint('id', 12, 1n), uint('type', 16, 0x88b5n)],
  lower: 'ethernet',
  // A tag around another one is a service tag: IEEE 802.1Q clause 9.5, first in 802.1ad.
  numbers: { etherType: (upper) => (upper === 'vlan' ? 0x88a8n : 0x8100n) },
  carries: { space: 'etherType', field: 'type' },
};
