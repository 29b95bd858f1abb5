import { type Protocol, uint } from './protocol.js';

export const protocol: Protocol = {
  name: 'ethernet',
  reference: 'IEEE 802.3 clause 3.2',
  fields: [
    { name: 'dst', bits: 48, kind: 'mac', fallback: 0x020000000000n },
    { name: 'src', bits: 48, kind: 'mac', fallback: 0n },
    // What stands here when nothing above claims it: local experimental, IEEE 802 clause 9.2.3.
    uint('type', 16, 0x88b5n),
  ],
  carriedBy: {},
};
