// Mean rates and counts by the far end's counters: one worker, two, a mix.
import type { Place } from '../measure.js';
import type { Device } from '../namespace.js';
import { figureGoal, type Goal, type Section } from '../report.js';
import type { SectionPlan } from '../sections/section.js';
import { type Column, medianIn, type TableRow } from '../table.js';
import type { Job } from '../tools/tool.js';
import { counted } from './counted.js';
import { type PacedTool, sendPaced } from './tools/paced.js';
import { pktgenAt } from './tools/pktgen.js';
import { type Figures, inTurn, jobAt } from './turns.js';

const SECONDS = 5;
const ERROR_GOAL = 0.05;
const RATES = [1e3, 1e4, 1e5, 5e5, 1e6];
/** Instead of a rate: what the device takes here at all. */
const TOP_SPEED = Number.POSITIVE_INFINITY;
/** Of that, the highest rate that can be asked for: above it there is nothing left to make up for a moment's rest. */
const REACH = 0.9;

export const RATE_COLUMNS: readonly Column[] = [
  { key: 'pps', label: 'pps', digits: 2 },
  { key: 'error', label: 'mean rate off %', digits: 4 },
  { key: 'packets', label: 'frames', digits: 0 },
  { key: 'missing', label: 'missing', digits: 0 },
  { key: 'miscounted', label: 'miscounted', digits: 0 },
  { key: 'cpu', label: 'CPU %', digits: 1 },
];

interface Variant {
  readonly name: string;
  readonly workers: number;
  readonly options: readonly string[];
}

const VARIANTS: readonly Variant[] = [
  { name: 'one', workers: 1, options: [] },
  { name: 'two', workers: 2, options: [] },
  { name: 'mix', workers: 1, options: ['--size', 'imix'] },
];

/** The veth pair, and a device that drops: a far end costs the sender more than sending does. */
export const rateSections: readonly SectionPlan[] = VARIANTS.flatMap((variant) => [
  {
    name: `rates/${variant.name}`,
    measure: async (place) => [await measure(place, variant, place.namespace.addPair())],
  },
  {
    name: `rates/${variant.name}-drop`,
    measure: async (place) => [await measure(place, variant, place.namespace.addDrop())],
  },
]);

async function measure(place: Place, { workers, options }: Variant, device: Device): Promise<Section> {
  if (place.cpus.length < workers) throw new Error('there is one CPU only: no second worker');
  const job = { ...(await jobAt(place, device)), cpus: place.cpus.slice(0, workers) };
  const tool = pktgenAt({ name: '', engine: ['--engine', 'tx-ring', '--qdisc-bypass'], options });
  const tools = Object.fromEntries(
    [TOP_SPEED, ...RATES].map((pps) => [pps, { ...tool, name: nameOf(pps), pps }] as const),
  );
  const rows = await inTurn(place, tools, (each) => measureRate(place, job, each, each.pps));
  const top = medianIn(rows[TOP_SPEED] as TableRow, 'pps');
  const inReach = RATES.filter((pps) => pps <= REACH * top);
  const beyond = RATES.filter((pps) => pps > REACH * top);
  const also = [...(workers > 1 ? [`${workers} workers`] : []), ...options];
  return {
    title: [farEndOf(device), `${SECONDS} s`, ...also].join(', '),
    rows: [],
    table: { columns: RATE_COLUMNS, rows: Object.values(rows) },
    goals: inReach.flatMap((pps) => goalsOf(rows[pps] as TableRow)),
    notes: beyond.map((pps) => `${nameOf(pps)}: more than this device takes here`),
  };
}

function nameOf(pps: number): string {
  return pps === TOP_SPEED ? 'as fast as possible' : `${pps} pps`;
}

/** The counter of whoever receives; a device names the sender's. */
export function farEndOf(device: Device): string {
  return `${device.label}, counted by ${received(device).countedAt}`;
}

export function received(device: Device): Device {
  return { ...device, countedAt: device.seenAt, counter: 'rx' };
}

async function measureRate(place: Place, job: Job, tool: PacedTool, pps: number): Promise<Figures> {
  let own = Number.NaN;
  let cpu = Number.NaN;
  const seen = await counted(job.namespace, received(job.device), place.otherCpu, async () => {
    const { result, cpuShare } = await sendPaced(tool, job, { pps, seconds: SECONDS });
    own = (JSON.parse(result.stdout) as { total: { packets: number } }).total.packets;
    cpu = cpuShare;
  });
  const isAsked = Number.isFinite(pps);
  return {
    pps: seen.pps,
    error: isAsked ? 100 * Math.abs(seen.pps / pps - 1) : Number.NaN,
    packets: seen.packets,
    missing: isAsked ? pps * SECONDS - seen.packets : Number.NaN,
    miscounted: own - seen.packets,
    cpu: 100 * cpu,
  };
}

function goalsOf(row: TableRow): Goal[] {
  return [errorGoal(row), noneGoal(row, 'missing'), noneGoal(row, 'miscounted')];
}

export function errorGoal(row: TableRow): Goal {
  return figureGoal(`${row.name}, mean rate off, %`, medianIn(row, 'error'), '≤', ERROR_GOAL);
}

/** Neither too few nor too many, in any round. */
export function noneGoal({ name, rounds }: TableRow, key: 'missing' | 'miscounted'): Goal {
  const worst = Math.max(...rounds.map((round) => Math.abs(round[key] ?? Number.NaN)));
  return figureGoal(`${name}, frames ${key}`, rounds.length > 0 ? worst : Number.NaN, '≤', 0);
}
