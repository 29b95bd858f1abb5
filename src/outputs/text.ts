import type { CaptureFacts } from '../compile/program.js';
import type { FieldValue, Variation } from '../model/traffic.js';
import type { OptionValue } from '../native/index.js';
import { flagOf, type RunPlan } from '../run/plan.js';
import { type Figures, totalFigures, workerFigures } from '../run/rates.js';
import type { Run } from '../run/session.js';
import type { Snapshot } from '../run/snapshot.js';
import type { DeviceSummary, FarEndSummary, Summary } from '../run/summary.js';
import { formatCpus } from '../system/cpus.js';
import { formatBps, formatCount, formatNs, formatPps, formatSeconds, lineRatePps } from '../units.js';
import { hexDump } from './hex-dump.js';
import type { Output, Sink } from './output.js';

/** Plain aligned lines for people and logs: a head, one line a second per worker and in total, a summary. */
export function create(sink: Sink): Output {
  const print = (lines: readonly string[]) => sink.write(`${lines.join('\n')}\n`);
  let plan: RunPlan | undefined;
  return {
    start(run) {
      plan = run.plan;
      print([...describePlan(run.plan), ...describeNamespaces(run), '', columns(HEADINGS)]);
    },
    tick(before, now) {
      print(tickLines(before, now, plan));
    },
    end(summary) {
      print(['', ...describeSummary(summary)]);
    },
    plan(dry) {
      print([...describePlan(dry), '', ...describeTraffic(dry)]);
    },
  };
}

function describePlan(plan: RunPlan): string[] {
  const { engine, batch, workers } = plan;
  const options = Object.entries({ ...engine.options, batch }).flatMap(([name, value]) =>
    describeOption(name, value),
  );
  const cpus = formatCpus(workers.map((worker) => worker.cpu));
  return [
    `to       ${describeTarget(plan)}`,
    `engine   ${[engine.name, ...options].join(' ')}`,
    `workers  ${workers.length} on CPU ${cpus}${describeLimits(plan)}`,
    `frames   ${describeSizes(plan.sizes)}${describeBudget(plan)}`,
    ...plan.captures.map((capture) => `capture  ${describeCapture(capture)}${describeLoops(plan)}`),
    ...plan.notes.map((note) => `note     ${note}`),
  ];
}

/** As it is written on the command line. */
function describeOption(name: string, value: OptionValue): string[] {
  if (value === false) return [];
  return [value === true ? flagOf(name) : `${flagOf(name)} ${value}`];
}

function describeTarget({ target, engine }: RunPlan): string {
  switch (target.kind) {
    case 'none':
      return typeof engine.options['to'] === 'string' ? engine.options['to'] : 'nowhere';
    case 'interface':
      return target.name;
    case 'lab':
      return `${target.name}, a private veth pair with ${target.queues} queues; the far end is ${target.farEnd}`;
    case 'lab-sink':
      return `${target.name}, a private drop device with ${target.queues} queues`;
  }
}

function describeLimits({ countPackets, durationNs }: RunPlan): string {
  const limits = [
    countPackets !== null && `${formatCount(countPackets)} frames`,
    durationNs !== null && formatSeconds(durationNs / 1e9),
  ].filter((limit) => typeof limit === 'string');
  return limits.length === 0 ? ', until stopped' : `, for ${limits.join(' or ')}`;
}

function describeSizes({ minBytes, meanBytes, maxBytes }: RunPlan['sizes']): string {
  if (minBytes === maxBytes) return `${minBytes} bytes, FCS included`;
  return `${minBytes} to ${maxBytes} bytes, ${meanBytes.toFixed(1)} on average, FCS included`;
}

function describeCapture({ file, frames, bytes, leftOut }: CaptureFacts): string {
  const missing = leftOut === 0 ? '' : `; ${formatCount(leftOut)} left out`;
  return `${file}: ${formatCount(frames)} frames, ${formatCount(bytes)} bytes (FCS included)${missing}`;
}

function describeLoops({ loops }: RunPlan): string {
  return loops === null ? '' : `; ${formatCount(loops)} ${loops === 1 ? 'loop' : 'loops'}`;
}

/** How often a capture was gone through that was all there was to send. */
function describeReplayed({ plan, total }: Summary): string[] {
  const [capture, ...others] = plan.captures;
  if (!capture || others.length > 0 || plan.traffic.streams.length > 1) return [];
  const loops = (total.packets / capture.frames).toFixed(2);
  return [`capture  ${describeCapture(capture)}; gone through ${loops} times`];
}

function describeBudget({ linkSpeedMbps, sizes, workers }: RunPlan): string {
  if (linkSpeedMbps === null) return '';
  const rate = lineRatePps(linkSpeedMbps * 1e6, sizes.meanWireBytes);
  const budgetNs = (workers.length * 1e9) / rate;
  return `; line rate at ${formatBps(linkSpeedMbps * 1e6)}: ${formatPps(rate)}, ${formatNs(budgetNs)} ns per packet${workers.length > 1 ? ' and worker' : ''}`;
}

