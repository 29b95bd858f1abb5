import { ExitCode } from '../errors.js';
import { formatCount } from '../units.js';
import type { Calibration } from './calibration.js';
import type { RunPlan } from './plan.js';
import { type Figures, totalFigures, workerFigures } from './rates.js';
import type { EndReason, LinkDelta, Snapshot, StreamCount, WorkerSnapshot } from './snapshot.js';
import { countOf, type Sent, type Witness, witnessOf } from './witness.js';

/** Version of the JSON shapes of RunPlan and Summary together. Grows when a field changes its meaning or goes. */
export const SCHEMA_VERSION = 3;

/** The result of a run: what `--json` prints. */
export interface Summary {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly plan: RunPlan;
  readonly workers: readonly WorkerSummary[];
  readonly total: Figures;
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
  readonly endReason: EndReason;
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
  /** The difference is at most 0.01 % of the packets; in a lab there is none. null where the device is gone. */
  readonly agrees: boolean | null;
}

export interface FarEndSummary extends LinkDelta {
  /** Received minus sent; negative when frames were lost on the way. */
  readonly differencePackets: number;
  readonly agrees: boolean | null;
}

export interface Finding {
  /** Stable: link-gone, link-down, no-carrier, mtu-lowered, device-silent, nothing-sent, engine-error, count-missed, device-disagrees, far-end-disagrees. */
  readonly code: string;
  readonly message: string;
}

/** A disagreement up to this share of the packets is taken for other traffic on the device. */
export const AGREEMENT = 1e-4;

/** The last snapshot and what happened on the way → the result. Pure. */
export function summarize(
  plan: RunPlan,
  last: Snapshot,
  context: {
    readonly driver: string | null;
    readonly events: readonly Finding[];
    readonly processStartedAtMs: number;
    readonly streams: readonly StreamCount[];
    /** By worker. */
    readonly modes?: readonly string[];
    readonly calibration?: Calibration | null;
  },
): Summary {
  const total = totalFigures(undefined, last);
  // Nobody else sends in a lab: there every frame has to be accounted for.
  const tolerated = plan.target.kind === 'interface' ? total.packets * AGREEMENT : 0;
  const device = last.device && describeDevice(last.device, context, total, tolerated);
  const farEnd = last.farEnd && describeFarEnd(last.farEnd, total.packets, tolerated);
  const findings = [...context.events, ...judge(plan, total, device, farEnd)];
  return {
    schemaVersion: SCHEMA_VERSION,
    plan,
    workers: last.workers.map((worker, i) => ({
      cpu: worker.cpu,
      endReason: worker.endReason ?? 'stopped',
      endError: worker.endError,
      mode: context.modes?.[i] ?? '',
      ...workerFigures(undefined, worker),
    })),
    total,
    streams: context.streams,
    device,
    farEnd,
    commandToFirstPacketMs: firstPacketMs(last, context.processStartedAtMs),
    calibration: context.calibration ?? null,
    findings,
    notes: last.workers.flatMap(noteSharedCpu),
    exitCode: findings.length === 0 ? ExitCode.ok : ExitCode.notHeld,
  };
}

/** A worker that never waits uses all of its time on the CPU, unless something else runs there. */
const SHARED_BELOW = 0.95;
const SHORTEST_JUDGED_SECONDS = 0.05;

function noteSharedCpu({ cpu, busy, seconds, cpuSeconds }: WorkerSnapshot): string[] {
  const share = seconds > 0 ? cpuSeconds / seconds : 1;
  if (busy > 0 || seconds < SHORTEST_JUDGED_SECONDS || share >= SHARED_BELOW) return [];
  return [
    `CPU ${cpu} was shared: its worker ran ${Math.round(share * 100)} % of the time and waited for the CPU otherwise`,
  ];
}

function describeDevice(
  delta: LinkDelta,
  { driver, modes = [] }: { readonly driver: string | null; readonly modes?: readonly string[] },
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
    ...compare(delta, countedPackets, sent.packets, tolerated),
  };
}

function describeFarEnd(delta: LinkDelta, packets: number, tolerated: number): FarEndSummary {
  return { ...delta, ...compare(delta, delta.rxPackets, packets, tolerated) };
}

function compare(
  { gone }: LinkDelta,
  counted: number,
  packets: number,
  tolerated: number,
): { differencePackets: number; agrees: boolean | null } {
  const differencePackets = counted - packets;
  return { differencePackets, agrees: gone ? null : Math.abs(differencePackets) <= tolerated };
}

/** What may be behind it on an interface that is not ours alone. */
function whyNot({ target, engine }: RunPlan, { name, differencePackets, driver }: DeviceSummary): string {
  if (target.kind !== 'interface') return '';
  if (differencePackets > 0) return ': is there other traffic on it?';
  const isHardware = (engine.name === 'live' || engine.name === 'xdp') && driver !== 'veth';
  return isHardware ? `; some drivers leave such frames out: compare with ethtool -S ${name}` : '';
}

function judge(
  plan: RunPlan,
  total: Figures,
  device: DeviceSummary | null,
  farEnd: FarEndSummary | null,
): Finding[] {
  const findings: Finding[] = [];
  if (plan.countPackets !== null && total.packets !== plan.countPackets) {
    findings.push({
      code: 'count-missed',
      message: `${formatCount(total.packets)} of ${formatCount(plan.countPackets)} frames were sent`,
    });
  }
  if (plan.countPackets === null && total.packets === 0) {
    findings.push({ code: 'nothing-sent', message: 'not a single frame was sent' });
  }
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

function describeDifference(packets: number): string {
  return `${formatCount(Math.abs(packets))} frames ${packets < 0 ? 'fewer' : 'more'} than were sent`;
}

function firstPacketMs(last: Snapshot, processStartedAtMs: number): number | null {
  const times = last.workers.flatMap((worker) => worker.firstPacketAtMs ?? []);
  return times.length === 0 ? null : Math.min(...times) - processStartedAtMs;
}
