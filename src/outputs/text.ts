import type { RunPlan } from '../run/plan.js';
import { type Figures, totalFigures, workerFigures } from '../run/rates.js';
import type { Snapshot } from '../run/snapshot.js';
import type { DeviceSummary, FarEndSummary, Summary } from '../run/summary.js';
import { formatBps, formatCount, formatNs, formatNumberOf, formatPps, formatSeconds } from '../units.js';
import type { Output, Sink } from './output.js';
import { describeMoment, describePace } from './text-pace.js';
import {
  describeCapture,
  describeMapping,
  describeModes,
  describeNamespaces,
  describePlan,
  describeTraffic,
} from './text-plan.js';

/** Plain aligned lines for people and logs: a head, one line a second per worker and in total, a summary. */
export function create(sink: Sink): Output {
  const print = (lines: readonly string[]) => sink.write(`${lines.join('\n')}\n`);
  let plan: RunPlan | undefined;
  return {
    start(run) {
      plan = run.plan;
      const modes = describeModes(run.modes);
      print([...describePlan(run.plan), ...modes, ...describeNamespaces(run), '', columns(HEADINGS)]);
    },
    tick(before, now) {
      print(tickLines(before, now, plan));
    },
    say(line) {
      print([`         ${line}`]);
    },
    end(summary) {
      // Without its head, what was noted about the plan would be lost.
      const notes = plan ? [] : summary.plan.notes.map((note) => `note     ${note}`);
      print(['', ...describeSummary(summary), ...notes]);
    },
    plan(dry) {
      print([...describePlan(dry), '', ...describeTraffic(dry)]);
    },
  };
}

const HEADINGS = ['time', 'cpu', 'rate', 'L2', 'L1', '% line', 'ns/pkt', 'cpu ns/pkt', 'pkts/call', 'busy'];
const WIDTHS = [8, 6, 11, 13, 13, 7, 9, 11, 10, 8];

function columns(cells: readonly string[]): string {
  return cells.map((cell, i) => cell.padStart(WIDTHS[i] ?? 0)).join(' ');
}

function tickLines(before: Snapshot | undefined, now: Snapshot, plan: RunPlan | undefined): string[] {
  const time = `${now.elapsedSeconds.toFixed(1)} s`;
  const moment = describeMoment(now);
  const total = totalFigures(before, now);
  if (now.workers.length === 1) return [row(time, String(now.workers[0]?.cpu ?? ''), total, plan) + moment];
  return [
    ...now.workers.map((worker, i) =>
      row(time, String(worker.cpu), workerFigures(before?.workers[i], worker), plan),
    ),
    row(time, 'total', total, plan) + moment,
  ];
}

function row(time: string, cpu: string, figures: Figures, plan: RunPlan | undefined): string {
  return columns([
    time,
    cpu,
    formatPps(figures.pps),
    formatBps(figures.bpsL2),
    formatBps(figures.bpsL1),
    percentOfLine(figures, plan),
    formatNs(figures.nsPerPacket),
    formatNs(figures.cpuNsPerPacket),
    figures.packetsPerSyscall === null ? '–' : figures.packetsPerSyscall.toFixed(1),
    formatCount(figures.busy),
  ]);
}

function percentOfLine(figures: Figures, plan: RunPlan | undefined): string {
  const lineRateBps = plan?.schedule.lineRateBps;
  return lineRateBps ? ((100 * figures.bpsL1) / lineRateBps).toFixed(2) : '–';
}

function describeSummary(summary: Summary): string[] {
  const { plan, total, device, farEnd, findings } = summary;
  const perWorker = summary.workers.map((worker) => row('', String(worker.cpu), worker, plan));
  const errors = Object.entries(total.errors).map(([name, count]) => `${name} ${formatCount(count)}`);
  return [
    columns(HEADINGS),
    ...(perWorker.length > 1 ? perWorker : []),
    row(formatSeconds(total.seconds), 'total', total, plan),
    '',
    `sent     ${formatNumberOf(total.packets, 'frame')}, ${formatCount(total.bytes)} bytes (FCS included) in ${formatNumberOf(total.syscalls, 'system call')}`,
    ...describePace(summary),
    ...(perWorker.length > 1 ? describeMapping(plan.workers, 'workers') : []),
    ...describeModes(summary.workers.map(({ mode }) => mode)),
    ...describeReplayed(summary),
    ...describeStreams(summary),
    ...(errors.length > 0 ? [`errors   ${errors.join(', ')}`] : []),
    ...(device ? [describeDevice(device)] : []),
    ...(farEnd ? [describeFarEnd(farEnd)] : []),
    ...summary.notes.map((note) => `note     ${note}`),
    ...findings.map((finding) => `NOT HELD ${finding.message}`),
  ];
}

/** How often a capture was gone through that was all there was to send. */
function describeReplayed({ plan, total }: Summary): string[] {
  const [capture, ...others] = plan.captures;
  if (!capture || others.length > 0 || plan.traffic.streams.length > 1) return [];
  const loops = (total.packets / capture.frames).toFixed(2);
  return [`capture  ${describeCapture(capture)}; gone through ${loops} times`];
}

/** More rows than these are for --json. */
const MOST_STREAMS = 24;

function describeStreams({ streams, total }: Summary): string[] {
  if (streams.length < 2) return [];
  const width = Math.max(...streams.map(({ name }) => name.length));
  const rows = streams.slice(0, MOST_STREAMS).map(({ name, packets, bytes }) => {
    const share = total.packets > 0 ? ((100 * packets) / total.packets).toFixed(3) : '–';
    return `stream   ${name.padEnd(width)} ${formatCount(packets).padStart(15)} frames ${share.padStart(8)} %, ${formatCount(bytes)} bytes`;
  });
  const left = streams.length - rows.length;
  return left > 0 ? [...rows, `stream   … and ${left} more, see --json`] : rows;
}

function describeDevice(device: DeviceSummary): string {
  const compared =
    device.differencePackets === 0 ? 'agrees exactly' : device.agrees ? 'agrees within 0.01 %' : 'DISAGREES';
  const verdict = device.gone ? 'gone since' : compared;
  return `device   ${device.name} (${device.driver ?? 'no driver name'}) counted ${formatCount(device.countedPackets)} (${device.counter}), dropped ${formatCount(device.txDropped)}: ${verdict}`;
}

function describeFarEnd(farEnd: FarEndSummary): string {
  const stack =
    farEnd.rxOtherhostDropped > 0 ? `; its IP layer saw ${formatCount(farEnd.rxOtherhostDropped)}` : '';
  if (farEnd.gone) return `far end  ${farEnd.name} received ${formatCount(farEnd.rxPackets)}: gone since`;
  const verdict =
    farEnd.differencePackets === 0
      ? 'all arrived'
      : `${formatCount(Math.abs(farEnd.differencePackets))} ${farEnd.differencePackets < 0 ? 'missing' : 'more than sent'}`;
  return `far end  ${farEnd.name} received ${formatCount(farEnd.rxPackets)}${stack}: ${verdict}`;
}
