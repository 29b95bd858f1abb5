import { ExitCode } from '../errors.js';
import { formatCount } from '../units.js';
import type { Calibration } from './calibration.js';
import { type Pacemaker, type PaceSummary, paceOf, rateMissed, SHARED_BELOW } from './pace.js';
import type { RunPlan } from './plan.js';
import { type Figures, totalFigures, workerFigures } from './rates.js';
import type { EndReason, LinkDelta, Snapshot, StreamCount, WorkerSnapshot } from './snapshot.js';
import { countOf, type Sent, sentBy, type Witness, witnessOf } from './witness.js';

/** Version of the JSON shapes of RunPlan and Summary together. Grows when a field changes its meaning or goes. */
export const SCHEMA_VERSION = 4;

/** The result of a run: what `--json` prints. */
export interface Summary {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly plan: RunPlan;
  readonly workers: readonly WorkerSummary[];
  readonly total: Figures;
  /** What was sent before anything was counted: it is in no figure but those of the device and the far end. */
  readonly warmup: Sent | null;
  /** null where nothing waited for its time. */
  readonly pace: PaceSummary | null;
  /** In the order of the model. */
  readonly streams: readonly StreamCount[];
  readonly device: DeviceSummary | null;
  readonly farEnd: FarEndSummary | null;
  /** From the start of the process to the first frame; null when none left. */
  readonly commandToFirstPacketMs: number | null;
  /** What was measured right before the run, to choose the engine; null when nothing was. */
  readonly calibration: Calibration | null;
  /** Everything that was not as asked; empty when the run held. */
  readonly findings: readonly Finding[];
  /** What a reader of the figures should know, although nothing that was asked for was missed. */
  readonly notes: readonly string[];
  readonly exitCode: ExitCode;
}

export interface WorkerSummary extends Figures {
  readonly cpu: number;
  /** null: still at it. */
  readonly endReason: EndReason | null;
  readonly endError: string | null;
  /** How its engine sent, such as "zero-copy"; empty where there is nothing to tell. */
  readonly mode: string;
}

/** The device's own account of the run, by counters that pktgen does not own. */
export interface DeviceSummary extends LinkDelta {
  readonly driver: string | null;
  /** The kernel counter that counts our frames there. */
  readonly counter: Witness;
  /** What that counter says, in frames. */
  readonly countedPackets: number;
  /** That counter minus the packets of our workers; negative when the device saw fewer. */
  readonly differencePackets: number;
  /**
   * The difference is at most 0.01 % of the packets; in a lab there is none. null where the device is gone, and as long as
   * frames are on their way.
   */
  readonly agrees: boolean | null;
}

export interface FarEndSummary extends LinkDelta {
  /** Received minus sent; negative when frames were lost on the way. */
  readonly differencePackets: number;
  readonly agrees: boolean | null;
}

export interface Finding {
  /** Stable: link-gone, link-down, no-carrier, mtu-lowered, device-silent, nothing-sent, engine-error, count-missed, rate-missed, device-disagrees, far-end-disagrees. */
  readonly code: string;
  readonly message: string;
}

/** A disagreement up to this share of the packets is taken for other traffic on the device. */
export const AGREEMENT = 1e-4;

/** What a session knows besides the counters. */
export interface SummaryContext {
  readonly driver: string | null;
  readonly events: readonly Finding[];
  readonly processStartedAtMs: number;
  /** By worker. */
  readonly modes?: readonly string[];
  readonly pacemaker?: Pacemaker | null;
  readonly calibration?: Calibration | null;
  /** false: what can only be judged at the end is not judged. Default true. */
  readonly isOver?: boolean;
  /** What is missing is for another run to send. */
  readonly isContinued?: boolean;
  /** Frames that runs before have sent of the same task. */
  readonly packetsBefore?: number;
}

/** The last snapshot, or the present one, and what happened on the way → the result. Pure. */
export function summarize(plan: RunPlan, last: Snapshot, context: SummaryContext): Summary {
  const { warmup } = last;
  const { isOver = true } = context;
  const total = totalFigures(warmup ? { ...last, workers: warmup } : undefined, last);
  const sent = sentBy(last.workers);
  // Nobody else sends in a lab: there every frame has to be accounted for.
  const tolerated = plan.target.kind === 'interface' ? sent.packets * AGREEMENT : 0;
  const device = last.device && describeDevice(last.device, context, sent, tolerated);
  const farEnd = last.farEnd && describeFarEnd(last.farEnd, context, sent.packets, tolerated);
  const pace = context.pacemaker ? paceOf(plan, last.workers, total, context.pacemaker) : null;
  const judged = () => [
    ...judgeCount(plan, last, total, context),
    ...judgeCounters(plan, device, farEnd),
    ...judgePace(plan, pace, last.workers, total),
  ];
  const findings = [...context.events, ...(isOver ? judged() : [])];
  return {
    schemaVersion: SCHEMA_VERSION,
    plan,
    workers: last.workers.map((worker, i) => ({
      cpu: worker.cpu,
      endReason: worker.endReason ?? (isOver ? 'stopped' : null),
      endError: worker.endError,
      mode: context.modes?.[i] ?? '',
      ...workerFigures(warmup?.[i], worker),
    })),
    total,
    warmup: warmup && sentBy(warmup),
    pace,
    streams: last.streams,
    device,
    farEnd,
    commandToFirstPacketMs: firstPacketMs(last, context.processStartedAtMs),
    calibration: context.calibration ?? null,
    findings,
    notes: last.workers.flatMap(noteSharedCpu),
    exitCode: findings.length === 0 ? ExitCode.ok : ExitCode.notHeld,
  };
}

