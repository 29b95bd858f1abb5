import { closestMatch } from 'leven';
import { formatMac } from '../compile/fields.js';
import { compile } from '../compile/program.js';
import { HostError, UsageError } from '../errors.js';
import { defaultTraffic, type TrafficModel, type UdpStreamOptions } from '../model/traffic.js';
import { type NativeEngineInfo, type NativeEngineOption, type NativeLink, native } from '../native/index.js';
import { allowedCpus, chooseCpus, requireCpus } from '../system/cpus.js';
import { LAB, LAB_QUEUES } from '../system/lab.js';
import { notPermitted } from '../system/permissions.js';
import { defaultRouteInterfaces } from '../system/routes.js';
import { ETHERNET_HEADER_BYTES, FCS_BYTES, MAX_SIZE_BYTES, MIN_SIZE_BYTES } from '../units.js';

/** What a caller may ask for. Everything has a default but the place to send to. */
export interface RunOptions extends UdpStreamOptions {
  /** An interface of this host. */
  readonly iface?: string;
  /** A private pair of interfaces, gone with the process. */
  readonly lab?: boolean;
  /** A private interface that drops everything at once. */
  readonly labSink?: boolean;
  /** On the wire, FCS included; 64 to 9022. Default 64. */
  readonly sizeBytes?: number;
  /** Default tx-ring. */
  readonly engine?: string;
  /** Options of that engine, as `engines()` lists them. */
  readonly engineOptions?: Readonly<Record<string, boolean | number>>;
  /** One worker on each. Default: one worker; in a lab one per queue, which is two. */
  readonly cpus?: readonly number[];
  /** Frames over all workers together. */
  readonly countPackets?: number;
  readonly durationNs?: number;
  /** Frames per system call. Default 64. */
  readonly batch?: number;
  /** Send on the interface that carries the default route, too. */
  readonly force?: boolean;
}

export type Target =
  | { readonly kind: 'interface'; readonly name: string }
  | { readonly kind: 'lab'; readonly name: string; readonly farEnd: string; readonly queues: number }
  | { readonly kind: 'lab-sink'; readonly name: string; readonly queues: number }
  | { readonly kind: 'none' };

/** A run with every default resolved. Plain data: it can be stored, sent and run elsewhere. */
export interface RunPlan {
  readonly target: Target;
  /** What the device reports, for comparison with the line rate; null when it reports nothing. */
  readonly linkSpeedMbps: number | null;
  readonly engine: { readonly name: string; readonly options: Readonly<Record<string, boolean | number>> };
  readonly batch: number;
  readonly workers: readonly WorkerPlan[];
  readonly countPackets: number | null;
  readonly durationNs: number | null;
  readonly traffic: TrafficModel;
  /** The bytes that will be sent, without FCS, in hex. */
  readonly frameHex: string;
  /** On the wire, FCS included. */
  readonly sizeBytes: number;
  /** What a reader of the result should know. */
  readonly notes: readonly string[];
}

export interface WorkerPlan {
  readonly cpu: number;
  readonly countPackets: number | null;
}

export const DEFAULTS = { sizeBytes: 64, engine: 'tx-ring', batch: 64, workers: 1 } as const;
export const LIMITS = { batch: 65536 } as const;

/** The engines of this build and their options, as they describe themselves. */
export function engines(): NativeEngineInfo[] {
  return native()
    .engines()
    .sort((a, b) => a.name.localeCompare(b.name));
}

/**
 * Checks what was asked against this host and resolves every default. Opens nothing and sends nothing.
 * @throws UsageError, HostError, NotPermittedError: one line each, naming what would be right.
 */
export async function resolvePlan(options: RunOptions): Promise<RunPlan> {
  const engine = resolveEngine(options.engine ?? DEFAULTS.engine);
  const sizeBytes = requireWhole(
    '--size',
    options.sizeBytes ?? DEFAULTS.sizeBytes,
    MIN_SIZE_BYTES,
    MAX_SIZE_BYTES,
  );
  const batch = requireWhole('--batch', options.batch ?? DEFAULTS.batch, 1, LIMITS.batch);
  requireOneTarget(options, engine);
  const cpus = resolveCpus(options);
  const place = resolvePlace(options, engine, sizeBytes, cpus.length);
  const traffic = defaultTraffic(sizeBytes, place.source, options);
  const program = await compile(traffic);
  return {
    target: place.target,
    linkSpeedMbps: place.linkSpeedMbps,
    engine: { name: engine.name, options: resolveEngineOptions(engine, options.engineOptions ?? {}) },
    batch,
    workers: shareCount(cpus, options.countPackets ?? null),
    countPackets: options.countPackets ?? null,
    durationNs: options.durationNs ?? null,
    traffic,
    frameHex: Buffer.from(program.frame).toString('hex'),
    sizeBytes,
    notes: place.notes,
  };
}

function requireWhole(flag: string, value: number, minimum: number, maximum: number): number {
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return value;
  throw new UsageError(`${flag} ${value}: expected a whole number from ${minimum} to ${maximum}`);
}

function resolveEngine(name: string): NativeEngineInfo {
  const known = engines();
  const engine = known.find((candidate) => candidate.name === name);
  if (engine) return engine;
  const names = known.map((candidate) => candidate.name);
  const nearest = closestMatch(name, names, { maxDistance: 3 });
  throw new UsageError(
    `--engine ${name}: no such engine; ${nearest ? `did you mean ${nearest}?` : `there are ${names.join(', ')}`}`,
  );
}

