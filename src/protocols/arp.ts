import { ipv4, mac, type Protocol, uint } from './protocol.js';

export const protocol: Protocol = {
  name: 'arp',
  title: 'Address Resolution Protocol',
  reference: 'RFC 826',
  fields: [
    uint('hardwareType', 16, 1n),
    uint('protocolType', 16, 0x0800n),
    uint('hardwareLength', 8, 6n),
    uint('protocolLength', 8, 4n),
    uint('operation', 16, 1n, { names: { request: 1n, reply: 2n } }),
    mac('senderMac', 0x020000000001n),
    ipv4('senderIp', 0xc6120001n),
    mac('targetMac'),
    ipv4('targetIp', 0xc6130001n),
  ],
  lower: 'ethernet',
  numbers: { etherType: 0x0806n },
  endsFrame: true,
  suggests: { ethernet: { dst: 'ff:ff:ff:ff:ff:ff' } },
};
