import { parseField } from '../compile/fields.js';
import { compile } from '../compile/program.js';
import { UsageError } from '../errors.js';
import { defaultTraffic, type TrafficModel, type UdpStreamOptions } from '../model/traffic.js';
import { type NativeEngineInfo, type NativeEngineOption, native, type OptionValue } from '../native/index.js';
import { didYouMean } from '../suggest.js';
import { allowedCpus, chooseCpus, requireCpus } from '../system/cpus.js';
import { LAB_QUEUES } from '../system/lab.js';
import { MAX_DURATION_NS, MAX_SIZE_BYTES, MIN_SIZE_BYTES } from '../units.js';
import { resolveTarget, type Target, type TargetOptions } from './target.js';

/** What a caller may ask for. Everything has a default but the place to send to. */
export interface RunOptions extends TargetOptions, UdpStreamOptions {
  /** On the wire, FCS included; 64 to 9022. Default 64. */
  readonly sizeBytes?: number;
  /** Default tx-ring. */
  readonly engine?: string;
  /** Options of that engine, as `engines()` lists them. */
  readonly engineOptions?: Readonly<Record<string, OptionValue>>;
  /** One worker on each. Default: one worker; in a lab one per queue, which is two. */
  readonly cpus?: readonly number[];
  /** Frames over all workers together. */
  readonly countPackets?: number;
  readonly durationNs?: number;
  /** Frames per system call. Default 64. */
  readonly batch?: number;
}

/** A run with every default resolved. Plain data: it can be stored, sent and run elsewhere. */
export interface RunPlan {
  readonly target: Target;
  /** What the device reports, for comparison with the line rate; null when it reports nothing. */
  readonly linkSpeedMbps: number | null;
  readonly engine: { readonly name: string; readonly options: Readonly<Record<string, OptionValue>> };
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
  const durationNs = optionalWhole('--duration', options.durationNs, MAX_DURATION_NS);
  const countPackets =
    optionalWhole('--count', options.countPackets, Number.MAX_SAFE_INTEGER) ??
    (durationNs === null ? engine.defaultCount : null);
  requireAddresses(options);
  const cpus = resolveCpus(options, engine);
  const place = resolveTarget(options, { engine, sizeBytes, workers: cpus.length });
  const traffic = defaultTraffic(sizeBytes, place.source, options);
  const program = await compile(traffic);
  return {
    target: place.target,
    linkSpeedMbps: place.linkSpeedMbps,
    engine: { name: engine.name, options: resolveEngineOptions(engine, options.engineOptions ?? {}) },
    batch,
    workers: shareCount(cpus, countPackets),
    countPackets,
    durationNs,
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

function optionalWhole(flag: string, value: number | undefined, maximum: number): number | null {
  return value === undefined ? null : requireWhole(flag, value, 1, maximum);
}

const ADDRESSES = [
  { flag: '--src-mac', key: 'srcMac', kind: 'mac', bits: 48 },
  { flag: '--dst-mac', key: 'dstMac', kind: 'mac', bits: 48 },
  { flag: '--src-ip', key: 'srcIp', kind: 'ipv4', bits: 32 },
  { flag: '--dst-ip', key: 'dstIp', kind: 'ipv4', bits: 32 },
  { flag: '--src-port', key: 'srcPort', kind: 'uint', bits: 16 },
  { flag: '--dst-port', key: 'dstPort', kind: 'uint', bits: 16 },
] as const;

/** The compiler would refuse them too, but names the header's field; here the flag can be named. */
function requireAddresses(options: UdpStreamOptions): void {
  for (const { flag, key, ...field } of ADDRESSES) {
    const value = options[key];
    if (value !== undefined) parseField(field, value, flag);
  }
}

function resolveEngine(name: string): NativeEngineInfo {
  const known = engines();
  const engine = known.find((candidate) => candidate.name === name);
  if (engine) return engine;
  const names = known.map((candidate) => candidate.name);
  throw new UsageError(`--engine ${name}: no such engine; ${didYouMean(name, names)}`);
}

function resolveCpus(options: RunOptions, engine: NativeEngineInfo): number[] {
  const allowed = allowedCpus();
  if (options.cpus) {
    if (options.cpus.length === 0) throw new UsageError('--cpus: expected at least one CPU');
    if (new Set(options.cpus).size !== options.cpus.length) {
      throw new UsageError(`--cpus ${options.cpus}: a CPU is named twice; each worker needs one of its own`);
    }
    if (options.cpus.length > engine.maximumWorkers) {
      throw new UsageError(
        `--cpus ${options.cpus}: engine ${engine.name} has ${engine.maximumWorkers} worker at most`,
      );
    }
    requireCpus(options.cpus, allowed);
    return [...options.cpus];
  }
  return chooseCpus(options.lab || options.labSink ? LAB_QUEUES : DEFAULTS.workers, allowed);
}

function resolveEngineOptions(
  engine: NativeEngineInfo,
  given: Readonly<Record<string, OptionValue>>,
): Record<string, OptionValue> {
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

function resolveOption(option: NativeEngineOption, given: OptionValue | undefined): OptionValue {
  if (given === undefined && option.type !== 'text') return option.fallback;
  if (given !== undefined && isAcceptable(option, given)) return given;
  throw new UsageError(
    `${flagOf(option.name)}${given === undefined ? '' : ` ${given}`}: ${expectation(option)}`,
  );
}

function isAcceptable(option: NativeEngineOption, given: OptionValue): boolean {
  if (option.type === 'flag') return typeof given === 'boolean';
  if (option.type === 'text') return typeof given === 'string' && given.length > 0;
  if (typeof given !== 'number' || !Number.isInteger(given)) return false;
  if (given < option.minimum || given > option.maximum) return false;
  return !option.powerOfTwo || Number.isInteger(Math.log2(given));
}

function expectation(option: NativeEngineOption): string {
  if (option.type === 'flag') return 'expected true or false';
  if (option.type === 'text') return `expected ${option.argument}, ${option.description}`;
  const kind = option.powerOfTwo ? 'a power of two' : 'a whole number';
  return `expected ${kind} from ${option.minimum} to ${option.maximum}`;
}

/** "ringFrames" → "--ring-frames". */
export function flagOf(optionName: string): string {
  return `--${optionName.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Splits a count so that the shares add up exactly; the first workers take what is left over. */
export function shareCount(cpus: readonly number[], countPackets: number | null): WorkerPlan[] {
  if (countPackets === null) return cpus.map((cpu) => ({ cpu, countPackets: null }));
  const share = Math.floor(countPackets / cpus.length);
  const rest = countPackets % cpus.length;
  return cpus.map((cpu, i) => ({ cpu, countPackets: share + (i < rest ? 1 : 0) }));
}
