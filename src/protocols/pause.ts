import { type Protocol, uint } from './protocol.js';

export const protocol: Protocol = {
  name: 'pause',
  title: 'MAC control: pause',
  reference: 'IEEE 802.3 annex 31B',
  // Quanta are 512 bit times each.
  fields: [uint('opcode', 16, 1n), uint('quanta', 16, 0xffffn)],
  lower: 'ethernet',
  numbers: { etherType: 0x8808n },
  endsFrame: true,
  suggests: { ethernet: { dst: '01:80:c2:00:00:01' } },
};
