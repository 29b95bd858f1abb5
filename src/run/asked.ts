import type { FrameProgram } from '../compile/program.js';
import type { TrafficModel } from '../model/traffic.js';
import { type CalibrationKey, calibrationKey } from './calibration.js';
import { AUTO, type Candidate, candidatesFor } from './choice.js';
import { MOST_BATCH } from './engine-options.js';
import { isReplay, type Loops, requireWhole, resolveLoops } from './loops.js';
import type { RunOptions } from './plan.js';
import type { Occasion } from './probe.js';
import { programOf, sizesOf, type TrafficSizes } from './program.js';
import { resolveSchedule, type SchedulePlan } from './schedule.js';
import { type ResolvedTarget, requireFit, requireHeader, resolveTarget } from './target.js';
import { resolveTraffic } from './traffic.js';

/** What was asked for, checked as far as it goes before an engine is chosen. */
export interface Asked {
  /** The engine was named by the caller. */
  readonly wasNamed: boolean;
  readonly candidates: readonly Candidate[];
  /** null: what suits the engine. */
  readonly batch: number | null;
  readonly place: ResolvedTarget;
  readonly traffic: TrafficModel;
  readonly program: FrameProgram;
  readonly sizes: TrafficSizes;
  /** As far as it does not depend on the engine. */
  readonly schedule: SchedulePlan;
  readonly replay: Loops;
  /** What engines are asked about. */
  readonly occasion: Occasion;
  /** Under which a measurement of all this is kept. */
  readonly key: CalibrationKey;
}

/** @throws UsageError, HostError: one line each, naming what would be right. */
export async function checkAsked(options: RunOptions): Promise<Asked> {
  const wanted = options.engine ?? AUTO;
  const candidates = candidatesFor(wanted, options.engineOptions ?? {});
  const batch = options.batch === undefined ? null : requireWhole('--batch', options.batch, 1, MOST_BATCH);
  const place = resolveTarget(
    options,
    candidates.map(({ engine }) => engine),
  );
  const traffic = resolveTraffic(options, place.source);
  const program = await programOf(traffic);
  const schedule = resolveSchedule(options, traffic, program, place.linkSpeedMbps);
  const lanesPps = schedule.lanes.map(({ rate }) => rate?.pps ?? null);
  const sizes = sizesOf(program, schedule.lanes.length > 1 ? lanesPps : []);
  requireFit(place, sizes.maxBytes, isReplay(traffic) ? 'the longest frame of the capture: ' : '--size ');
  requireHeader(place, sizes.minBytes);
  return {
    wasNamed: wanted !== AUTO,
    candidates,
    batch,
    place,
    traffic,
    program,
    sizes,
    schedule,
    replay: resolveLoops(options, traffic, program),
    occasion: {
      target: place.target,
      farEndDoes: options.farEnd,
      longestBytes: sizes.maxBytes,
      program,
      workers: options.cpus?.length ?? options.workers ?? 1,
      queues: place.device?.queues ?? null,
    },
    key: calibrationKey(options, place, program, sizes),
  };
}
