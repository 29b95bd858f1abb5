import type { CaptureFacts, FrameProgram } from '../compile/program.js';
import { UsageError } from '../errors.js';
import type { TrafficModel } from '../model/traffic.js';
import type { NativeEngineInfo, OptionValue } from '../native/index.js';
import { shapeEnds } from '../rate/segments.js';
import { allowedCpus } from '../system/cpus.js';
import { type FarEndDoes, LAB_QUEUES } from '../system/lab.js';
import { type DevicePlace, readTopology } from '../system/topology.js';
import { MAX_DURATION_NS } from '../units.js';
import { type Asked, checkAsked } from './asked.js';
import { framesOfRun } from './bytes.js';
import { AUTO, type ChosenBy } from './choice.js';
import { chooseEngine, type MeasurementOptions } from './choose.js';
import { MOST_BATCH } from './engine-options.js';
import { withEngine } from './granularity.js';
import { isReplay, noteOrder, requireWhole } from './loops.js';
import { firstFrame, type TrafficSizes } from './program.js';
import { noteRecorded } from './recorded.js';
import type { ScheduleOptions, SchedulePlan } from './schedule.js';
import type { ResolvedTarget, Target, TargetOptions } from './target.js';
import type { TrafficOptions } from './traffic.js';
import {
  noteWorkers,
  planWorkers,
  queueChoiceOf,
  resolveCpus,
  type WorkerOptions,
  type WorkerPlan,
} from './workers.js';

/** What a caller may ask for. Everything has a default but the place to send to. */
export interface RunOptions
  extends TargetOptions,
    TrafficOptions,
    WorkerOptions,
    MeasurementOptions,
    ScheduleOptions {
  /** A name, or auto: the fastest by rule of those that can send these frames there. Default auto. */
  readonly engine?: string;
  /** Options of that engine, as `engines()` lists them. With auto, engines without them are left out. */
  readonly engineOptions?: Readonly<Record<string, OptionValue>>;
  /** Frames over all workers together. */
  readonly countPackets?: number;
  /** How often the capture is gone through that is the only stream; instead of countPackets. */
  readonly loops?: number;
  /** The most that may be sent, frame sizes added up, FCS included, over all workers together. */
  readonly bytes?: number;
  /** From the end of the warm-up. */
  readonly durationNs?: number;
  /** Frames per system call. Default: what suits the engine. */
  readonly batch?: number;
}

