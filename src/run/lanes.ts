import type { FrameProgram } from '../compile/program.js';
import { UsageError } from '../errors.js';
import type { Rate, Shape, Timing } from '../model/timing.js';
import type { TrafficModel } from '../model/traffic.js';
import {
  amountOf,
  costOf,
  type Line,
  type MeanSizes,
  mapRates,
  named,
  peakPps,
  type ResolvedShape,
  requireShapeFits,
} from '../rate/resolve.js';
import { formatBps, formatPps, MIN_SIZE_BYTES } from '../units.js';
import { laneMeanBytes } from './program.js';
import { recordedMeanPps } from './recorded.js';

/** Frames with a time in common, before the run's rate is shared out: the mix, or a stream with a time of its own. */
export interface Lane {
  /** Of its stream; null for the mix. */
  readonly name: string | null;
  /** Number of its stream in the program; null for the mix. */
  readonly stream: number | null;
  readonly timing: Timing;
  /** The number of the lane whose end starts this one; null: the run does. */
  readonly after: number | null;
  /** Of its streams together: its part of what is shared. 0 for a mix without streams. */
  readonly weight: number;
  readonly sizes: MeanSizes;
  /** null: as fast as possible, or what the run's rate leaves. */
  readonly shape: ResolvedShape | null;
  /** The most it sends a second; null without a rate. */
  readonly pps: number | null;
}

/**
 * The mix first, then each stream of `program.alone`, with the rates that they themselves ask for; `isFree`: without
 * them. @throws UsageError
 */
export function lanesOf(
  traffic: TrafficModel,
  program: FrameProgram,
  line: Line | null,
  isFree = false,
): Lane[] {
  const { streams } = traffic;
  const alone = [...(program.alone ?? [])];
  const means = laneMeanBytes(program);
  const wireMeans = laneMeanBytes(program, MIN_SIZE_BYTES);
  const sizesOf = (lane: number) => ({ meanBytes: means[lane] ?? 0, meanWireBytes: wireMeans[lane] ?? 0 });
  const laneOfName = new Map(alone.map((stream, i) => [streams[stream]?.name, i + 1]));
  const starters = alone.flatMap((stream, i) => {
    const then = streams[stream]?.timing?.then;
    return then === undefined ? [] : [[laneOfName.get(then), i + 1] as const];
  });
  const after = new Map(starters);
  const isAlone = new Set(alone);
  const weight = streams.reduce((sum, stream, i) => sum + (isAlone.has(i) ? 0 : stream.weight), 0);
  const none = { shape: null, pps: null, timing: {}, after: null };
  return [
    { ...none, name: null, stream: null, weight, sizes: sizesOf(0) },
    ...alone.map((stream, i) => {
      const { name = '', timing = {}, weight: own = 1 } = streams[stream] ?? {};
      const lane = {
        name,
        stream,
        timing,
        after: after.get(i + 1) ?? null,
        weight: own,
        sizes: sizesOf(i + 1),
      };
      return { ...none, ...lane, ...(isFree ? {} : ownShape(lane, program, line)) };
    }),
  ];
}

function ownShape(
  { name, stream, timing, sizes }: Pick<Lane, 'name' | 'stream' | 'timing' | 'sizes'>,
  program: FrameProgram,
  line: Line | null,
): Pick<Lane, 'shape' | 'pps'> {
  if (!timing.shape) return { shape: null, pps: null };
  const where = named(`stream ${name}: rate`, timing.shape);
  const shape = mapRates(timing.shape, (rate) => amountOf(where, rate, line) / costOf(rate, sizes));
  if (shape.kind === 'recorded') return recorded(program, stream, shape);
  requireShapeFits(where, shape, sizes, line);
  return { shape, pps: peakPps(shape) };
}

/** Without gaps to keep it is as fast as possible. */
export function recorded(
  program: FrameProgram,
  stream: number | null,
  shape: Extract<Shape, { kind: 'recorded' }>,
): Pick<Lane, 'shape' | 'pps'> {
  const pps = recordedMeanPps(program, stream, shape.speed);
  return pps === null ? { shape: null, pps: null } : { shape, pps };
}

/**
 * Gives the lanes without a rate what the others leave of the run's: of each of its rates the most that the others send
 * at a time is taken away, in the unit of that rate. @throws UsageError with the arithmetic where that is impossible.
 */
export function shareOut(lanes: readonly Lane[], shape: Shape, line: Line | null): Lane[] {
  const where = named('--rate', shape);
  const rest = lanes.filter((lane) => restOf(lane) > 0);
  const own = lanes.filter((lane) => lane.shape !== null);
  if (rest.length === 0) return requireSum(where, lanes, shape, line);
  requireDivisible(where, shape, rest, own);
  const weights = sumOverChains(lanes, restOf);
  const left = mapRates(shape, (rate) => leftOf(where, rate, lanes, rest, line));
  return lanes.map((lane) => {
    if (restOf(lane) === 0) return lane;
    const part = mapPps(left, lane.weight / weights);
    requireShapeFits(where, part, lane.sizes, line);
    return { ...lane, shape: part, pps: peakPps(part) };
  });
}

/** The weight of a lane without a rate. */
function restOf({ weight, shape }: Lane): number {
  return shape === null ? weight : 0;
}

