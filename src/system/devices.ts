import { formatMac } from '../compile/fields.js';
import { type NativeLink, type NativeNetwork, native } from '../native/index.js';
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
  /** `--engine auto` takes the highest that can send; 0: never. */
  readonly rank: number;
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
    engines: enginesOn(network, link.name),
  }));
}

/** The fastest by rule first. */
function enginesOn(network: NativeNetwork, name: string): EngineFit[] {
  return native()
    .engines()
    .filter((engine) => engine.needsDevice)
    .map((engine) => {
      const { refusal, rank } = network.probe(engine.name, name);
      return { engine: engine.name, usable: refusal === null, reason: refusal?.reason ?? null, rank };
    })
    .sort((a, b) => b.rank - a.rank || a.engine.localeCompare(b.engine));
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
