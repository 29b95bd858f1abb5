import type { FrameProgram } from '../compile/program.js';
import { UsageError } from '../errors.js';
import { framesOfRun } from './bytes.js';
import type { RunOptions, RunPlan } from './plan.js';
import type { SchedulePlan } from './schedule.js';
import type { Summary } from './summary.js';

/** What was done so far of what was asked in all. */
export interface DoneSoFar {
  readonly packets: number;
  /** Frame sizes added up, FCS included. */
  readonly bytes: number;
  /** Pauses and warm-ups not counted. */
  readonly seconds: number;
}

/** Of runs one after the other. */
export function doneBy(runs: readonly Summary[]): DoneSoFar {
  const sum = (of: keyof DoneSoFar) => runs.reduce((all, { total }) => all + total[of], 0);
  return { packets: sum('packets'), bytes: sum('bytes'), seconds: sum('seconds') };
}

/**
 * The plan of what is left when so much of it has been done. Its limits are those of the rest, its loops are frames, and
 * it has no warm-up. null when nothing is left. `program`: that of its traffic. Pure.
 */
export function restOf(
  options: RunOptions,
  plan: RunPlan,
  program: FrameProgram,
  done: DoneSoFar,
): RunPlan | null {
  const doneNs = Math.round(done.seconds * 1e9);
  const durationNs = plan.durationNs === null ? null : plan.durationNs - doneNs;
  const frames = framesLeft(options, plan, program, done);
  if ((durationNs !== null && durationNs <= 0) || frames === 0) return null;
  return {
    ...plan,
    countPackets: frames,
    durationNs,
    loops: null,
    schedule: { ...startedEarlier(plan.schedule, options.startNs ?? 0, doneNs), warmupNs: 0 },
  };
}

/** null for no limit. */
function framesLeft(
  { countPackets, bytes }: RunOptions,
  plan: RunPlan,
  program: FrameProgram,
  done: DoneSoFar,
): number | null {
  const count = countPackets ?? (plan.loops === null ? undefined : framesOfLoops(plan, plan.loops));
  const left = count === undefined ? null : Math.max(0, count - done.packets);
  if (bytes === undefined) return count === undefined ? plan.countPackets : left;
  return left === 0 ? 0 : framesWithin(program, bytes - done.bytes, left);
}

function framesOfLoops({ captures }: RunPlan, loops: number): number {
  return loops * (captures[0]?.frames ?? 0);
}

function framesWithin(program: FrameProgram, bytes: number, countPackets: number | null): number {
  if (bytes <= 0) return 0;
  try {
    return framesOfRun(program, { bytes, countPackets }) ?? 0;
  } catch (error) {
    if (error instanceof UsageError) return 0; // not even the first frame fits
    throw error;
  }
}

/** A delay of the start is waited for once. */
function startedEarlier(schedule: SchedulePlan, startNs: number, doneNs: number): SchedulePlan {
  const waitedNs = Math.min(startNs, doneNs);
  if (waitedNs === 0) return schedule;
  const lanes = schedule.lanes.map((lane) =>
    lane.after === null ? { ...lane, startNs: lane.startNs - waitedNs } : lane,
  );
  return { ...schedule, lanes };
}
