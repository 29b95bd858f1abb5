import { formatMac } from '../compile/fields.js';
import { HostError, UsageError } from '../errors.js';
import { type NativeEngineInfo, type NativeLink, type NativeNetwork, native } from '../native/index.js';
import { didYouMean } from '../suggest.js';
import { LAB, LAB_QUEUES } from '../system/lab.js';
import { notPermitted } from '../system/permissions.js';
import { defaultRouteInterfaces } from '../system/routes.js';
import { ETHERNET_HEADER_BYTES, FCS_BYTES } from '../units.js';

/** Where frames go. */
export type Target =
  | { readonly kind: 'interface'; readonly name: string }
  | { readonly kind: 'lab'; readonly name: string; readonly farEnd: string; readonly queues: number }
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
  /** Send on the interface that carries the default route, too. */
  readonly force?: boolean;
}

/** What the target has to be good for. */
interface Purpose {
  readonly engine: NativeEngineInfo;
  readonly workers: number;
}

/** A target, checked against this host. */
export interface ResolvedTarget {
  target: Target;
  source: { mac: string; ipv4: string };
  linkSpeedMbps: number | null;
  /** null where it follows the frames. */
  mtuBytes: number | null;
  notes: string[];
}

/** veth reports 10 Gbit/s whatever it does; as a yardstick it is the project's own. */
const LAB_SPEED_MBPS = 10_000;

/** @throws UsageError, HostError, NotPermittedError. */
export function resolveTarget(options: TargetOptions, purpose: Purpose): ResolvedTarget {
  requireOneTarget(options, purpose.engine);
  const queues = Math.max(LAB_QUEUES, purpose.workers);
  if (options.iface !== undefined) return resolveInterface(options.iface, purpose, options.force ?? false);
  if (options.lab) {
    return privateTarget({ kind: 'lab', name: LAB.near, farEnd: LAB.far, queues }, LAB.nearMac);
  }
  if (options.labSink) return privateTarget({ kind: 'lab-sink', name: LAB.sink, queues }, LAB.sinkMac);
  return { ...privateTarget({ kind: 'none' }, LAB.nearMac), linkSpeedMbps: null };
}

function privateTarget(target: Target, mac: string): ResolvedTarget {
  return { target, source: { mac, ipv4: '' }, linkSpeedMbps: LAB_SPEED_MBPS, mtuBytes: null, notes: [] };
}

function resolveInterface(name: string, purpose: Purpose, force: boolean): ResolvedTarget {
  const network = new (native().Network)(false);
  const link = network.link(name);
  if (!link) throw noSuchInterface(name, network.links());
  requireUsable(link, network, purpose);
  if (!force && defaultRouteInterfaces(network).has(link.index)) {
    throw new UsageError(
      `--iface ${name}: it carries the default route of this host, and a flood of frames would cut it off; add --force if that is what you want`,
    );
  }
  return {
    target: { kind: 'interface', name },
    source: { mac: formatMac(link.mac), ipv4: link.ipv4 },
    linkSpeedMbps: link.speedMbps,
    mtuBytes: link.mtuBytes,
    notes: notesOn(link, purpose.workers),
  };
}

function requireUsable(link: NativeLink, network: NativeNetwork, { engine }: Purpose): void {
  const { name } = link;
  if (!link.up) {
    throw new HostError(
      'IFACE_DOWN',
      `--iface ${name}: the interface is down; bring it up with: ip link set ${name} up`,
    );
  }
  const refusal = network.probe(engine.name, name);
  if (refusal?.code === 'EPERM') throw notPermitted(`engine ${engine.name} on ${name}`, 'CAP_NET_RAW');
  if (refusal) {
    throw new HostError(
      refusal.code,
      `--iface ${name}: engine ${engine.name} cannot run there: ${refusal.reason}`,
    );
  }
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

function notesOn(link: NativeLink, workers: number): string[] {
  const notes: string[] = [];
  if (!link.carrier) notes.push(`${link.name} has no carrier: nothing may leave it`);
  if (workers > link.txQueues) {
    notes.push(
      `${workers} workers share the ${link.txQueues} transmit queue${link.txQueues === 1 ? '' : 's'} of ${link.name} and will wait for its lock: together they can be slower than ${link.txQueues}`,
    );
  }
  return notes;
}

function requireOneTarget(options: TargetOptions, engine: NativeEngineInfo): void {
  const asked = [
    options.iface !== undefined && '--iface',
    options.lab && '--lab',
    options.labSink && '--lab-sink',
  ].filter((flag) => typeof flag === 'string');
  if (asked.length > 1)
    throw new UsageError(`${asked.join(' and ')} exclude each other: frames go to one place`);
  if (asked.length === 0 && engine.needsDevice) {
    throw new UsageError(
      'where to? name an interface with --iface NAME (pktgen devices lists them), or use --lab',
    );
  }
  if (asked.length === 1 && !engine.needsDevice) {
    throw new UsageError(`--engine ${engine.name} sends nothing: leave ${asked[0]} out`);
  }
}
