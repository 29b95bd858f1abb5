// How even the gaps of each tool are at three rates, by the kernel's timestamps at the far end.
import type { Place } from '../measure.js';
import { figureGoal, type Goal, type Section } from '../report.js';
import type { SectionPlan } from '../sections/section.js';
import { type Column, medianIn, type TableRow } from '../table.js';
import { gapFigures } from './gaps.js';
import { type BareSeen, bareSeen, bareSleeping, bareSpinning } from './tools/bare.js';
import type { PacedTool, Task } from './tools/paced.js';
import { Captures, mausezahnDelay, trafgenRate } from './tools/peers.js';
import { pktgenPaced } from './tools/pktgen.js';
import { type Figures, inTurn, jobAt, type Seen, see } from './turns.js';

const SECONDS = 4;
const RATES = { '1k': 1e3, '10k': 1e4, '100k': 1e5 };
/** Of spin mode, in per cent. */
const WITHIN_1US_GOAL = 80;
const WITHIN_10US_GOAL = 99;

export const GAP_COLUMNS: readonly Column[] = [
  { key: 'pps', label: 'pps', digits: 1 },
  { key: 'within1us', label: '±1 µs %', digits: 1 },
  { key: 'within10us', label: '±10 µs %', digits: 1 },
  { key: 'within100us', label: '±100 µs %', digits: 1 },
  { key: 'backToBack', label: 'back to back %', digits: 1 },
  { key: 'p50Us', label: 'p50 µs', digits: 2 },
  { key: 'p99Us', label: 'p99 µs', digits: 1 },
  { key: 'p999Us', label: 'p99.9 µs', digits: 1 },
  { key: 'cpu', label: 'CPU %', digits: 1 },
];

export const gapSections: readonly SectionPlan[] = Object.entries(RATES).map(([label, pps]) => ({
  name: `gaps/${label}`,
  measure: async (place) => [await compare(place, { pps, seconds: SECONDS })],
}));

async function compare(place: Place, task: Task): Promise<Section> {
  const job = await jobAt(place);
  const captures = new Captures();
  const bare: BareSeen[] = [];
  try {
    const rows = await inTurn(place, contendersOf(captures, job.frameHex), async (tool) => {
      const seen = await see(place, job, tool, task);
      if (tool === bareSpinning) bare.push(bareSeen(seen.result.stdout));
      return gapRow(seen, task.pps);
    });
    return {
      title: `${task.pps} pps, ${job.device.label}, ${place.sizeBytes}-byte frames`,
      rows: [],
      table: { columns: GAP_COLUMNS, rows: Object.values(rows) },
      goals: goalsOf(rows),
      notes: bare.map(bareNote),
    };
  } finally {
    captures.remove();
  }
}

function contendersOf(captures: Captures, frameHex: string) {
  return {
    spin: pktgenPaced('spin'),
    hybrid: pktgenPaced('hybrid'),
    sleep: pktgenPaced('sleep'),
    gtod: captures.atRate('gtod', frameHex),
    nano: captures.atRate('nano', frameHex),
    trafgen: trafgenRate,
    mausezahn: mausezahnDelay,
    bare: bareSpinning,
    bareSleeping,
  } satisfies Record<string, PacedTool>;
}

/** In per cent and µs. */
export function gapRow({ arrivals, cpuShare }: Seen, pps: number): Figures {
  const figures = gapFigures(arrivals.timesNs, 1e9 / pps);
  return {
    frames: figures.frames,
    pps: figures.pps,
    within1us: 100 * figures.within1us,
    within10us: 100 * figures.within10us,
    within100us: 100 * figures.within100us,
    backToBack: 100 * figures.backToBack,
    p50Us: figures.p50Ns / 1e3,
    p99Us: figures.p99Ns / 1e3,
    p999Us: figures.p999Ns / 1e3,
    cpu: 100 * cpuShare,
  };
}

function goalsOf(rows: Record<keyof ReturnType<typeof contendersOf>, TableRow>): Goal[] {
  const { spin, hybrid, gtod } = rows;
  const beats = (name: string, row: TableRow, key: string, what: string) =>
    figureGoal(`${name}, ${what}, beside tcpreplay's`, medianIn(row, key), '≥', medianIn(gtod, key));
  return [
    figureGoal('spin, gaps within ±1 µs', medianIn(spin, 'within1us'), '≥', WITHIN_1US_GOAL),
    figureGoal('spin, gaps within ±10 µs', medianIn(spin, 'within10us'), '≥', WITHIN_10US_GOAL),
    beats('spin', spin, 'within1us', '±1 µs'),
    beats('spin', spin, 'within10us', '±10 µs'),
    beats('hybrid', hybrid, 'within1us', '±1 µs'),
    beats('hybrid', hybrid, 'within10us', '±10 µs'),
    figureGoal("hybrid, CPU, beside tcpreplay's", medianIn(hybrid, 'cpu'), '≤', medianIn(gtod, 'cpu')),
  ];
}

/** What of the limit is the machine's: a frame of the loop is late by nothing else. */
function bareNote({ sent, lateByHole, lateByCalls, longestHoleNs, preempted }: BareSeen): string {
  const share = (count: number) => `${((100 * count) / sent).toFixed(2)} %`;
  return (
    `bare loop: ${share(lateByHole)} of its frames left over 10 µs late because the CPU was away while it looked at the clock ` +
    `(up to ${(longestHoleNs / 1e3).toFixed(0)} µs; given to another thread ${preempted} times), ${share(lateByCalls)} because calls took long`
  );
}
