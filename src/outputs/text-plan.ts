import type { CaptureFacts } from '../compile/program.js';
import type { FieldValue, Variation } from '../model/traffic.js';
import type { OptionValue } from '../native/index.js';
import { formatTimeNs } from '../rate/format.js';
import { flagOf } from '../run/engine-options.js';
import type { RunPlan } from '../run/plan.js';
import type { Run } from '../run/session.js';
import type { WorkerPlan } from '../run/workers.js';
import { formatCpus } from '../system/cpus.js';
import {
  formatBps,
  formatCount,
  formatNs,
  formatNumberOf,
  formatPps,
  formatSeconds,
  lineRatePps,
} from '../units.js';
import { hexDump } from './hex-dump.js';
import { describeSchedule } from './text-pace.js';

export function describePlan(plan: RunPlan): string[] {
  const { engine, workers } = plan;
  const cpus = formatCpus(workers.map((worker) => worker.cpu));
  return [
    `to       ${describeTarget(plan)}`,
    `engine   ${describeEngine(plan)}${engine.why === '' ? '' : ` (${engine.chosen === 'rule' ? 'by rule' : engine.chosen}: ${engine.why})`}`,
    `workers  ${workers.length} on CPU ${cpus}${describeLimits(plan)}`,
    ...describeMapping(workers),
    `frames   ${describeSizes(plan.sizes)}${describeBudget(plan)}`,
    ...describeSchedule(plan),
    ...plan.captures.map(
      (capture, i) => `capture  ${describeCapture(capture)}${describeLoops(plan)}${describeLap(plan, i)}`,
    ),
    ...plan.notes.map((note) => `note     ${note}`),
  ];
}

/** More than these are for --json. */
const MOST_MAPPED = 16;

/** Which queue each worker uses, and what its CPU has in common with others, as far as it is known. */
export function describeMapping(workers: readonly WorkerPlan[], label = ''): string[] {
  const isKnown = workers.some(({ queue, sharesCoreWith }) => queue !== null || sharesCoreWith.length > 0);
  const nodes = new Set(workers.map(({ numaNode }) => numaNode));
  if (!isKnown && nodes.size < 2) return [];
  const shown = workers.slice(0, MOST_MAPPED).map(({ cpu, queue, numaNode, sharesCoreWith }) => {
    const more = [
      queue !== null && `queue ${queue}`,
      nodes.size > 1 && numaNode !== null && `node ${numaNode}`,
      sharesCoreWith.length > 0 && `the core of CPU ${formatCpus(sharesCoreWith)}`,
    ].filter((part) => typeof part === 'string');
    return `CPU ${cpu} → ${more.join(', ') || 'any queue'}`;
  });
  const left = workers.length - shown.length;
  return [
    `${label.padEnd(8)} ${[...shown, ...(left > 0 ? [`… and ${left} more, see --json`] : [])].join('; ')}`,
  ];
}

/** With its options, as they are written on the command line. */
export function describeEngine({ engine, batch }: RunPlan): string {
  const options = Object.entries({ ...engine.options, batch }).flatMap(([name, value]) =>
    describeOption(name, value),
  );
  return [engine.name, ...options].join(' ');
}

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
      return `${target.name}, a private veth pair with ${target.queues} queues; the far end is ${target.farEnd}${target.farEndDoes === 'drop' ? ', which drops every frame' : ''}`;
    case 'lab-sink':
      return `${target.name}, a private drop device with ${target.queues} queues`;
  }
}

function describeLimits({ countPackets, durationNs }: RunPlan): string {
  const limits = [
    countPackets !== null && formatNumberOf(countPackets, 'frame'),
    durationNs !== null && formatSeconds(durationNs / 1e9),
  ].filter((limit) => typeof limit === 'string');
  return limits.length === 0 ? ', until stopped' : `, for ${limits.join(' or ')}`;
}

function describeSizes({ minBytes, meanBytes, maxBytes }: RunPlan['sizes']): string {
  if (minBytes === maxBytes) return `${minBytes} bytes, FCS included`;
  return `${minBytes} to ${maxBytes} bytes, ${meanBytes.toFixed(1)} on average, FCS included`;
}

export function describeCapture({ file, frames, bytes, leftOut }: CaptureFacts): string {
  const missing = leftOut === 0 ? '' : `; ${formatCount(leftOut)} left out`;
  return `${file}: ${formatCount(frames)} frames, ${formatCount(bytes)} bytes (FCS included)${missing}`;
}

function describeLoops({ loops }: RunPlan): string {
  return loops === null ? '' : `; ${formatCount(loops)} ${loops === 1 ? 'loop' : 'loops'}`;
}

/** How long it takes to go through a capture whose times are kept. */
function describeLap({ captures, schedule, traffic }: RunPlan, number: number): string {
  const streams = [...traffic.streams.keys()].filter((i) => traffic.streams[i]?.capture);
  const lane = schedule.lanes.find(({ stream, shape }) => {
    return shape?.kind === 'recorded' && (stream === null || stream === streams[number]);
  });
  if (lane?.shape?.kind !== 'recorded') return '';
  const lapNs = (captures[number]?.lapNs ?? 0) / lane.shape.speed;
  return `; ${formatTimeNs(Number(lapNs.toPrecision(4)))} each${lane.shape.speed === 1 ? '' : ` at ${lane.shape.speed}x`}`;
}

function describeBudget({ schedule: { lineRateBps }, sizes, workers }: RunPlan): string {
  if (lineRateBps === null) return '';
  const rate = lineRatePps(lineRateBps, sizes.meanWireBytes);
  const budgetNs = (workers.length * 1e9) / rate;
  return `; line rate at ${formatBps(lineRateBps)}: ${formatPps(rate)}, ${formatNs(budgetNs)} ns per packet${workers.length > 1 ? ' and worker' : ''}`;
}

/** Once where all workers send the same way. */
export function describeModes(modes: readonly string[]): string[] {
  return [...new Set(modes)].filter(Boolean).map((mode) => `mode     ${mode}`);
}

/** The command that shows the lab from outside: the frames where they can be seen, else their count. */
export function describeNamespaces(run: Run): string[] {
  const { namespaces, plan } = run;
  if (!namespaces || plan.target.kind !== 'lab') return [];
  const { farEnd, farEndDoes } = plan.target;
  const counters = `ip -s link show ${farEnd}`;
  // A program that enters a user namespace has no capability there, and so no packet socket; counters need none.
  if (namespaces.user !== null) {
    const enter = `nsenter --preserve-credentials --user=${namespaces.user} --net=${namespaces.net}`;
    return [`look in  ${enter} ${counters}`];
  }
  const enter = `look in  nsenter --net=${namespaces.net}`;
  if (farEndDoes === 'stack') return [`${enter} tcpdump -c 10 -ni ${farEnd}`];
  return [
    `${enter} ${counters}`,
    '         dropped frames are only counted; with --far-end stack tcpdump sees them',
  ];
}

export function describeTraffic(plan: RunPlan): string[] {
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