const SHORTEST_JUDGED_SECONDS = 0.05;

function noteSharedCpu({ cpu, waits, seconds, offCpuSeconds }: WorkerSnapshot): string[] {
  const others = seconds > 0 ? Math.min(1, offCpuSeconds / seconds) : 0;
  if (waits > 0 || seconds < SHORTEST_JUDGED_SECONDS || others <= 1 - SHARED_BELOW) return [];
  return [`CPU ${cpu} was shared: others had it ${Math.round(others * 100)} % of the time`];
}

function describeDevice(
  delta: LinkDelta,
  { driver, modes = [], isOver = true }: SummaryContext,
  sent: Sent,
  tolerated: number,
): DeviceSummary {
  const counter = witnessOf(driver, modes);
  const countedPackets = countOf(delta, counter, sent);
  return {
    ...delta,
    driver,
    counter,
    countedPackets,
    ...compare(countedPackets, sent.packets, tolerated, isOver && !delta.gone),
  };
}

function describeFarEnd(
  delta: LinkDelta,
  { isOver = true }: SummaryContext,
  packets: number,
  tolerated: number,
): FarEndSummary {
  return { ...delta, ...compare(delta.rxPackets, packets, tolerated, isOver && !delta.gone) };
}

function compare(
  counted: number,
  packets: number,
  tolerated: number,
  canBeJudged: boolean,
): { differencePackets: number; agrees: boolean | null } {
  const differencePackets = counted - packets;
  return { differencePackets, agrees: canBeJudged ? Math.abs(differencePackets) <= tolerated : null };
}

/** What may be behind it on an interface that is not ours alone. */
function whyNot({ target, engine }: RunPlan, { name, differencePackets, driver }: DeviceSummary): string {
  if (target.kind !== 'interface') return '';
  if (differencePackets > 0) return ': is there other traffic on it?';
  const isHardware = (engine.name === 'live' || engine.name === 'xdp') && driver !== 'veth';
  return isHardware ? `; some drivers leave such frames out: compare with ethtool -S ${name}` : '';
}

/**
 * With a duration, too, a count is the most: whichever is first ends the run. What runs before have sent of the same task is
 * part of what was asked for.
 */
function judgeCount(
  { countPackets, durationNs }: RunPlan,
  { workers, warmup }: Snapshot,
  { packets }: Figures,
  { isContinued = false, packetsBefore = 0 }: SummaryContext,
): Finding[] {
  const isMore = countPackets !== null && packets > countPackets;
  if (isContinued && !isMore) return [];
  const endedInTime = durationNs !== null && workers.some(({ endReason }) => endReason === 'duration');
  const isShort = countPackets !== null && packets < countPackets && !endedInTime;
  const sent = packets + packetsBefore;
  if (isShort || isMore) {
    const message = `${formatCount(sent)} of ${formatCount(countPackets + packetsBefore)} frames were sent`;
    return [{ code: 'count-missed', message }];
  }
  // Who stops a warm-up knows that nothing was counted.
  const wasStopped = warmup?.some((then, i) => then === workers[i] && then.endReason === 'stopped');
  if (sent > 0 || (wasStopped && sentBy(workers).packets > 0)) return [];
  return [{ code: 'nothing-sent', message: 'not a single frame was sent' }];
}

function judgeCounters(plan: RunPlan, device: DeviceSummary | null, farEnd: FarEndSummary | null): Finding[] {
  const findings: Finding[] = [];
  if (device?.agrees === false) {
    findings.push({
      code: 'device-disagrees',
      message: `${device.name} counted ${describeDifference(device.differencePackets)} in ${device.counter}, and dropped ${formatCount(device.txDropped)}${whyNot(plan, device)}`,
    });
  }
  if (farEnd?.agrees === false) {
    findings.push({
      code: 'far-end-disagrees',
      message: `${farEnd.name} received ${describeDifference(farEnd.differencePackets)}`,
    });
  }
  return findings;
}

function judgePace(
  plan: RunPlan,
  pace: PaceSummary | null,
  workers: readonly WorkerSnapshot[],
  total: Figures,
): Finding[] {
  const message = pace && rateMissed(plan, pace, workers, total);
  return message === null ? [] : [{ code: 'rate-missed', message }];
}

function describeDifference(packets: number): string {
  return `${formatCount(Math.abs(packets))} frames ${packets < 0 ? 'fewer' : 'more'} than were sent`;
}

function firstPacketMs(last: Snapshot, processStartedAtMs: number): number | null {
  const times = last.workers.flatMap((worker) => worker.firstPacketAtMs ?? []);
  return times.length === 0 ? null : Math.min(...times) - processStartedAtMs;
}
