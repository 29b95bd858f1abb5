import type { RunPlan } from '../run/plan.js';
import { totalFigures, workerFigures } from '../run/rates.js';
import type { Snapshot } from '../run/snapshot.js';
import type { DeviceSummary, FarEndSummary, Summary } from '../run/summary.js';
import { formatCount, formatNumberOf, formatSeconds } from '../units.js';
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
import { moment, Table } from './text-row.js';
import { describeTime } from './text-time.js';

/** Plain aligned lines for people and logs: a head, one line per worker and in total at a time, a summary. */
export function create(sink: Sink): Output {
  const print = (lines: readonly string[]) => sink.write(`${lines.join('\n')}\n`);
  const table = new Table((sink.isTTY && sink.columns) || null);
  let plan: RunPlan | undefined;
  return {
    start(run) {
      plan = run.plan;
      const modes = describeModes(run.modes);
      print([...describePlan(run.plan), ...modes, ...describeNamespaces(run), '', table.headings()]);
    },
    tick(before, now) {
      print(tickLines(table, before, now, plan));
    },
    say(line) {
      print([`         ${line}`]);
    },
    end(summary) {
      // Without its head, what was noted about the plan would be lost.
      const notes = plan ? [] : summary.plan.notes.map((note) => `note     ${note}`);
      print(['', ...describeSummary(table, summary), ...notes]);
    },
    plan(dry) {
      print([...describePlan(dry), '', ...describeTraffic(dry)]);
    },
  };
}

function tickLines(
  table: Table,
  before: Snapshot | undefined,
  now: Snapshot,
  plan: RunPlan | undefined,
): string[] {
  const time = moment(now.elapsedSeconds);
  const state = describeMoment(now);
  const total = totalFigures(before, now);
  if (now.workers.length === 1)
    return [table.row(time, String(now.workers[0]?.cpu ?? ''), total, plan) + state];
  return [
    ...now.workers.map((worker, i) =>
      table.row(time, String(worker.cpu), workerFigures(before?.workers[i], worker), plan),
    ),
    table.row(time, 'total', total, plan) + state,
  ];
}

function describeSummary(table: Table, summary: Summary): string[] {
  const { plan, total, device, farEnd, findings } = summary;
  const perWorker = summary.workers.map((worker) => table.row('', String(worker.cpu), worker, plan));
  const errors = Object.entries(total.errors).map(([name, count]) => `${name} ${formatCount(count)}`);
  return [
    table.headings(),
    ...(perWorker.length > 1 ? perWorker : []),
    table.row(formatSeconds(total.seconds), 'total', total, plan),
    '',
    `sent     ${formatNumberOf(total.packets, 'frame')}, ${formatCount(total.bytes)} bytes (FCS included) in ${formatNumberOf(total.syscalls, 'system call')}`,
    ...describeTime(total),
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