function describeNamespaces(run: Run): string[] {
  const { namespaces, plan } = run;
  if (!namespaces || plan.target.kind !== 'lab') return [];
  const { farEnd } = plan.target;
  if (namespaces.user === null)
    return [`look in  nsenter --net=${namespaces.net} tcpdump -c 10 -ni ${farEnd}`];
  // A program that enters a user namespace has no capability there, and so no packet socket; counters need none.
  const enter = `nsenter --preserve-credentials --user=${namespaces.user} --net=${namespaces.net}`;
  return [`look in  ${enter} ip -s link show ${farEnd}`];
}

function describeTraffic(plan: RunPlan): string[] {
  const headers = plan.traffic.streams.flatMap((stream) =>
    stream.headers.map((header) => {
      const fields = Object.entries(header.fields).map(([name, value]) => `${name}=${describeValue(value)}`);
      return `${stream.name.padEnd(8)} ${header.protocol} ${fields.join(' ')}`;
    }),
  );
  return [
    ...headers,
    '',
    ...hexDump(Buffer.from(plan.frameHex, 'hex')),
    '         dry run: nothing was sent',
  ];
}

/** In the words of --packet where they have some. */
function describeValue(value: FieldValue): string {
  if (Array.isArray(value)) return value.join(',');
  if (typeof value !== 'object') return String(value);
  const { vary, from, to, prefix, ...rest } = value as Variation;
  if (vary === undefined || Object.keys(rest).length > 0) return JSON.stringify(value);
  if (from === undefined && to === undefined && prefix === undefined) return vary;
  const range = prefix ?? (from === undefined || to === undefined ? undefined : `${from}-${to}`);
  return range === undefined ? JSON.stringify(value) : `${vary}:${range}`;
}

const HEADINGS = ['time', 'cpu', 'rate', 'L2', 'L1', '% line', 'ns/pkt', 'cpu ns/pkt', 'pkts/call', 'busy'];
const WIDTHS = [8, 6, 11, 13, 13, 7, 9, 11, 10, 8];

function columns(cells: readonly string[]): string {
  return cells.map((cell, i) => cell.padStart(WIDTHS[i] ?? 0)).join(' ');
}

function tickLines(before: Snapshot | undefined, now: Snapshot, plan: RunPlan | undefined): string[] {
  const time = `${now.elapsedSeconds.toFixed(1)} s`;
  const paused = now.workers.every((worker) => worker.state === 'paused') ? '  paused' : '';
  const total = totalFigures(before, now);
  if (now.workers.length === 1) return [row(time, String(now.workers[0]?.cpu ?? ''), total, plan) + paused];
  return [
    ...now.workers.map((worker, i) =>
      row(time, String(worker.cpu), workerFigures(before?.workers[i], worker), plan),
    ),
    row(time, 'total', total, plan) + paused,
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
  if (!plan?.linkSpeedMbps) return '–';
  return ((100 * figures.bpsL1) / (plan.linkSpeedMbps * 1e6)).toFixed(2);
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
    `sent     ${formatCount(total.packets)} frames, ${formatCount(total.bytes)} bytes (FCS included) in ${formatCount(total.syscalls)} system calls`,
    ...describeReplayed(summary),
    ...describeStreams(summary),
    ...(errors.length > 0 ? [`errors   ${errors.join(', ')}`] : []),
    ...(device ? [describeDevice(device)] : []),
    ...(farEnd ? [describeFarEnd(farEnd)] : []),
    ...summary.notes.map((note) => `note     ${note}`),
    ...findings.map((finding) => `NOT HELD ${finding.message}`),
  ];
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
  const counted = device.counter === 'rx_packets' ? device.rxPackets : device.txPackets;
  const verdict =
    device.differencePackets === 0 ? 'agrees exactly' : device.agrees ? 'agrees within 0.01 %' : 'DISAGREES';
  return `device   ${device.name} (${device.driver ?? 'no driver name'}) counted ${formatCount(counted)} (${device.counter}), dropped ${formatCount(device.txDropped)}: ${verdict}`;
}

function describeFarEnd(farEnd: FarEndSummary): string {
  const stack =
    farEnd.rxOtherhostDropped > 0 ? `; its IP layer saw ${formatCount(farEnd.rxOtherhostDropped)}` : '';
  const verdict =
    farEnd.differencePackets === 0
      ? 'all arrived'
      : `${formatCount(Math.abs(farEnd.differencePackets))} ${farEnd.differencePackets < 0 ? 'missing' : 'more than sent'}`;
  return `far end  ${farEnd.name} received ${formatCount(farEnd.rxPackets)}${stack}: ${verdict}`;
}
