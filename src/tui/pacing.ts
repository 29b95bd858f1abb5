import { isMean, paceOf, rateMissed } from '../run/pace.js';
import type { RunPlan } from '../run/plan.js';
import { totalFigures } from '../run/rates.js';
import type { Snapshot } from '../run/snapshot.js';

/** How well a schedule is kept. */
export interface Pacing {
  /** "50.00 kpps" is not all that is to be said of what changes with time. */
  readonly bound: '' | 'at most ' | 'on average ';
  readonly askedPps: number;
  /** Of the frames, 0 to 1, those that were more than 1 ms late; since zero(). null without frames. */
  readonly lateShare: number | null;
  /** Of the worker that is worst off. */
  readonly behindNs: number;
  /** Given up since zero(), by the worker of each leg that was worst off. */
  readonly skippedNs: number;
  /** If the present leg ended now, its rate would be one that was not held. */
  readonly isMissed: boolean;
}

/** null where nothing waits for its time. `since`: of frames, and given up. */
export function pacingOf(
  plan: RunPlan,
  now: Snapshot,
  since: { readonly packets: number; readonly late: number; readonly skippedNs: number },
): Pacing | null {
  const { askedPps, workers } = now;
  if (askedPps === null) return null;
  return {
    bound: boundOf(plan),
    askedPps,
    lateShare: since.packets > 0 ? since.late / since.packets : null,
    behindNs: Math.max(0, ...workers.map(({ behindNs }) => behindNs)),
    skippedNs: since.skippedNs,
    isMissed: isMissed(plan, now, askedPps),
  };
}

function boundOf({ schedule: { lanes } }: RunPlan): Pacing['bound'] {
  const used = lanes.filter(({ weight, stream }) => stream !== null || weight > 0);
  if (isMean(used)) return 'on average ';
  const isConstant = used.every(
    ({ shape, startNs, durationNs, after }) =>
      (shape === null || shape.kind === 'constant') &&
      startNs === used[0]?.startNs &&
      durationNs === null &&
      after === null,
  );
  return isConstant ? '' : 'at most ';
}

/** The rule of the summary. */
function isMissed(plan: RunPlan, now: Snapshot, askedPps: number): boolean {
  const { workers, warmup } = now;
  const total = totalFigures(warmup ? { ...now, workers: warmup } : undefined, now);
  const pace = paceOf(plan, workers, total, { isFree: false, askedPps, changes: 0, lateness: null });
  return rateMissed(plan, pace, workers, total) !== null;
}

/** Until the first frame is due, where all of them wait; null else. */
export function startsInSeconds({ schedule: { lanes } }: RunPlan, now: Snapshot): number | null {
  const { workers, speed } = now;
  if (speed === null || !(speed > 0) || workers.some(({ packets }) => packets > 0)) return null;
  const first = Math.min(...lanes.filter(({ after }) => after === null).map(({ startNs }) => startNs));
  const gone = Math.max(0, ...workers.map(({ seconds }) => seconds));
  const seconds = first / 1e9 / speed - gone;
  return Number.isFinite(seconds) && seconds > 0 ? seconds : null;
}
