import { type Protocol, uint } from './protocol.js';

const CLASSES = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const NAMES = Object.fromEntries(CLASSES.map((number) => [`class${number}`, 1n << BigInt(number)]));

export const protocol: Protocol = {
  name: 'pfc',
  title: 'MAC control: priority-based flow control',
  reference: 'IEEE 802.1Q clause 36, IEEE 802.3 annex 31D',
  fields: [
    uint('opcode', 16, 0x0101n),
    // It alone says which quanta count: "class3|class4".
    uint('classEnable', 16, 0xffn, { names: NAMES, flags: true }),
    ...CLASSES.map((number) => uint(`quanta${number}`, 16, 0xffffn)),
  ],
  lower: 'ethernet',
  numbers: { etherType: 0x8808n },
  endsFrame: true,
  suggests: { ethernet: { dst: '01:80:c2:00:00:01' } },
};
