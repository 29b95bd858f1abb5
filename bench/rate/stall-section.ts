// A sender that is stopped for half a second and goes on: what leaves then, and how fast, with either policy.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Place } from '../measure.js';
import { figureGoal, type Goal, type Section } from '../report.js';
import type { SectionPlan } from '../sections/section.js';
import { type Column, medianIn, type TableRow } from '../table.js';
import { workingPid } from './processes.js';
import { stallFigures } from './stall.js';
import { pktgenAt } from './tools/pktgen.js';
import { inTurn, jobAt, see } from './turns.js';

const PPS = 1e4;
const SECONDS = 4;
const STOP_AFTER_MS = 1800;
const STOPPED_MS = 500;
/** Twice the rate; what is due by up to a millisecond may leave at once, which is a tenth of 10 ms more; and the first frame. */
const MOST_GOAL = 2.111;
/** The rate, with the same millisecond and frame. */
const SKIPPING_GOAL = 1.111;

const COLUMNS: readonly Column[] = [
  { key: 'stallMs', label: 'silence ms', digits: 1 },
  { key: 'first', label: 'first 10 ms, × rate', digits: 2 },
  { key: 'most', label: 'most in 10 ms, × rate', digits: 2 },
  { key: 'backMs', label: 'on schedule after ms', digits: 1 },
  { key: 'lastLateMs', label: 'last frame late ms', digits: 1 },
  { key: 'missing', label: 'frames missing', digits: 0 },
];

export const stallSection: SectionPlan = { name: 'stall', measure: async (place) => [await measure(place)] };

async function measure(place: Place): Promise<Section> {
  const job = await jobAt(place);
  const policy = (late: string) => {
    const options = ['--pacing', 'hybrid', '--late', late];
    return pktgenAt({ name: `--late ${late}`, options, isCounted: true });
  };
  const tools = { catchUp: policy('catch-up'), skip: policy('skip') };
  const task = { pps: PPS, seconds: SECONDS, disturb: stopForAWhile };
  const rows = await inTurn(place, tools, async (tool) => {
    const { arrivals } = await see(place, job, tool, task);
    const figures = stallFigures(arrivals.timesNs, 1e9 / PPS);
    return {
      stallMs: figures.stallNs / 1e6,
      first: figures.first,
      most: figures.most,
      backMs: figures.backNs / 1e6,
      lastLateMs: figures.lastLateNs / 1e6,
      missing: PPS * SECONDS - arrivals.timesNs.length,
    };
  });
  return {
    title: `SIGSTOP for ${STOPPED_MS} ms at ${PPS} pps, ${job.device.label}, ${place.sizeBytes}-byte frames`,
    rows: [],
    table: { columns: COLUMNS, rows: Object.values(rows) },
    goals: goalsOf(rows),
  };
}

async function stopForAWhile(rootPid: number): Promise<void> {
  await sleep(STOP_AFTER_MS);
  const pid = workingPid(rootPid);
  process.kill(pid, 'SIGSTOP');
  await sleep(STOPPED_MS);
  process.kill(pid, 'SIGCONT');
}

function goalsOf({ catchUp, skip }: { readonly catchUp: TableRow; readonly skip: TableRow }): Goal[] {
  return [
    figureGoal('catch-up, most in 10 ms, × rate', medianIn(catchUp, 'most'), '≤', MOST_GOAL),
    figureGoal('catch-up, last frame late, ms', medianIn(catchUp, 'lastLateMs'), '≤', 1),
    figureGoal('catch-up, frames missing', medianIn(catchUp, 'missing'), '≤', 0),
    figureGoal('skip, most in 10 ms, × rate', medianIn(skip, 'most'), '≤', SKIPPING_GOAL),
    figureGoal('skip, frames missing', medianIn(skip, 'missing'), '≤', 0),
  ];
}
