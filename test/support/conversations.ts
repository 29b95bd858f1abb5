import type { Payload } from '#src/model/traffic.js';
import { compileFrame, headersOf, type Layers } from './compiled.js';

const A = '10.1.2.3';
const B = '192.0.2.9';
const A6 = '2001:db8::a:1';
const B6 = '2001:db8:1::b:ffff:fff0';
const DATA: Payload = { kind: 'bytes', hex: '00112233445566778899aabbccddeeff01' };

const ether = (src: string, dst: string): Layers[number] => ['ethernet', { src, dst }];
const CLIENT = ether('02:00:00:00:00:0a', '02:00:00:00:00:0b');
const SERVER = ether('02:00:00:00:00:0b', '02:00:00:00:00:0a');

const LAYERS: readonly Layers[] = [
  [CLIENT, ['ipv4', { src: A, dst: B }], ['tcp', { srcPort: 40000, dstPort: 80 }]],
  [SERVER, ['ipv4', { src: B, dst: A }], ['tcp', { srcPort: 80, dstPort: 40000, flags: 'syn|ack' }]],
  [CLIENT, ['vlan', { id: 7 }], ['ipv4', { src: A, dst: B }], ['udp', { srcPort: 5000, dstPort: 6000 }]],
  [SERVER, ['vlan', { id: 7 }], ['ipv4', { src: B, dst: A }], ['udp', { srcPort: 6000, dstPort: 5000 }]],
  [CLIENT, ['ipv6', { src: A6, dst: B6 }], ['udp', { srcPort: 5000, dstPort: 6000 }]],
  [SERVER, ['ipv6', { src: B6, dst: A6 }], ['udp', { srcPort: 6000, dstPort: 5000 }]],
  [CLIENT, ['ipv6', { src: A6, dst: B6 }], 'ipv6-hop-by-hop', ['tcp', { srcPort: 1, dstPort: 2 }]],
  [CLIENT, ['ipv6', { src: A6, dst: B6 }], 'icmpv6'],
  [CLIENT, ['ipv4', { src: A, dst: B }], ['udp', { srcPort: 7, dstPort: 8, checksum: 0 }]],
  [CLIENT, ['ipv4', { src: A, dst: B }], 'icmp'],
  [CLIENT, ['ipv4', { src: A, dst: '224.0.0.251' }], ['udp', { srcPort: 5353, dstPort: 5353 }]],
  [CLIENT, 'vlan', 'vlan', ['ipv4', { src: A, dst: B }], ['udp', { srcPort: 9, dstPort: 10 }]],
];

/** Frames whose addresses count in checksums in every way there is; all checksums are right. */
export async function conversations(): Promise<Uint8Array[]> {
  return Promise.all(LAYERS.map((layers) => compileFrame(headersOf(layers), DATA)));
}

/** Positions in conversations(): those that are the answer to the one before. */
export const ANSWERS = [1, 3, 5];
/** The one without a checksum. */
export const UNCHECKED = 8;

/** A request, and an address of nobody in particular to everybody: nothing in them belongs to a host. */
export async function hostless(): Promise<Uint8Array[]> {
  const everybody: Layers = [
    ether('02:00:00:00:00:0a', 'ff:ff:ff:ff:ff:ff'),
    ['ipv4', { src: '0.0.0.0', dst: '255.255.255.255' }],
    ['udp', { srcPort: 68, dstPort: 67 }],
  ];
  return [await compileFrame(headersOf([CLIENT, 'arp'])), await compileFrame(headersOf(everybody), DATA)];
}

/** A datagram in two fragments: only the first has the UDP header. */
export async function fragments(): Promise<Uint8Array[]> {
  const ip = (fields: object): Layers[number] => ['ipv4', { src: A, dst: B, id: 99, ...fields }];
  const whole = await compileFrame(headersOf([CLIENT, ip({}), ['udp', { srcPort: 11, dstPort: 12 }]]), {
    kind: 'counter',
    lengthBytes: 92,
  });
  const data = whole.subarray(34, 134);
  const part = (from: number, to: number) =>
    ({ kind: 'bytes', hex: Buffer.from(data.subarray(from, to)).toString('hex') }) as const;
  return [
    await compileFrame(headersOf([CLIENT, ip({ flags: 1, fragmentOffset: 0, protocol: 17 })]), part(0, 48)),
    await compileFrame(headersOf([CLIENT, ip({ flags: 0, fragmentOffset: 6, protocol: 17 })]), part(48, 100)),
  ];
}
