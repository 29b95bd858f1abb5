import type { CaptureFacts } from '../compile/program.js';
import { UsageError } from '../errors.js';
import type { TrafficModel } from '../model/traffic.js';
import { type NativeEngineInfo, type NativeEngineOption, native, type OptionValue } from '../native/index.js';
import { didYouMean } from '../suggest.js';
import { allowedCpus, chooseCpus, requireCpus } from '../system/cpus.js';
import { LAB_QUEUES } from '../system/lab.js';
import { MAX_DURATION_NS } from '../units.js';
import { isReplay, noteOrder, requireWhole, resolveLoops } from './loops.js';
import { firstFrame, programOf, sizesOf, type TrafficSizes } from './program.js';
import { requireFit, requireHeader, resolveTarget, type Target, type TargetOptions } from './target.js';
import { resolveTraffic, type TrafficOptions } from './traffic.js';

/** What a caller may ask for. Everything has a default but the place to send to. */
export interface RunOptions extends TargetOptions, TrafficOptions {
  /** Default tx-ring. */
  readonly engine?: string;
  /** Options of that engine, as `engines()` lists them. */
  readonly engineOptions?: Readonly<Record<string, OptionValue>>;
  /** One worker on each. Default: one worker; in a lab one per queue, which is two. */
  readonly cpus?: readonly number[];
  /** Frames over all workers together. */
  readonly countPackets?: number;
  /** How often the capture is gone through that is the only stream; instead of countPackets. */
  readonly loops?: number;
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
  /** The first frame of the first worker, without FCS, in hex. */
  readonly frameHex: string;
  readonly sizes: TrafficSizes;
  /** The capture files of the traffic. */
  readonly captures: readonly CaptureFacts[];
  /** Loops through the capture that is the only stream; null when not limited by loops. */
  readonly loops: number | null;
  /** What a reader of the result should know. */
  readonly notes: readonly string[];
}

export interface WorkerPlan {
  readonly cpu: number;
}

export const DEFAULTS = { engine: 'tx-ring', batch: 64, workers: 1 } as const;
export const LIMITS = { batch: 65536, previewFrames: 10_000 } as const;

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
  const batch = requireWhole('--batch', options.batch ?? DEFAULTS.batch, 1, LIMITS.batch);
  const durationNs = optionalWhole('--duration', options.durationNs, MAX_DURATION_NS);
  const asked = optionalWhole('--count', options.countPackets, Number.MAX_SAFE_INTEGER);
  const cpus = resolveCpus(options, engine);
  const place = resolveTarget(options, { engine, workers: cpus.length });
  const traffic = resolveTraffic(options, place.source);
  const program = await programOf(traffic);
  const sizes = sizesOf(program);
  requireFit(place, sizes.maxBytes, isReplay(traffic) ? 'the longest frame of the capture: ' : '--size ');
  requireHeader(place, sizes.minBytes);
  const replay = resolveLoops(options, traffic, program);
  const countPackets = asked ?? replay.countPackets ?? (durationNs === null ? engine.defaultCount : null);
  return {
    target: place.target,
    linkSpeedMbps: place.linkSpeedMbps,
    engine: { name: engine.name, options: resolveEngineOptions(engine, options.engineOptions ?? {}) },
    batch,
    workers: cpus.map((cpu) => ({ cpu })),
    countPackets,
    durationNs,
    traffic,
    frameHex: firstFrame(program, cpus.length),
    sizes,
    captures: program.captures ?? [],
    loops: replay.loops,
    notes: [...place.notes, ...(program.notes ?? []), ...replay.notes, ...noteOrder(traffic, cpus)],
  };
}

function optionalWhole(flag: string, value: number | undefined, maximum: number): number | null {
  return value === undefined ? null : requireWhole(flag, value, 1, maximum);
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
  const isLab = options.lab || options.labSink;
  // One worker keeps the order of a capture.
  const keepsOrder = options.traffic !== undefined && isReplay(options.traffic);
  return chooseCpus(isLab && !keepsOrder ? LAB_QUEUES : DEFAULTS.workers, allowed);
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