/** Everybody has a rate: then the run's can only be their sum. */
function requireSum(where: string, lanes: readonly Lane[], shape: Shape, line: Line | null): Lane[] {
  const rate = shape.kind === 'constant' ? shape.rate : undefined;
  const amount = rate && amountOf(where, rate, line);
  const sum = rate ? takenOf(rate, lanes) : Number.NaN;
  if (amount !== undefined && Math.abs(sum - amount) <= amount * 1e-6) return [...lanes];
  const arithmetic = addition(rate ?? { unit: 'pps', value: 0 }, lanes);
  throw new UsageError(
    `${where}: every stream has a rate of its own, ${arithmetic}, and none is left to take what differs; leave --rate out, or one stream without a rate`,
  );
}

/** Bursts and the like are no sum of rates. */
function requireDivisible(where: string, shape: Shape, rest: readonly Lane[], own: readonly Lane[]): void {
  const timed = rest.find((lane) => lane.name !== null);
  if (shape.kind === 'bursts' && own.length > 0) {
    throw new UsageError(
      `${where}: ${listed(own)} with a rate of its own cannot be taken out of bursts; give the bursts to the other streams`,
    );
  }
  if (timed && shape.kind !== 'constant' && shape.kind !== 'poisson') {
    throw new UsageError(
      `${where}: stream ${timed.name} has a time of its own, and only a constant rate or poisson can be shared with it; give it a rate of its own`,
    );
  }
}

function leftOf(
  where: string,
  rate: Rate,
  lanes: readonly Lane[],
  rest: readonly Lane[],
  line: Line | null,
): number {
  const amount = amountOf(where, rate, line);
  const left = amount - takenOf(rate, lanes);
  if (left > amount * 1e-9) return left / meanCost(rate, lanes);
  throw new UsageError(
    `${where}: streams with a rate of their own take ${addition(rate, lanes)} of ${inUnit(rate, amount)}, which leaves nothing for ${listed(rest)}`,
  );
}

/** What lanes with a rate take at a time. Of those that start one after the other only one sends. */
function takenOf(rate: Rate, lanes: readonly Lane[]): number {
  return sumOverChains(lanes, ({ pps, sizes }) => (pps ?? 0) * costOf(rate, sizes));
}

/** The largest of each chain of lanes that start each other, added up. */
export function sumOverChains(lanes: readonly Lane[], of: (lane: Lane) => number): number {
  return chainsOf(lanes).reduce((sum, chain) => sum + Math.max(...chain.map(of)), 0);
}

/** Lanes that start each other; most are alone. */
function chainsOf(lanes: readonly Lane[]): Lane[][] {
  const chains = new Map<number, Lane[]>();
  for (const [i, lane] of lanes.entries()) {
    let root = i;
    for (let at = lane.after; at !== null; at = lanes[at]?.after ?? null) root = at;
    chains.set(root, [...(chains.get(root) ?? []), lane]);
  }
  return [...chains.values()];
}

/** Of a frame of those without a rate; of a chain only one sends at a time. */
function meanCost(rate: Rate, lanes: readonly Lane[]): number {
  const cost = sumOverChains(lanes, (lane) => restOf(lane) * costOf(rate, lane.sizes));
  return cost / sumOverChains(lanes, restOf);
}

/** The shape with so much of each of its rates; bursts are never shared. */
function mapPps(shape: ResolvedShape, factor: number): ResolvedShape {
  if (factor === 1 || shape.kind === 'bursts' || shape.kind === 'recorded') return shape;
  if (shape.kind === 'ramp') return { ...shape, from: shape.from * factor, to: shape.to * factor };
  if (shape.kind !== 'steps') return { ...shape, rate: shape.rate * factor };
  return { ...shape, steps: shape.steps.map((step) => ({ ...step, rate: step.rate * factor })) };
}

/** More than these are not named in a message. */
const MOST_NAMED = 4;

function addition(rate: Rate, lanes: readonly Lane[]): string {
  const terms = termsOf(lanes, ({ pps, sizes }) => inUnit(rate, (pps ?? 0) * costOf(rate, sizes)));
  return `${terms} = ${inUnit(rate, takenOf(rate, lanes))}`;
}

/** "a 1.000 kpps + max(b 500.0 pps, c 2.000 kpps)": what streams with a rate send, of a chain the largest. */
export function termsOf(lanes: readonly Lane[], amount: (lane: Lane) => string): string {
  const term = (lane: Lane) => `${lane.name} ${amount(lane)}`;
  const own = chainsOf(lanes).map((chain) => chain.filter(({ name, pps }) => name !== null && pps !== null));
  const terms = own
    .filter((chain) => chain.length > 0)
    .map((chain) => (chain.length === 1 ? chain.map(term).join() : `max(${shortened(chain.map(term))})`));
  return shortened(terms, ' + ');
}

function shortened(parts: readonly string[], separator = ', '): string {
  const shown = parts.length > MOST_NAMED ? [...parts.slice(0, MOST_NAMED), '…'] : parts;
  return shown.join(separator);
}

function inUnit(rate: Rate, amount: number): string {
  if (rate.unit === 'pps' || rate.unit === 'gap') return formatPps(amount);
  return `${formatBps(amount)} ${rate.unit === 'bps' && rate.layer === 'l2' ? 'L2' : 'L1'}`;
}

function listed(lanes: readonly Lane[]): string {
  const names = lanes.map(({ name }) => (name === null ? 'the mix' : `stream ${name}`));
  return shortened(names);
}
