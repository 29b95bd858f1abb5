import type { RunPlan } from '../run/plan.js';
import type { LaneSchedule } from '../run/schedule.js';

/**
 * Of each stream of the plan the part of all frames that was asked for, 0 to 1; null where it is not known: it changes with
 * time, or follows from what others leave. Pure.
 */
export function askedShares(plan: RunPlan): (number | null)[] {
  const { streams } = plan.traffic;
  const { lanes } = plan.schedule;
  const unknown = streams.map(() => null);
  const alone = new Map(
    lanes.flatMap((lane) => (lane.stream === null ? [] : [[lane.stream, lane] as const])),
  );
  const used = lanes.filter((lane) => lane.stream !== null || lane.weight > 0);
  const amounts = new Map(amountsOf(used) ?? []);
  const total = [...amounts.values()].reduce((sum, amount) => sum + amount, 0);
  // A stream with a number of frames of its own ends, and the others go on.
  if (!(total > 0) || (streams.length > 1 && streams.some(({ count }) => count !== null))) return unknown;
  const mix = lanes.find((lane) => lane.stream === null);
  const mixShare = (mix && amounts.get(mix) ? (amounts.get(mix) ?? 0) : 0) / total;
  const mixWeight = streams.reduce((sum, { weight }, i) => sum + (alone.has(i) ? 0 : weight), 0);
  return streams.map(({ weight }, i) => {
    const lane = alone.get(i);
    return lane ? (amounts.get(lane) ?? 0) / total : (mixShare * weight) / mixWeight;
  });
}

/** What lanes send in proportion to each other: all by their rates, or all by their weights. */
function amountsOf(lanes: readonly LaneSchedule[]): [LaneSchedule, number][] | null {
  if (lanes.length === 1) return lanes.map((lane) => [lane, 1]);
  if (lanes.some((lane) => lane.startNs > 0 || lane.durationNs !== null || lane.after !== null)) return null;
  if (lanes.every(({ shape }) => shape === null)) return lanes.map((lane) => [lane, lane.weight]);
  if (!lanes.every(hasMeanRate)) return null;
  return lanes.map((lane) => [lane, lane.rate?.pps ?? 0]);
}

/** Of other shapes the plan has the highest rate only. */
function hasMeanRate({ shape, rate }: LaneSchedule): boolean {
  return (
    rate !== null && shape !== null && ['constant', 'poisson', 'bursts', 'recorded'].includes(shape.kind)
  );
}
