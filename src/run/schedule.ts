import type { FrameProgram } from '../compile/program.js';
import { UsageError } from '../errors.js';
import type { Shape } from '../model/timing.js';
import type { TrafficModel } from '../model/traffic.js';
import type { LatePolicy, Pacing } from '../native/index.js';
import { requireShape } from '../rate/check.js';
import { formatShape } from '../rate/format.js';
import {
  figuresOf,
  type Line,
  named,
  type RateFigures,
  type ResolvedShape,
  requireCapacity,
} from '../rate/resolve.js';
import { nearest } from '../suggest.js';
import { formatBps, formatPps, MAX_DURATION_NS } from '../units.js';
import { type Lane, lanesOf, recorded, shareOut, sumOverChains, termsOf } from './lanes.js';
import { isReplay, requireWhole } from './loops.js';

/** When frames leave, as a caller may ask for it. */
export interface ScheduleOptions {
  /** Of the run. Default: streams with a rate of their own have that, all others go as fast as possible. */
  readonly shape?: Shape;
  /** As fast as possible, whatever streams and captures say about rates, starts and durations. */
  readonly topSpeed?: boolean;
  /** What the link carries, in bit/s, for per cent and as a limit. Default: what the device reports. */
  readonly lineRateBps?: number;
  /** How a worker waits. Default hybrid: it sleeps, and spins at the end; spin for the times of a capture. */
  readonly pacing?: Pacing;
  /** What a worker does that is more than 1 ms behind. Default catch-up. */
  readonly late?: LatePolicy;
  /** Sent before anything is counted. */
  readonly warmupNs?: number;
  /** Nothing leaves before; streams' own starts count from then. */
  readonly startNs?: number;
}

/** The same with every default and rate resolved. Plain data; null stands for what has no end. */
export interface SchedulePlan {
  /** The run's own shape, in words; null where it has none. */
  readonly asked: string | null;
  /** false: nothing waits for its time. */
  readonly isPaced: boolean;
  readonly lineRateBps: number | null;
  readonly pacing: Pacing;
  readonly late: LatePolicy;
  readonly warmupNs: number;
  /** The most that all send together; null where something is as fast as possible. */
  readonly rate: RateFigures | null;
  /** So many frames leave together, as the engine has it. */
  readonly framesTogether: number;
  /** The mix, and each stream with a time of its own. */
  readonly lanes: readonly LaneSchedule[];
}

export interface LaneSchedule {
  /** Of its stream; null for the mix. */
  readonly name: string | null;
  /** Number of its stream; null for the mix. */
  readonly stream: number | null;
  /** Rates in packets per second; null: as fast as possible. */
  readonly shape: ResolvedShape | null;
  /** The most it sends; bursts and recorded times by their mean. */
  readonly rate: RateFigures | null;
  /** Among those that are as fast as possible; 0 for a mix without streams. */
  readonly weight: number;
  /** From the start of the run, or the end of the lane `after`. */
  readonly startNs: number;
  readonly durationNs: number | null;
  readonly after: number | null;
}

const PACINGS: readonly Pacing[] = ['hybrid', 'spin', 'sleep'];
const LATE_POLICIES: readonly LatePolicy[] = ['catch-up', 'skip'];

/** @throws UsageError with the arithmetic where rates are impossible, alone or together. Pure. */
export function resolveSchedule(
  options: ScheduleOptions,
  traffic: TrafficModel,
  program: FrameProgram,
  linkSpeedMbps: number | null,
): SchedulePlan {
  if (options.shape !== undefined) requireShape('--rate', options.shape);
  const { shape = shapeOf(traffic, program), topSpeed = false } = options;
  if (topSpeed && options.shape) {
    throw new UsageError(`${named('--rate', options.shape)} and --top-speed exclude each other`);
  }
  const line = lineOf(options, linkSpeedMbps);
  const given = lanesOf(traffic, program, line, topSpeed);
  const own = topSpeed ? withoutTimes(given, program) : given;
  const lanes = shape && !topSpeed ? withRunShape(own, shape, program, line) : own;
  const rate = totalOf(lanes, line);
  const where = shape
    ? named('--rate', shape)
    : `the streams together, ${termsOf(lanes, ({ pps }) => formatPps(pps ?? 0))}`;
  if (rate) requireCapacity(where, rate, line);
  return {
    asked: shape && !topSpeed ? formatShape(shape) : null,
    isPaced: !topSpeed && lanes.some((lane) => lane.shape !== null || lane.name !== null),
    lineRateBps: line?.bps ?? null,
    pacing: wordOf('--pacing', options.pacing ?? defaultPacing(topSpeed ? undefined : shape), PACINGS),
    late: wordOf('--late', options.late ?? 'catch-up', LATE_POLICIES),
    warmupNs:
      options.warmupNs === undefined ? 0 : requireWhole('--warmup', options.warmupNs, 0, MAX_DURATION_NS),
    rate,
    framesTogether: 1,
    lanes: lanes.map((lane) => laneSchedule(lane, line, startOf(options))),
  };
}

