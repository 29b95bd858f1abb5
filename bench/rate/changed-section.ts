// A rate that is changed while it is sent: what left is the integral of the rates.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { finished } from '../../test/support/pktgen.js';
import type { Place } from '../measure.js';
import type { Section } from '../report.js';
import type { SectionPlan } from '../sections/section.js';
import { complaintOf, type Job } from '../tools/tool.js';
import { type Change, changedError } from './changes.js';
import { counted } from './counted.js';
import { errorGoal, farEndOf, noneGoal, RATE_COLUMNS, received } from './rate-section.js';
import { type Figures, inTurn, jobAt } from './turns.js';

/** The highest rates of each run; the others are parts of them. */
const HIGHEST = [1e4, 1e5, 4e5];
const CHILD = path.join(import.meta.dirname, 'changing.js');
const LIMIT_MS = 20_000;
const COLUMNS = RATE_COLUMNS.filter(({ key }) => ['error', 'packets', 'miscounted'].includes(key));

export const changedSection: SectionPlan = {
  name: 'rates/changed',
  measure: async (place) => [await measure(place)],
};

async function measure(place: Place): Promise<Section> {
  const job = await jobAt(place);
  const runs = Object.fromEntries(
    HIGHEST.map((pps) => [pps, { name: `up to ${pps} pps`, pps, missing: () => null }] as const),
  );
  const rows = Object.values(await inTurn(place, runs, ({ pps }) => measureRun(place, job, pps)));
  return {
    title: `${farEndOf(job.device)}, the rate changed ten times in 5 s`,
    rows: [],
    table: { columns: COLUMNS, rows },
    goals: rows.flatMap((row) => [errorGoal(row), noneGoal(row, 'miscounted')]),
  };
}

async function measureRun(place: Place, job: Job, pps: number): Promise<Figures> {
  let said: Said | undefined;
  const seen = await counted(job.namespace, received(job.device), place.otherCpu, async () => {
    said = await send(job, pps);
  });
  return {
    error: 100 * Math.abs(changedError(said?.changes ?? [])),
    packets: seen.packets,
    miscounted: (said?.packets ?? Number.NaN) - seen.packets,
  };
}

/** As changing.ts prints it. */
interface Said {
  readonly changes: readonly Change[];
  readonly packets: number;
}

async function send({ namespace, device, cpus }: Job, pps: number): Promise<Said> {
  const words = [process.execPath, CHILD, device.name, cpus.join(','), `${pps}`];
  const [program = '', ...args] = [...namespace.prefix, ...words];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS });
  const result = await finished(child);
  if (result.status !== 0) throw new Error(complaintOf(result));
  return JSON.parse(result.stdout) as Said;
}
