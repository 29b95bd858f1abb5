import type { Layers } from '../../support/compiled.js';
import type { Random } from './random.js';

type Layer = Layers[number];

const CHECKED = ['ipv4', 'udp', 'tcp', 'icmp', 'icmpv6', 'sctp', 'igmp'];
const DEEPEST_TUNNEL = 2;

/** Headers that stand on each other in some network, from Ethernet up. */
export function stackOf(random: Random): Layer[] {
  return [...frame(random, 0)].map((layer) => spoiled(random, layer));
}

function frame(random: Random, depth: number): Layer[] {
  const tags = Array<Layer>(random.whole(0, 2)).fill('vlan');
  const labels = random.whole(0, 3) === 0 ? Array<Layer>(random.whole(1, 3)).fill('mpls') : [];
  if (random.whole(0, 12) === 0) return [ethernet(random), ...tags, 'arp'];
  if (random.whole(0, 20) === 0) return [ethernet(random), ...tags];
  return [ethernet(random), ...tags, ...labels, ...packet(random, depth)];
}

/** With a destination: no header above suggests one that depends on a value. */
function ethernet(random: Random): Layer {
  return [
    'ethernet',
    { dst: '02:00:00:00:00:00', src: random.whole(0, 1) === 0 ? '02:ff:ff:ff:ff:ff' : '02:00:00:00:00:01' },
  ];
}

function packet(random: Random, depth: number): Layer[] {
  const six = random.whole(0, 1) === 1;
  const network: Layer[] = six ? ['ipv6', ...extensions(random)] : ['ipv4'];
  if (depth < DEEPEST_TUNNEL && random.whole(0, 2) === 0) return [...network, ...tunnel(random, depth + 1)];
  return [...network, ...pick(random, transports(six))];
}

function extensions(random: Random): Layer[] {
  const segments = ['2001:2::a', '2001:2::b', '2001:2::c'].slice(0, random.whole(1, 3));
  const found: Layer[] = [];
  if (random.whole(0, 5) === 0) found.push('ipv6-hop-by-hop');
  if (random.whole(0, 3) === 0) found.push(['ipv6-routing', { segments }]);
  return found;
}

function tunnel(random: Random, depth: number): Layer[] {
  const gre: Layer = ['gre', random.whole(0, 1) === 0 ? {} : { checksum: 'good', key: 0xffff_ffff }];
  return pick<() => Layer[]>(random, [
    () => ['udp', 'vxlan', ...frame(random, depth)],
    () => ['udp', 'geneve', ...pick(random, [frame, packet])(random, depth)],
    () => ['udp', 'gtpu', ...packet(random, depth)],
    () => [gre, ...pick(random, [frame, packet])(random, depth)],
    () => [gre, 'mpls', ...packet(random, depth)],
    () => packet(random, depth),
  ])();
}

function transports(six: boolean): Layer[][] {
  const both: Layer[][] = [
    ['udp'],
    ['udp', 'rtp'],
    ['udp', 'ntp'],
    ['udp', 'dns'],
    ['tcp'],
    [['tcp', { options: { mss: 1460 } }]],
    ['sctp', 'sctp-data'],
    ['sctp', 'sctp-init'],
    [],
  ];
  return six
    ? [...both, ['icmpv6'], ['icmpv6', 'icmpv6-neighbour-solicitation'], ['ipv6-fragment', 'udp']]
    : [...both, ['icmp'], ['igmp']];
}

/** Now and then a checksum that is wrong, or that somebody chose. */
function spoiled(random: Random, layer: Layer): Layer {
  if (typeof layer !== 'string' || !CHECKED.includes(layer) || random.whole(0, 9) > 0) return layer;
  return [layer, { checksum: random.whole(0, 1) === 0 ? 'bad' : 0x1234 }];
}

function pick<T>(random: Random, from: readonly T[]): T {
  const picked = from[random.whole(0, from.length - 1)];
  if (picked === undefined) throw new Error('nothing to pick from');
  return picked;
}