function requireOneTarget(options: RunOptions, engine: NativeEngineInfo): void {
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

function resolveCpus(options: RunOptions): number[] {
  const allowed = allowedCpus();
  if (options.cpus) {
    requireCpus(options.cpus, allowed);
    return [...options.cpus];
  }
  return chooseCpus(options.lab || options.labSink ? LAB_QUEUES : DEFAULTS.workers, allowed);
}

function resolveEngineOptions(
  engine: NativeEngineInfo,
  given: Readonly<Record<string, boolean | number>>,
): Record<string, boolean | number> {
  for (const name of Object.keys(given)) {
    if (engine.options.some((option) => option.name === name)) continue;
    const owners = engines().filter(({ options }) => options.some((option) => option.name === name));
    throw new UsageError(
      `${flagOf(name)}: engine ${engine.name} has no such option${owners.length ? `; it belongs to ${owners.map((o) => o.name).join(', ')}` : ''}`,
    );
  }
  return Object.fromEntries(
    engine.options.map((option) => [option.name, resolveOption(option, given[option.name])]),
  );
}

function resolveOption(option: NativeEngineOption, given: boolean | number | undefined): boolean | number {
  if (given === undefined) return option.fallback;
  if (option.type === 'flag') return Boolean(given);
  const isPower = Number.isInteger(Math.log2(Number(given)));
  if (Number(given) >= option.minimum && Number(given) <= option.maximum && (isPower || !option.powerOfTwo))
    return given;
  const kind = option.powerOfTwo ? 'a power of two' : 'a whole number';
  throw new UsageError(
    `${flagOf(option.name)} ${given}: expected ${kind} from ${option.minimum} to ${option.maximum}`,
  );
}

/** "ringFrames" → "--ring-frames". */
export function flagOf(optionName: string): string {
  return `--${optionName.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

interface ResolvedPlace {
  target: Target;
  source: { mac: string; ipv4: string };
  linkSpeedMbps: number | null;
  notes: string[];
}

/** veth reports 10 Gbit/s whatever it does; as a yardstick it is the project's own. */
const LAB_SPEED_MBPS = 10_000;

function resolvePlace(
  options: RunOptions,
  engine: NativeEngineInfo,
  sizeBytes: number,
  workers: number,
): ResolvedPlace {
  const queues = Math.max(LAB_QUEUES, workers);
  if (options.iface !== undefined)
    return resolveInterface(options.iface, engine, sizeBytes, workers, options.force ?? false);
  const source = { mac: LAB.nearMac, ipv4: '' };
  if (options.lab) {
    const target = { kind: 'lab', name: LAB.near, farEnd: LAB.far, queues } as const;
    return { target, source, linkSpeedMbps: LAB_SPEED_MBPS, notes: [] };
  }
  if (options.labSink) {
    const target = { kind: 'lab-sink', name: LAB.sink, queues } as const;
    return { target, source: { mac: LAB.sinkMac, ipv4: '' }, linkSpeedMbps: LAB_SPEED_MBPS, notes: [] };
  }
  return { target: { kind: 'none' }, source, linkSpeedMbps: null, notes: [] };
}

function resolveInterface(
  name: string,
  engine: NativeEngineInfo,
  sizeBytes: number,
  workers: number,
  force: boolean,
): ResolvedPlace {
  const network = new (native().Network)(false);
  const link = network.link(name);
  if (!link) throw noSuchInterface(name, network.links());
  if (!link.up) {
    throw new HostError(
      'IFACE_DOWN',
      `--iface ${name}: the interface is down; bring it up with: ip link set ${name} up`,
    );
  }
  const refusal = network.probe(engine.name, name);
  if (refusal?.code === 'EPERM') throw notPermitted(`engine ${engine.name} on ${name}`, 'CAP_NET_RAW');
  if (refusal)
    throw new HostError(
      refusal.code,
      `--iface ${name}: engine ${engine.name} cannot run there: ${refusal.reason}`,
    );
  requireFit(link, sizeBytes);
  if (!force && defaultRouteInterfaces().has(name)) {
    throw new UsageError(
      `--iface ${name}: it carries the default route of this host, and a flood of frames would cut it off; add --force if that is what you want`,
    );
  }
  return {
    target: { kind: 'interface', name },
    source: { mac: formatMac(link.mac), ipv4: link.ipv4 },
    linkSpeedMbps: link.speedMbps,
    notes: notesOn(link, workers),
  };
}

function noSuchInterface(name: string, links: readonly NativeLink[]): HostError {
  const names = links.map((link) => link.name);
  const nearest = closestMatch(name, names, { maxDistance: 2 });
  return new HostError(
    'NO_IFACE',
    `--iface ${name}: no such interface; ${nearest ? `did you mean ${nearest}?` : `there are ${names.join(', ')}`}`,
  );
}

/** The MTU limits what follows the Ethernet header; the FCS is the hardware's. */
function requireFit(link: NativeLink, sizeBytes: number): void {
  const largest = link.mtuBytes + ETHERNET_HEADER_BYTES + FCS_BYTES;
  if (sizeBytes <= largest) return;
  throw new HostError(
    'OVER_MTU',
    `--size ${sizeBytes}: the MTU of ${link.name} is ${link.mtuBytes}, which allows frames of up to ${largest} bytes (14 of header, 4 of FCS)`,
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

/** Splits a count so that the shares add up exactly; the first workers take what is left over. */
export function shareCount(cpus: readonly number[], countPackets: number | null): WorkerPlan[] {
  if (countPackets === null) return cpus.map((cpu) => ({ cpu, countPackets: null }));
  const share = Math.floor(countPackets / cpus.length);
  const rest = countPackets % cpus.length;
  return cpus.map((cpu, i) => ({ cpu, countPackets: share + (i < rest ? 1 : 0) }));
}
