import { UsageError } from '../errors.js';
import type { Rate } from '../model/timing.js';
import type { NativeRun } from '../native/index.js';
import { requireRate } from '../rate/check.js';
import { formatRate } from '../rate/format.js';
import { requireLine, resolveRate } from '../rate/resolve.js';
import { formatPps } from '../units.js';
import type { RunPlan } from './plan.js';
import { NOMINAL_PPS } from './timetable.js';

/** What a clock of nanoseconds can be told. */
const SPEED = { least: 1e-9, most: 1e9 } as const;

/** How fast the schedule of a run is gone through: what is asked of it now. */
export class Steering {
  /** How often the rate was changed. */
  changes = 0;
  /** Once frames waited for their times. */
  wasPaced: boolean;
  private current: number;

  constructor(
    private readonly plan: RunPlan,
    private readonly native: NativeRun,
  ) {
    this.wasPaced = plan.schedule.isPaced;
    this.current = this.wasPaced ? 1 : Number.POSITIVE_INFINITY;
  }

  /** Schedule time per real time; null: as fast as possible. */
  get speed(): number | null {
    return Number.isFinite(this.current) ? this.current : null;
  }

  /** The most that is asked for at a time; null: as fast as possible. */
  get askedPps(): number | null {
    const { speed } = this;
    const basePps = basePpsOf(this.plan);
    return speed === null || basePps === null ? null : speed * basePps;
  }

  /** @throws UsageError for a rate that is out of range or more than the line carries. */
  setRate(asked: Rate): void {
    this.change(speedFor(this.plan, asked));
    this.wasPaced = true;
  }

  setTopSpeed(): void {
    this.change(Number.POSITIVE_INFINITY);
  }

  /** What was set before the first frame is how the run begins. */
  begin(): void {
    this.changes = 0;
    this.wasPaced = this.speed !== null;
  }

  private change(speed: number): void {
    this.native.setSpeed(speed);
    this.current = speed;
    this.changes++;
  }
}

/** At speed 1. null where no number says it: streams that are as fast as possible beside others. */
function basePpsOf({ schedule: { rate, lanes } }: RunPlan): number | null {
  return rate?.pps ?? (lanes.length === 1 ? NOMINAL_PPS : null);
}

/**
 * How fast the schedule of a plan has to be gone through to send so much at most at a time.
 * @throws UsageError for a rate that is out of range or more than the line carries. Pure.
 */
export function speedFor(plan: RunPlan, asked: Rate): number {
  const { schedule, sizes } = plan;
  const basePps = basePpsOf(plan);
  const rate = requireRate(asked);
  const where = `rate ${formatRate(rate)}`;
  if (basePps === null) {
    throw new UsageError(
      `${where}: some streams are as fast as possible, so that there is no rate to change`,
    );
  }
  const { lineRateBps } = schedule;
  const line = lineRateBps === null ? null : { bps: lineRateBps, wasAsked: true };
  const pps = resolveRate(where, rate, sizes, line);
  requireLine(where, pps, sizes, line);
  const speed = pps / basePps;
  if (!(speed >= SPEED.least && speed <= SPEED.most)) {
    throw new UsageError(
      `${where}: expected from ${formatPps(basePps * SPEED.least)} to ${formatPps(basePps * SPEED.most)}, a thousand million times less or more than the plan has`,
    );
  }
  return speed;
}
