import { formatMac } from '../compile/fields.js';
import { HostError, UsageError } from '../errors.js';
import { type NativeEngineInfo, type NativeLink, type NativeNetwork, native } from '../native/index.js';
import { didYouMean } from '../suggest.js';
import { FAR_END, type FarEndDoes, LAB, LAB_QUEUES } from '../system/lab.js';
import { defaultRouteInterfaces } from '../system/routes.js';
import { type DevicePlace, readDevicePlace } from '../system/topology.js';
import { ETHERNET_HEADER_BYTES, FCS_BYTES } from '../units.js';

/** Where frames go. */
export type Target =
  | { readonly kind: 'interface'; readonly name: string }
  | {
      readonly kind: 'lab';
      readonly name: string;
      readonly farEnd: string;
      readonly farEndDoes: FarEndDoes;
      readonly queues: number;
    }
  | { readonly kind: 'lab-sink'; readonly name: string; readonly queues: number }
  | { readonly kind: 'none' };

/** What was asked about the target: exactly one of the first three, or none for an engine without a device. */
export interface TargetOptions {
  /** An interface of this host. */
  readonly iface?: string;
  /** A private pair of interfaces, gone with the process. */
  readonly lab?: boolean;
  /** A private interface that drops everything at once. */
  readonly labSink?: boolean;
  /** What becomes of frames at the far end of the lab. Default: what suits the engine. */
  readonly farEnd?: FarEndDoes;
  /** Send on the interface that carries the default route, too. */
  readonly force?: boolean;
}

/** A target, checked against this host. */
export interface ResolvedTarget {
  target: Target;
  source: { mac: string; ipv4: string };
  linkSpeedMbps: number | null;
  /** Empty where the kernel names none. */
  driver: string;
  /** As it was asked for, such as "--iface eth1". */
  flag: string;
  /** null where it is private: then it has a queue for every worker, and no place. */
  device: DevicePlace | null;
  /** null where it follows the frames. */
  mtuBytes: number | null;
  notes: string[];
}

/** veth reports 10 Gbit/s whatever it does; as a yardstick it is the project's own. */
const LAB_SPEED_MBPS = 10_000;

/** @throws UsageError, HostError. */
export function resolveTarget(
  options: TargetOptions,
  engines: readonly NativeEngineInfo[],
  { mayBeDown = false } = {},
): ResolvedTarget {
  requireOneTarget(options, engines);
  requireFarEnd(options);
  if (options.iface !== undefined) return resolveInterface(options.iface, options.force ?? false, mayBeDown);
  const queues = LAB_QUEUES;
  if (options.lab) {
    const farEndDoes = options.farEnd ?? 'stack';
    const target = { kind: 'lab', name: LAB.near, farEnd: LAB.far, farEndDoes, queues } as const;
    return privateTarget(target, LAB.nearMac, '--lab');
  }
  if (options.labSink) {
    return privateTarget({ kind: 'lab-sink', name: LAB.sink, queues }, LAB.sinkMac, '--lab-sink');
  }
  return { ...privateTarget({ kind: 'none' }, LAB.nearMac, 'no device'), linkSpeedMbps: null };
}

function privateTarget(target: Target, mac: string, flag: string): ResolvedTarget {
  return {
    target,
    source: { mac, ipv4: '' },
    linkSpeedMbps: LAB_SPEED_MBPS,
    driver: '',
    flag,
    device: null,
    mtuBytes: null,
    notes: [],
  };
}

function resolveInterface(name: string, force: boolean, mayBeDown: boolean): ResolvedTarget {
  const network = new (native().Network)(false);
  try {
    return describeInterface(network, name, force, mayBeDown);
  } finally {
    network.close();
  }
}

function describeInterface(
  network: NativeNetwork,
  name: string,
  force: boolean,
  mayBeDown: boolean,
): ResolvedTarget {
  const link = network.link(name);
  if (!link) throw noSuchInterface(name, network.links());
  if (!link.up && !mayBeDown) {
    throw new HostError(
      'IFACE_DOWN',
      `--iface ${name}: the interface is down; bring it up with: ip link set ${name} up`,
    );
  }
  if (!force && defaultRouteInterfaces(network).has(link.index)) {
    throw new UsageError(
      `--iface ${name}: it carries the default route of this host, and a flood of frames would cut it off; add --force if that is what you want`,
    );
  }
  return {
    target: { kind: 'interface', name },
    source: { mac: formatMac(link.mac), ipv4: link.ipv4 },
    linkSpeedMbps: link.speedMbps,
    driver: link.driver,
    flag: `--iface ${name}`,
    device: readDevicePlace(link),
    mtuBytes: link.mtuBytes,
    notes: link.carrier ? [] : [`${name} has no carrier: nothing may leave it`],
  };
}

function noSuchInterface(name: string, links: readonly NativeLink[]): HostError {
  const names = links.map((link) => link.name);
  return new HostError('NO_IFACE', `--iface ${name}: no such interface; ${didYouMean(name, names)}`);
}

/** The MTU limits what follows the Ethernet header; the FCS is the hardware's. */
export function requireFit({ target, mtuBytes }: ResolvedTarget, sizeBytes: number, what: string): void {
  const largest = (mtuBytes ?? Number.POSITIVE_INFINITY) + ETHERNET_HEADER_BYTES + FCS_BYTES;
  if (sizeBytes <= largest || target.kind === 'none') return;
  throw new HostError(
    'OVER_MTU',
    `${what}${sizeBytes}: the MTU of ${target.name} is ${mtuBytes}, which allows frames of up to ${largest} bytes (14 of header, 4 of FCS)`,
  );
}

/** The kernel takes no frame without an Ethernet header. */
export function requireHeader({ target }: ResolvedTarget, sizeBytes: number): void {
  const frameBytes = sizeBytes - FCS_BYTES;
  if (frameBytes >= ETHERNET_HEADER_BYTES || target.kind === 'none') return;
  throw new UsageError(
    `a frame of ${frameBytes} bytes: no Ethernet device takes less than the ${ETHERNET_HEADER_BYTES} of a header; --to FILE writes it to a capture`,
  );
}

function requireOneTarget(options: TargetOptions, engines: readonly NativeEngineInfo[]): void {
  const asked = [
    options.iface !== undefined && '--iface',
    options.lab && '--lab',
    options.labSink && '--lab-sink',
  ].filter((flag) => typeof flag === 'string');
  if (asked.length > 1)
    throw new UsageError(`${asked.join(' and ')} exclude each other: frames go to one place`);
  const needsDevice = engines.some((engine) => engine.needsDevice);
  if (asked.length === 0 && needsDevice) {
    throw new UsageError(
      'where to? name an interface with --iface NAME (pktgen devices lists them), or use --lab',
    );
  }
  if (asked.length === 1 && !needsDevice) {
    throw new UsageError(`--engine ${engines[0]?.name} sends nothing: leave ${asked[0]} out`);
  }
}

function requireFarEnd({ farEnd, lab }: TargetOptions): void {
  if (farEnd === undefined) return;
  if (!FAR_END.includes(farEnd))
    throw new UsageError(`--far-end ${farEnd}: expected ${FAR_END.join(' or ')}`);
  if (!lab)
    throw new UsageError(`--far-end ${farEnd}: only the lab has a far end of ours; it goes with --lab`);
}
