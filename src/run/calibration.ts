import { createHash } from 'node:crypto';
import os from 'node:os';
import type { FrameProgram } from '../compile/program.js';
import type { OptionValue } from '../native/index.js';
import type { FarEndDoes } from '../system/lab.js';
import { formatPps } from '../units.js';
import { type Choice, type Judged, usableByRank } from './choice.js';
import { flagOf, type GivenOptions, MOST_BATCH, resolveEngineOptions } from './engine-options.js';
import type { TrafficSizes } from './program.js';
import type { Target } from './target.js';

/** What a measurement holds for. */
export interface CalibrationKey {
  readonly host: string;
  /** Release of the kernel. */
  readonly kernel: string;
  /** Kind of target, and its driver. */
  readonly target: string;
  /** As asked for; null for the default. */
  readonly workers: number | null;
  readonly sizes: string;
  /** Of the traffic: how much varies. */
  readonly shape: string;
  /** As asked for: engine, options, batch, far end. */
  readonly asked: string;
}

/** One way of sending, as it was measured. */
export interface CalibrationRow {
  /** What was compared: the engines, then for the best of them batches and rings. */
  readonly stage: 'engine' | 'batch' | 'ring';
  readonly engine: string;
  readonly batch: number;
  /** Options that differ from their defaults. */
  readonly options: GivenOptions;
  readonly workers: number;
  /** What a lab's far end does meanwhile; null for other targets. */
  readonly farEndDoes: FarEndDoes | null;
  /** Frames a second by the device's counter: median, least and most of the rounds. null: it could not run. */
  readonly pps: number | null;
  readonly leastPps: number | null;
  readonly mostPps: number | null;
  /** Share of the frames that the kernel took and the device did not count, 0 to 1. */
  readonly lost: number;
  /** Why it could not run; empty when it could. */
  readonly failure: string;
}

/** What was measured, and what is best. Plain data. */
export interface Calibration {
  readonly version: typeof CALIBRATION_VERSION;
  readonly key: CalibrationKey;
  /** ISO 8601. */
  readonly measuredAt: string;
  readonly rows: readonly CalibrationRow[];
  readonly best: {
    readonly engine: string;
    readonly batch: number;
    /** Options that were found, such as ringFrames; without those that were given. */
    readonly tuned: GivenOptions;
    readonly pps: number;
  };
}

export const CALIBRATION_VERSION = 1;

interface Asked {
  readonly engine?: string;
  readonly engineOptions?: GivenOptions;
  readonly batch?: number;
  readonly farEnd?: string;
  readonly cpus?: readonly number[];
  readonly workers?: number;
}

export function calibrationKey(
  { engine, engineOptions = {}, batch, farEnd, cpus, workers }: Asked,
  place: { readonly target: Target; readonly driver: string },
  program: FrameProgram,
  sizes: TrafficSizes,
): CalibrationKey {
  const options = Object.entries(engineOptions)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, value]) => `${flagOf(name)}=${value}`);
  const asked = [engine ?? 'auto', ...options, batch && `--batch=${batch}`, farEnd && `--far-end=${farEnd}`];
  return {
    host: os.hostname(),
    kernel: os.release(),
    target: `${place.target.kind} ${place.driver}`.trimEnd(),
    workers: cpus?.length ?? workers ?? null,
    sizes: sizeClassOf(sizes),
    shape: shapeOf(program),
    asked: asked.filter(Boolean).join(' '),
  };
}

/** Names the key in a file name. */
export function digestOf(key: CalibrationKey): string {
  return createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 16);
}

/** Upper ends of the classes, FCS included: what costs the same to copy, about. */
const SIZE_CLASSES = [64, 128, 256, 512, 1024, 1518, 4096, 9022];

export function sizeClassOf({ minBytes, meanWireBytes, maxBytes }: TrafficSizes): string {
  const classOf = (bytes: number) => SIZE_CLASSES.find((end) => bytes <= end) ?? maxBytes;
  const mean = `≤ ${classOf(meanWireBytes)}`;
  return classOf(minBytes) === classOf(maxBytes) ? mean : `${mean}, largest ≤ ${classOf(maxBytes)}`;
}

export function shapeOf({ streams, schedule }: FrameProgram): string {
  const most = (count: (stream: FrameProgram['streams'][number]) => number) =>
    Math.max(...streams.map(count));
  return [
    `streams ${streams.length === 1 ? '1' : 'several'}`,
    `schedule ${schedule.length > 1024 ? 'long' : 'short'}`,
    `fields ${few(most(({ fields }) => fields.length))}`,
    `fills ${most(({ fills }) => fills.length) > 0 ? 'yes' : 'no'}`,
    `checksums ${few(most(({ checksums }) => checksums.length))}`,
  ].join(', ');
}

function few(count: number): string {
  if (count === 0) return 'none';
  return count <= 4 ? '1 to 4' : 'more';
}

/**
 * The engine that was measured to be the fastest; null where the measurement says nothing about what can run now. Pure.
 */
export function chooseByMeasurement(judged: readonly Judged[], calibration: Calibration): Choice | null {
  const { best, rows, measuredAt } = calibration;
  const usable = judged.length === 1 ? judged.filter(({ fit }) => !fit.refusal) : usableByRank(judged);
  const measured = rows.map((row) => row.engine);
  const found = usable.find(({ engine }) => engine.name === best.engine);
  if (!found || !usable.every(({ engine }) => measured.includes(engine.name))) return null;
  const others = rows
    .filter(({ stage, engine, pps }) => stage === 'engine' && engine !== best.engine && pps !== null)
    .map(({ engine, pps }) => `, ${engine} ${formatPps(pps ?? 0)}`);
  const options = withTuned(found, best.tuned);
  if (options === null || !(best.batch >= 1 && best.batch <= MOST_BATCH)) return null;
  return {
    ...found,
    options,
    batch: best.batch,
    chosen: 'measured',
    why: `${formatPps(best.pps)} on ${measuredAt.slice(0, 10)}${others.join('')}`,
  };
}

/** null where the engine does not know them or would not take them. */
function withTuned({ engine, options }: Judged, tuned: GivenOptions): Record<string, OptionValue> | null {
  try {
    return resolveEngineOptions(engine, { ...options, ...tuned });
  } catch {
    return null;
  }
}

const FACTORS = [1 / 4, 1 / 2, 1, 2, 4];

/** Values around a default, the default among them. Pure. */
export function valuesAround(fallback: number, minimum: number, maximum: number): number[] {
  const values = FACTORS.map((factor) => fallback * factor);
  return values.filter((value) => Number.isInteger(value) && value >= minimum && value <= maximum);
}

/** A difference below that is none. */
const NOISE = 1.02;

/**
 * The row with the highest median, unless the preferred one is as good: within 2 %, or with rounds as good as its worst.
 * null when none could run. Pure.
 */
export function bestRow(
  rows: readonly CalibrationRow[],
  preferred: CalibrationRow | undefined,
): CalibrationRow | null {
  const able = rows.filter(({ pps }) => pps !== null && pps > 0);
  const [best] = able.toSorted((a, b) => (b.pps ?? 0) - (a.pps ?? 0));
  if (!best) return null;
  const isAsGood =
    preferred?.pps &&
    ((best.pps ?? 0) < preferred.pps * NOISE || (preferred.mostPps ?? 0) >= (best.leastPps ?? 0));
  return isAsGood ? preferred : best;
}