/** A capture that is all there is, and keeps its own times from the run's start on. */
function shapeOf(traffic: TrafficModel, { alone }: FrameProgram): Shape | undefined {
  const shape = isReplay(traffic) && !alone?.length ? traffic.streams[0]?.timing?.shape : undefined;
  return shape?.kind === 'recorded' ? shape : undefined;
}

/** After a sleep a frame takes longer than after none: gaps of all lengths in turn are even only without. */
function defaultPacing(shape: Shape | undefined): Pacing {
  return shape?.kind === 'recorded' ? 'spin' : 'hybrid';
}

/** 1 kbit/s to 10 Tbit/s. */
const LINE_RATE_BPS = { least: 1e3, most: 10e12 } as const;

function lineOf({ lineRateBps }: ScheduleOptions, linkSpeedMbps: number | null): Line | null {
  if (lineRateBps === undefined)
    return linkSpeedMbps === null ? null : { bps: linkSpeedMbps * 1e6, wasAsked: false };
  if (!(lineRateBps >= LINE_RATE_BPS.least && lineRateBps <= LINE_RATE_BPS.most)) {
    throw new UsageError(`--line-rate ${lineRateBps}: expected bit/s from 1k to 10T, such as 10G`);
  }
  return { bps: lineRateBps, wasAsked: true };
}

/** At top speed there are no times; a stream still starts another one that ends after so many frames. */
function withoutTimes(lanes: readonly Lane[], { streams }: FrameProgram): Lane[] {
  const ends = ({ stream }: Lane) => stream !== null && streams[stream]?.count != null;
  return lanes.map((lane) => {
    const starter = lane.after === null ? undefined : lanes[lane.after];
    return { ...lane, timing: {}, after: starter && ends(starter) ? lane.after : null };
  });
}

function withRunShape(
  lanes: readonly Lane[],
  shape: Shape,
  program: FrameProgram,
  line: Line | null,
): readonly Lane[] {
  const [mix, ...alone] = lanes;
  if (shape.kind !== 'recorded') return shareOut(lanes, shape, line);
  const times = recorded(program, null, shape);
  return mix ? [{ ...mix, ...times }, ...alone] : lanes;
}

function totalOf(lanes: readonly Lane[], line: Line | null): RateFigures | null {
  if (lanes.some(({ weight, pps }) => weight > 0 && pps === null)) return null;
  const sum = (key: 'pps' | 'bpsL1' | 'bpsL2') =>
    sumOverChains(lanes, ({ pps, sizes }) => figuresOf(pps ?? 0, sizes, line)[key]);
  const bpsL1 = sum('bpsL1');
  return {
    pps: sum('pps'),
    bpsL1,
    bpsL2: sum('bpsL2'),
    percentOfLine: line && (100 * bpsL1) / line.bps,
  };
}

/** @throws UsageError */
function startOf({ startNs = 0, warmupNs = 0 }: ScheduleOptions): number {
  if (startNs > 0 && warmupNs > 0) {
    throw new UsageError(
      '--start-delay and --warmup exclude each other: a warm-up is there to have sent before',
    );
  }
  return startNs === 0 ? 0 : requireWhole('--start-delay', startNs, 0, MAX_DURATION_NS);
}

function laneSchedule(
  { name, stream, shape, pps, sizes, weight, timing, after }: Lane,
  line: Line | null,
  runStartNs: number,
) {
  return {
    name,
    stream,
    shape,
    rate: pps === null ? null : figuresOf(pps, sizes, line),
    weight,
    startNs: (timing.startNs ?? 0) + (after === null ? runStartNs : 0),
    durationNs: timing.durationNs ?? null,
    after,
  };
}

function wordOf<Word extends string>(flag: string, value: Word, known: readonly Word[]): Word {
  if (known.includes(value)) return value;
  const near = nearest(String(value), known);
  const meant = near === undefined ? '' : `; did you mean ${near}?`;
  throw new UsageError(
    `${flag} ${value}: expected ${known.slice(0, -1).join(', ')} or ${known.at(-1)}${meant}`,
  );
}

/** "1.000 Mpps = 512.0 Mbit/s L2 = 672.0 Mbit/s L1 = 6.72 % of 10.00 Gbit/s". */
export function describeRate(
  { pps, bpsL1, bpsL2, percentOfLine }: RateFigures,
  lineRateBps: number | null,
): string {
  const share =
    percentOfLine === null || lineRateBps === null
      ? ''
      : ` = ${Number(percentOfLine.toPrecision(3))} % of ${formatBps(lineRateBps)}`;
  return `${formatPps(pps)} = ${formatBps(bpsL2)} L2 = ${formatBps(bpsL1)} L1${share}`;
}