/** A run with every default resolved. Plain data: it can be stored, sent and run elsewhere. */
export interface RunPlan {
  readonly target: Target;
  /** What the device reports, for comparison with the line rate; null when it reports nothing. */
  readonly linkSpeedMbps: number | null;
  readonly engine: EnginePlan;
  readonly batch: number;
  readonly workers: readonly WorkerPlan[];
  readonly countPackets: number | null;
  readonly durationNs: number | null;
  /** When they leave. */
  readonly schedule: SchedulePlan;
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

export interface EnginePlan {
  readonly name: string;
  readonly options: Readonly<Record<string, OptionValue>>;
  readonly chosen: ChosenBy;
  /** Why this one, in few words; empty where it was asked for. */
  readonly why: string;
}

export const DEFAULTS = { engine: AUTO, workers: 1 } as const;
export const LIMITS = { batch: MOST_BATCH, previewFrames: 10_000 } as const;

/**
 * Checks what was asked against this host and resolves every default. Sends nothing; a lab is made for a moment to see
 * what can be done in it.
 * @throws UsageError, HostError, NotPermittedError: one line each, naming what would be right.
 */
export async function resolvePlan(options: RunOptions): Promise<RunPlan> {
  const durationNs = optionalWhole('--duration', options.durationNs, MAX_DURATION_NS);
  const count = optionalWhole('--count', options.countPackets, Number.MAX_SAFE_INTEGER);
  const asked = await checkAsked(options);
  const { place, traffic, program, replay } = asked;
  const { choice, notes } = chooseEngine(asked, options);
  const { engine } = choice;
  const farEndDoes = options.farEnd ?? (engine.needsXdpAtFarEnd ? 'drop' : 'stack');
  const topology = readTopology(allowedCpus());
  const byDefault = defaultWorkers(place.target, farEndDoes, asked);
  const cpus = resolveCpus(options, byDefault, engine, { topology, deviceNode: place.device?.node ?? null });
  const target = complete(place.target, farEndDoes, cpus.length);
  const device = place.device ?? privateDevice(cpus.length);
  const workers = planWorkers(cpus, queueChoiceOf(engine, choice.options), topology, device);
  requireEnough(count, traffic, program);
  const limit = framesOfRun(program, { bytes: options.bytes, countPackets: count ?? replay.countPackets });
  const grained = withEngine(asked.schedule, choice, workers.length);
  return {
    target,
    linkSpeedMbps: place.linkSpeedMbps,
    engine: { name: engine.name, options: choice.options, chosen: choice.chosen, why: choice.why },
    batch: asked.batch ?? choice.batch ?? defaultBatch(engine, choice.options),
    workers,
    countPackets: limit ?? (isEndless(asked) && durationNs === null ? engine.defaultCount : null),
    durationNs,
    schedule: grained.schedule,
    traffic,
    frameHex: firstFrame(program, cpus.length),
    sizes: asked.sizes,
    captures: program.captures ?? [],
    loops: replay.loops,
    notes: [
      ...place.notes,
      ...('name' in target ? noteWorkers(wayTo(place, target.name, engine), workers, device) : []),
      ...(program.notes ?? []),
      ...noteRecorded(asked.schedule, traffic, program),
      ...replay.notes,
      ...noteOrder(traffic, cpus),
      ...grained.notes,
      ...notes,
    ],
  };
}

/**
 * One worker keeps the order of a capture and the gaps of a rate, and leaves the receiver a CPU; and with frames dropped at
 * the far end one is past the line rate.
 */
function defaultWorkers({ kind }: Target, farEndDoes: FarEndDoes, { schedule, traffic }: Asked): number {
  const isLab = kind === 'lab-sink' || (kind === 'lab' && farEndDoes === 'stack');
  return isLab && !schedule.isPaced && !isReplay(traffic) ? LAB_QUEUES : DEFAULTS.workers;
}

/** Some lane goes on until the run ends. */
function isEndless({ schedule, program: { schedule: mix, streams } }: Asked): boolean {
  const hasCount = (stream: number) => streams[stream]?.count != null;
  return schedule.lanes.some(({ stream, shape, durationNs, weight }) => {
    if (durationNs !== null || (shape !== null && shapeEnds(shape)) || weight === 0) return false;
    return stream === null ? !mix.every(hasCount) : !hasCount(stream);
  });
}

/** More than these are not named in a message. */
const MOST_TERMS = 4;

/** @throws UsageError where the streams end before so many frames. */
function requireEnough(count: number | null, { streams }: TrafficModel, program: FrameProgram): void {
  const counts = program.streams.flatMap((stream) => stream.count ?? []);
  const sum = counts.reduce((all, one) => all + one, 0n);
  if (count === null || counts.length < program.streams.length || sum >= count) return;
  const terms = streams.length === 1 ? [] : counts.slice(0, MOST_TERMS).map(String);
  const arithmetic = [...terms, ...(terms.length < counts.length && terms.length > 0 ? ['…'] : [])].join(
    ' + ',
  );
  throw new UsageError(
    `--count ${count}: the streams have ${arithmetic}${arithmetic === '' ? '' : ' = '}${sum} frames by their own counts; expected no more than that`,
  );
}

function wayTo({ driver }: ResolvedTarget, name: string, { needsXdpAtFarEnd }: NativeEngineInfo) {
  return { name, driver, byXdp: needsXdpAtFarEnd };
}

/** A lab has a queue for every worker. */
function privateDevice(workers: number): DevicePlace {
  return { queues: Math.max(LAB_QUEUES, workers), node: null, xps: new Map() };
}

function complete(target: Target, farEndDoes: FarEndDoes, workers: number): Target {
  const queues = Math.max(LAB_QUEUES, workers);
  if (target.kind === 'lab') return { ...target, farEndDoes, queues };
  return target.kind === 'lab-sink' ? { ...target, queues } : target;
}

/** With large packets a call hands over eight of them: 7 to 10 % faster than one a call (docs/measurements.md). */
const PACKETS_PER_CALL = 8;

function defaultBatch(engine: NativeEngineInfo, options: Readonly<Record<string, OptionValue>>): number {
  const segments = Number(options['gso'] ?? 0);
  return segments > 1 ? segments * PACKETS_PER_CALL : engine.defaultBatch;
}

function optionalWhole(flag: string, value: number | undefined, maximum: number): number | null {
  return value === undefined ? null : requireWhole(flag, value, 1, maximum);
}
