import { UsageError } from '../errors.js';
import { formatPps, formatSpan } from '../units.js';
import type { Choice, Judged } from './choice.js';
import { flagOf } from './engine-options.js';
import type { LaneSchedule, SchedulePlan } from './schedule.js';

/**
 * Above that a worker needs the fastest engine, be it a coarse one: those that call the kernel for every frame come to
 * 0.6 to 1.4 Mpps (docs/measurements.md).
 */
const FINE_UP_TO_PPS = 1e6;

/** Whether each frame should have a call of its own, and an engine that does so is fast enough for that. */
export function wantsSingleFrames({ isPaced, rate }: SchedulePlan, workers: number): boolean {
  return isPaced && rate !== null && rate.pps / workers <= FINE_UP_TO_PPS;
}

/** An engine whose calls are dear sends what has become due meanwhile, and a frame alone costs it a whole call. */
export function sendsSingleFrames({ fit }: Pick<Judged, 'fit'>): boolean {
  return (fit.callNs ?? 0) === 0;
}

export interface Grained {
  readonly schedule: SchedulePlan;
  readonly notes: readonly string[];
}

/** The schedule as far as the engine can keep it. @throws UsageError where it is coarser than what was asked. */
export function withEngine(schedule: SchedulePlan, choice: Choice, workers: number): Grained {
  const { framesTogether = 1, callNs = 0 } = choice.fit;
  if (!schedule.isPaced) return { schedule, notes: [] };
  const notes = [...callNote(schedule, choice, callNs, workers)];
  if (framesTogether === 1) return { schedule, notes };
  requireWholeGroups(schedule, choice, framesTogether, workers);
  return {
    schedule: { ...schedule, framesTogether },
    notes: [...notes, groupNote(schedule, choice, framesTogether)],
  };
}

function callNote(
  { rate, lanes }: SchedulePlan,
  { engine }: Choice,
  callNs: number,
  workers: number,
): string[] {
  const spread = lanes.filter(({ shape }) => !isBackToBack(shape));
  if (callNs === 0 || spread.every(({ weight, shape }) => weight === 0 && shape === null)) return [];
  const together = rate && (peakOf(rate.pps, lanes) / workers) * (callNs / 1e9);
  const each = workers > 1 ? ' from each worker' : '';
  const calls = `engine ${engine.name} sends what is due every ${formatSpan(callNs)}`;
  if (rate === null || together === null) return [`${calls}: they leave together${each}`];
  if (together > 1) {
    const peak = formatPps(peakOf(rate.pps, lanes));
    return [`${calls}: at ${peak} ${Math.ceil(together)} frames leave together${each}`];
  }
  const isNear = spread.some(({ shape }) => shape?.kind === 'recorded') || together > SELDOM;
  return isNear && spread.some(({ shape }) => hasUnevenGaps(shape))
    ? [`${calls}: those with smaller gaps leave together${each}`]
    : [];
}

/** Drawn gaps are smaller than the call in so many of all cases, or fewer: nobody will notice. */
const SELDOM = 0.01;

function hasUnevenGaps(shape: LaneSchedule['shape']): boolean {
  return shape?.kind === 'poisson' || shape?.kind === 'recorded';
}

/** Its frames leave together because that is what was asked for. */
function isBackToBack(shape: LaneSchedule['shape']): boolean {
  return shape?.kind === 'bursts' && shape.at === null;
}

/** The most frames a second that are meant to leave one by one. */
function peakOf(pps: number, lanes: readonly LaneSchedule[]): number {
  const burstsPps = lanes.reduce(
    (sum, { shape, rate }) => sum + (isBackToBack(shape) ? (rate?.pps ?? 0) : 0),
    0,
  );
  return Math.max(pps - burstsPps, ...lanes.map(({ shape }) => (shape?.kind === 'bursts' && shape.at) || 0));
}

function requireWholeGroups(
  { lanes, asked }: SchedulePlan,
  choice: Choice,
  frames: number,
  workers: number,
): void {
  const engine = nameOf(choice, frames);
  if (lanes.length > 1) {
    throw new UsageError(
      `${engine}: ${frames} frames leave together, so that streams cannot have a rate, start or end of their own; expected an engine that sends one by one`,
    );
  }
  const each = frames * workers;
  const from = workers > 1 ? ` from each of ${workers} workers` : '';
  for (const { shape } of lanes) {
    if (shape?.kind !== 'bursts' || shape.packets % each === 0) continue;
    throw new UsageError(
      `--rate ${asked}: with ${engine} ${frames} frames leave together${from}; expected bursts of ${each}, ${2 * each} and so on`,
    );
  }
}

function groupNote(schedule: SchedulePlan, choice: Choice, frames: number): string {
  return `${nameOf(choice, frames)}: ${frames} frames leave together${everyOf(schedule, frames)}`;
}

function everyOf({ rate, lanes }: SchedulePlan, frames: number): string {
  const shape = lanes[0]?.shape;
  if (!rate || !shape || shape.kind === 'bursts') return '';
  const every = `, every ${formatSpan((frames * 1e9) / rate.pps)}`;
  if (shape.kind === 'constant') return every;
  return hasUnevenGaps(shape) ? `${every} on average` : `${every} at ${formatPps(rate.pps)}`;
}

/** With the option that makes it so. */
function nameOf({ engine, options }: Choice, frames: number): string {
  const cause = Object.entries(options).find(([, value]) => value === frames);
  return `engine ${engine.name}${cause ? ` ${flagOf(cause[0])} ${frames}` : ''}`;
}
