import { UsageError } from '../errors.js';
import type { Rate, Shape } from '../model/timing.js';
import { formatBps, formatPps, L1_OVERHEAD_BYTES, lineRatePps } from '../units.js';
import { formatTimeNs } from './decimal.js';
import { formatRate, formatShape } from './format.js';
import { burstTooLong } from './parse.js';

/** What frames are like on average, FCS included. */
export interface MeanSizes {
  readonly meanBytes: number;
  /** Of what takes time on a wire: what is shorter is padded to 64 bytes. */
  readonly meanWireBytes: number;
}

export interface Line {
  readonly bps: number;
  /** --line-rate said so, and not the device. */
  readonly wasAsked: boolean;
}

/** A rate with everything that follows from it. */
export interface RateFigures {
  readonly pps: number;
  readonly bpsL1: number;
  readonly bpsL2: number;
  /** null where nobody knows what the line carries. */
  readonly percentOfLine: number | null;
}

type InPps<T> = T extends Rate
  ? number
  : T extends readonly (infer Element)[]
    ? readonly InPps<Element>[]
    : T extends object
      ? { readonly [Key in keyof T]: InPps<T[Key]> }
      : T;
/** A shape whose rates are packets per second. */
export type ResolvedShape = InPps<Shape>;

/** What a rate counts, in a second: frames, or bits of a layer. @throws UsageError for per cent of an unknown line. */
export function amountOf(where: string, rate: Rate, line: Line | null): number {
  if (rate.unit === 'gap') return 1e9 / rate.gapNs;
  if (rate.unit !== 'percent') return rate.value;
  if (line) return (line.bps * rate.value) / 100;
  throw new UsageError(
    `${where}: ${formatRate(rate)} of what? The device reports no speed; say it with --line-rate, such as --line-rate 10G`,
  );
}

/** How much of that one frame is. */
export function costOf(rate: Rate, { meanBytes, meanWireBytes }: MeanSizes): number {
  if (rate.unit === 'pps' || rate.unit === 'gap') return 1;
  const isL2 = rate.unit === 'bps' && rate.layer === 'l2';
  return 8 * (isL2 ? meanBytes : meanWireBytes + L1_OVERHEAD_BYTES);
}

/** Packets per second. `where`: what to name in a message, such as "--rate 40%". @throws UsageError */
export function resolveRate(where: string, rate: Rate, sizes: MeanSizes, line: Line | null): number {
  return amountOf(where, rate, line) / costOf(rate, sizes);
}

/** And back. */
export function figuresOf(
  pps: number,
  { meanBytes, meanWireBytes }: MeanSizes,
  line: Line | null,
): RateFigures {
  const bpsL1 = pps * (meanWireBytes + L1_OVERHEAD_BYTES) * 8;
  return {
    pps,
    bpsL1,
    bpsL2: pps * meanBytes * 8,
    percentOfLine: line && (100 * bpsL1) / line.bps,
  };
}

/** The same shape with `toPps` of each rate. */
export function mapRates(shape: Shape, toPps: (rate: Rate) => number): ResolvedShape {
  switch (shape.kind) {
    case 'constant':
    case 'poisson':
    case 'on-off':
      return { ...shape, rate: toPps(shape.rate) };
    case 'bursts':
      return { ...shape, at: shape.at && toPps(shape.at) };
    case 'ramp':
      return { ...shape, from: toPps(shape.from), to: toPps(shape.to) };
    case 'steps':
      return { ...shape, steps: shape.steps.map((step) => ({ ...step, rate: toPps(step.rate) })) };
    case 'recorded':
      return shape;
  }
}

/** Whether it says per cent, which somebody has to know the line for. */
export function isOfLine(shape: Shape): boolean {
  let found = false;
  mapRates(shape, ({ unit }) => {
    found ||= unit === 'percent';
    return 1;
  });
  return found;
}

/** The most that it sends a second; bursts count by their mean. NaN for recorded times: who has them knows. */
export function peakPps(shape: ResolvedShape): number {
  switch (shape.kind) {
    case 'constant':
    case 'poisson':
    case 'on-off':
      return shape.rate;
    case 'bursts':
      return (shape.packets * 1e9) / shape.everyNs;
    case 'ramp':
      return Math.max(shape.from, shape.to);
    case 'steps':
      return Math.max(...shape.steps.map(({ rate }) => rate));
    case 'recorded':
      return Number.NaN;
  }
}

/** A difference that is only a rounding of binary fractions. */
const ROUNDING = 1e-9;

/** @throws UsageError with the arithmetic where the line cannot carry that. `where` as in resolveRate(). */
export function requireLine(where: string, pps: number, sizes: MeanSizes, line: Line | null): void {
  if (!line) return;
  const mostPps = lineRatePps(line.bps, sizes.meanWireBytes);
  if (pps <= mostPps * (1 + ROUNDING)) return;
  throw new UsageError(`${where}: ${formatPps(pps)} is too much; ${capacityOf(sizes, line)}`);
}

function capacityOf(sizes: MeanSizes, line: Line): string {
  const bytes = Number(sizes.meanWireBytes.toFixed(1));
  const most = formatPps(lineRatePps(line.bps, sizes.meanWireBytes));
  const remedy = line.wasAsked ? '' : '; --line-rate says so where it carries more';
  return `the link carries at most ${formatBps(line.bps)}: at ${bytes} bytes ${most}${remedy}`;
}

/** The same for frames of several sizes. @throws UsageError */
export function requireCapacity(where: string, { pps, bpsL1 }: RateFigures, line: Line | null): void {
  const wireBytes = bpsL1 / 8 / pps - L1_OVERHEAD_BYTES;
  if (pps > 0) requireLine(where, pps, { meanBytes: wireBytes, meanWireBytes: wireBytes }, line);
}

/**
 * @throws UsageError where a rate of the shape is more than the line carries, or a burst takes longer than its period.
 */
export function requireShapeFits(
  where: string,
  shape: ResolvedShape,
  sizes: MeanSizes,
  line: Line | null,
): void {
  if (shape.kind === 'bursts') requireBurstFits(where, shape, sizes, line);
  else if (shape.kind !== 'recorded') requireLine(where, peakPps(shape), sizes, line);
}

function requireBurstFits(
  where: string,
  { packets, everyNs, at }: Extract<ResolvedShape, { kind: 'bursts' }>,
  sizes: MeanSizes,
  line: Line | null,
): void {
  if (at !== null) {
    requireLine(where, at, sizes, line);
    const tookNs = (packets / at) * 1e9;
    if (tookNs <= everyNs * (1 + ROUNDING)) return;
    throw new UsageError(`${where}: ${burstTooLong(packets, formatPps(at), tookNs, everyNs)}`);
  }
  if (!line) return;
  const tookNs = (packets / lineRatePps(line.bps, sizes.meanWireBytes)) * 1e9;
  if (tookNs <= everyNs * (1 + ROUNDING)) return;
  const rounded = formatTimeNs(Number(tookNs.toPrecision(4)));
  throw new UsageError(
    `${where}: ${packets} frames back to back take ${rounded}, longer than their period of ${formatTimeNs(everyNs)}; ${capacityOf(sizes, line)}`,
  );
}

/** "--rate 1Mpps", for messages. */
export function named(flag: string, shape: Shape): string {
  return `${flag} ${formatShape(shape)}`;
}
