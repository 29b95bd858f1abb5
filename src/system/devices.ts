import { formatMac } from '../compile/fields.js';
import { type NativeLink, native } from '../native/index.js';
import { defaultRouteInterfaces } from './routes.js';

/** An interface as `pktgen devices` shows it. */
export interface Device {
  readonly name: string;
  readonly driver: string | null;
  readonly state: 'up' | 'down' | 'no carrier';
  /** What the driver reports; null when it reports nothing. */
  readonly speedMbps: number | null;
  readonly mtuBytes: number;
  readonly txQueues: number;
  readonly rxQueues: number;
  readonly mac: string;
  readonly ipv4: string | null;
  /** What the driver offers; null when the kernel does not tell (before Linux 6.3). */
  readonly xdp: readonly XdpFeature[] | null;
  readonly carriesDefaultRoute: boolean;
  readonly engines: readonly EngineFit[];
}

export interface EngineFit {
  readonly engine: string;
  readonly usable: boolean;
  /** Why not. */
  readonly reason: string | null;
}

/** enum netdev_xdp_act of linux/netdev.h, by bit. */
const XDP_FEATURES = [
  'native',
  'redirect',
  'ndo-xmit',
  'zero-copy',
  'hw-offload',
  'rx-multi-buffer',
  'ndo-xmit-multi-buffer',
] as const;
export type XdpFeature = (typeof XDP_FEATURES)[number];

/** Every interface of the host, in the kernel's order, with the engines that can run on it. */
export function listDevices(): Device[] {
  const network = new (native().Network)(false);
  const withDefaultRoute = defaultRouteInterfaces(network);
  return network.links().map((link) => ({
    name: link.name,
    driver: link.driver || null,
    state: stateOf(link),
    speedMbps: link.speedMbps,
    mtuBytes: link.mtuBytes,
    txQueues: link.txQueues,
    rxQueues: link.rxQueues,
    mac: formatMac(link.mac),
    ipv4: link.ipv4 || null,
    xdp: xdpOf(link),
    carriesDefaultRoute: withDefaultRoute.has(link.index),
    engines: native()
      .engines()
      .filter((engine) => engine.needsDevice)
      .map(({ name }) => {
        const refusal = network.probe(name, link.name);
        return { engine: name, usable: refusal === null, reason: refusal?.reason ?? null };
      }),
  }));
}

function stateOf(link: NativeLink): Device['state'] {
  if (!link.up) return 'down';
  return link.carrier ? 'up' : 'no carrier';
}

function xdpOf(link: NativeLink): XdpFeature[] | null {
  const { xdpFeatures } = link;
  if (xdpFeatures === null) return null;
  return XDP_FEATURES.filter((_, bit) => (xdpFeatures >> BigInt(bit)) & 1n);
}
