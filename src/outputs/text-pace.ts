import type { Rate, Shape } from '../model/timing.js';
import { formatShape, formatTimeNs } from '../rate/format.js';
import type { ResolvedShape } from '../rate/resolve.js';
import { askedAndSent, isMean, type PaceSummary } from '../run/pace.js';
import type { RunPlan } from '../run/plan.js';
import { describeRate, type LaneSchedule, type SchedulePlan } from '../run/schedule.js';
import type { Snapshot } from '../run/snapshot.js';
import type { Summary } from '../run/summary.js';
import { formatCount, formatNumberOf, formatPps, formatSpan } from '../units.js';

/** When frames leave: nothing of a run that waits for nothing. */
export function describeSchedule({ schedule }: RunPlan): string[] {
  const { isPaced, asked, rate, lanes, warmupNs, lineRateBps } = schedule;
  const warmup =
    warmupNs > 0 ? [`warm-up  ${formatTimeNs(warmupNs)} is sent before anything is counted`] : [];
  if (!isPaced) return warmup;
  const isConstant = asked === null || CONSTANT.test(asked);
  const total = rate
    ? `${isConstant ? '' : atMost(lanes)}${describeRate(rate, lineRateBps)}`
    : 'as fast as possible where no stream has a rate';
  const shape = isConstant ? '' : `${asked}: `;
  return [`rate     ${shape}${total}; ${policy(schedule)}`, ...describeLanes(schedule), ...warmup];
}

/** The text of a shape that is nothing but a rate. */
const CONSTANT = /^(?:\d|gap)/;

function atMost(lanes: readonly LaneSchedule[]): string {
  return isMean(lanes) ? 'on average ' : 'at most ';
}

function policy({ pacing, late }: SchedulePlan): string {
  return `${pacing} pacing, late frames are ${late === 'skip' ? 'not caught up' : 'caught up'}`;
}

/** More than these are for --json. */
const MOST_LANES = 16;

function describeLanes({ lanes, lineRateBps }: SchedulePlan): string[] {
  const [mix, ...alone] = lanes;
  if (alone.length === 0) return [];
  const shown = [...(mix && mix.weight > 0 ? [mix] : []), ...alone];
  const lines = shown.slice(0, MOST_LANES).map((lane) => {
    const rate = lane.rate ? describeRate(lane.rate, lineRateBps) : 'as fast as possible';
    const shape = lane.shape && lane.shape.kind !== 'constant' ? `${describeShape(lane.shape)}: ` : '';
    return `         ${lane.name ?? 'the mix'}: ${shape}${rate}${describeTime(lane, lanes)}`;
  });
  const left = shown.length - lines.length;
  return left > 0 ? [...lines, `         … and ${left} more, see --json`] : lines;
}

function describeTime({ startNs, durationNs, after }: LaneSchedule, lanes: readonly LaneSchedule[]): string {
  const start = startNs > 0 ? formatTimeNs(startNs) : '';
  const parts = [
    after === null && start !== '' && `after ${start}`,
    after !== null && `${start}${start === '' ? 'when' : ' after'} ${lanes[after]?.name ?? ''} has ended`,
    durationNs !== null && `for ${formatTimeNs(durationNs)}`,
  ].filter((part) => typeof part === 'string');
  return parts.length === 0 ? '' : `, ${parts.join(', ')}`;
}

/** In packets per second, to four digits. */
function describeShape(shape: ResolvedShape): string {
  return formatShape(withRates(shape));
}

function withRates(shape: ResolvedShape): Shape {
  const rate = (pps: number): Rate => ({ unit: 'pps', value: Number(pps.toPrecision(4)) });
  switch (shape.kind) {
    case 'constant':
    case 'poisson':
    case 'on-off':
      return { ...shape, rate: rate(shape.rate) };
    case 'bursts':
      return { ...shape, at: shape.at === null ? null : rate(shape.at) };
    case 'ramp':
      return { ...shape, from: rate(shape.from), to: rate(shape.to) };
    case 'steps':
      return { ...shape, steps: shape.steps.map((step) => ({ ...step, rate: rate(step.rate) })) };
    case 'recorded':
      return shape;
  }
}

/** What a line of the running figures says beside them. */
export function describeMoment({ workers, warmup, askedPps }: Snapshot): string {
  const paused = workers.every(({ state }) => state === 'paused') ? '  paused' : '';
  const asked = askedPps === null ? '' : `  asked ${formatPps(askedPps)}`;
  const warming = warmup?.some((then, i) => then === workers[i]) ? '  warming up' : '';
  return `${asked}${warming}${paused}`;
}

/** How well the schedule was kept, and what the warm-up sent. */
export function describePace(summary: Summary): string[] {
  const { pace, warmup } = summary;
  const before = warmup
    ? [`warm-up  sent ${formatCount(warmup.packets)} frames before; they are not counted`]
    : [];
  return pace
    ? [...before, describeKept(pace, summary), ...describeLateness(pace), ...describeStalls(pace)]
    : before;
}

function describeKept(pace: PaceSummary, { plan, total }: Summary): string {
  const { rateError, changes } = pace;
  const error = rateError === null ? '' : ` (${signed(rateError)})`;
  const changed = changes === 0 ? '' : `; changed ${changes === 1 ? 'once' : `${changes} times`}`;
  return `rate     ${askedAndSent(plan, pace, total)}${error}${changed}`;
}

function signed(share: number): string {
  const percent = (100 * share).toFixed(4);
  return `${share > 0 ? '+' : ''}${percent} %`;
}

function describeLateness({ lateness }: PaceSummary): string[] {
  if (!lateness) return [];
  const { p50Ns, p90Ns, p99Ns, p999Ns, maxNs, within1us, within10us, within100us, within1ms } = lateness;
  const share = (value: number) => `${(100 * value).toFixed(2)} %`;
  return [
    `late     half ≤ ${formatSpan(p50Ns)}, 90 % ≤ ${formatSpan(p90Ns)}, 99 % ≤ ${formatSpan(p99Ns)}, 99.9 % ≤ ${formatSpan(p999Ns)}, all ≤ ${formatSpan(maxNs)}`,
    `         within 1 µs ${share(within1us)}, 10 µs ${share(within10us)}, 100 µs ${share(within100us)}, 1 ms ${share(within1ms)}`,
  ];
}

function describeStalls({ latePackets, stalls, caughtUpNs, skippedNs, behindNs }: PaceSummary): string[] {
  if (latePackets === 0 && stalls === 0) return [];
  const more = [
    `${formatNumberOf(latePackets, 'frame')} more than 1 ms late`,
    caughtUpNs > 0 && `${formatSpan(caughtUpNs)} caught up`,
    skippedNs > 0 && `${formatSpan(skippedNs)} given up`,
    behindNs > 0 && `${formatSpan(behindNs)} behind at the end`,
  ].filter((part) => typeof part === 'string');
  return [`stalls   ${formatCount(stalls)}: ${more.join(', ')}`];
}
