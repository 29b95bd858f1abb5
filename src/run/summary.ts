import { ExitCode } from '../errors.js';
import { formatCount } from '../units.js';
import type { RunPlan } from './plan.js';
import { type Figures, totalFigures, workerFigures } from './rates.js';
import type { EndReason, LinkDelta, Snapshot, StreamCount, WorkerSnapshot } from './snapshot.js';

/** Version of the JSON shapes of RunPlan and Summary together. Grows when a field changes its meaning or goes. */
export const SCHEMA_VERSION = 2;

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
}

/** The device's own account of the run, by counters that pktgen does not own. */
export interface DeviceSummary extends LinkDelta {
  readonly driver: string | null;
  /** The kernel counter that counts our frames there: an ifb counts what it is sent as received. */
  readonly counter: 'tx_packets' | 'rx_packets';
  /** That counter minus the packets of our workers; negative when the device saw fewer. */
  readonly differencePackets: number;
  /** The difference is at most 0.01 % of the packets; in a lab there is none. */
  readonly agrees: boolean;
}

export interface FarEndSummary extends LinkDelta {
  /** Received minus sent; negative when frames were lost on the way. */
  readonly differencePackets: number;
  readonly agrees: boolean;
}

export interface Finding {
  /** Stable: link-gone, link-down, no-carrier, mtu-lowered, nothing-sent, engine-error, count-missed, device-disagrees, far-end-disagrees. */
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
  },
): Summary {
  const total = totalFigures(undefined, last);
  // Nobody else sends in a lab: there every frame has to be accounted for.
  const tolerated = plan.target.kind === 'interface' ? total.packets * AGREEMENT : 0;
  const device = last.device && describeDevice(last.device, context.driver, total.packets, tolerated);
  const farEnd = last.farEnd && describeFarEnd(last.farEnd, total.packets, tolerated);
  const findings = [...context.events, ...judge(plan, total, device, farEnd)];
  return {
    schemaVersion: SCHEMA_VERSION,
    plan,
    workers: last.workers.map((worker) => ({
      cpu: worker.cpu,
      endReason: worker.endReason ?? 'stopped',
      endError: worker.endError,
      ...workerFigures(undefined, worker),
    })),
    total,
    streams: context.streams,
    device,
    farEnd,
    commandToFirstPacketMs: firstPacketMs(last, context.processStartedAtMs),
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
  driver: string | null,
  packets: number,
  tolerated: number,
): DeviceSummary {
  return {
    ...delta,
    driver,
    counter: counterOf(driver),
    ...compare(countOf(delta, driver), packets, tolerated),
  };
}

function counterOf(driver: string | null): DeviceSummary['counter'] {
  return driver === 'ifb' ? 'rx_packets' : 'tx_packets';
}

/** What the device counted of the frames that were sent through it. */
export function countOf(delta: LinkDelta, driver: string | null): number {
  return counterOf(driver) === 'rx_packets' ? delta.rxPackets : delta.txPackets;
}

function describeFarEnd(delta: LinkDelta, packets: number, tolerated: number): FarEndSummary {
  return { ...delta, ...compare(delta.rxPackets, packets, tolerated) };
}

function compare(
  counted: number,
  packets: number,
  tolerated: number,
): { differencePackets: number; agrees: boolean } {
  const differencePackets = counted - packets;
  return { differencePackets, agrees: Math.abs(differencePackets) <= tolerated };
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
  if (device && !device.agrees) {
    findings.push({
      code: 'device-disagrees',
      message: `${device.name} counted ${describeDifference(device.differencePackets)} in ${device.counter}, and dropped ${formatCount(device.txDropped)}`,
    });
  }
  if (farEnd && !farEnd.agrees) {
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
