// What even gaps cost: the CPU that each way of waiting takes at each rate, and the gaps it gives.
import type { Place } from '../measure.js';
import { figureGoal, type Goal, type Section } from '../report.js';
import type { SectionPlan } from '../sections/section.js';
import { medianIn, type TableRow } from '../table.js';
import { GAP_COLUMNS, gapRow } from './gap-section.js';
import { type Pacing, pktgenPaced } from './tools/pktgen.js';
import { inTurn, jobAt, see } from './turns.js';

const SECONDS = 4;
const RATES = [1e3, 1e4, 1e5];
/** Per cent of a core. */
const CPU_GOAL = 10;

export const cpuSections: readonly SectionPlan[] = (['hybrid', 'sleep', 'spin'] as const).map((pacing) => ({
  name: `cpu/${pacing}`,
  measure: async (place) => [await measure(place, pacing)],
}));

async function measure(place: Place, pacing: Pacing): Promise<Section> {
  const job = await jobAt(place);
  const tools = Object.fromEntries(
    RATES.map((pps) => [pps, { ...pktgenPaced(pacing), name: `${pps} pps`, pps }] as const),
  );
  const rows = await inTurn(place, tools, async (tool) => {
    const { pps } = tool;
    return gapRow(await see(place, job, tool, { pps, seconds: SECONDS }), pps);
  });
  return {
    title: `pktgen --pacing ${pacing}, ${job.device.label}, ${place.sizeBytes}-byte frames`,
    rows: [],
    table: { columns: GAP_COLUMNS, rows: Object.values(rows) },
    goals: goalsOf(pacing, rows),
  };
}

function goalsOf(pacing: Pacing, rows: Readonly<Record<string, TableRow>>): Goal[] {
  const cpuAt = (pps: number) => medianIn(rows[pps] ?? { name: '', rounds: [] }, 'cpu');
  if (pacing === 'hybrid')
    return [figureGoal('hybrid at 1 kpps, CPU, % of a core', cpuAt(1e3), '≤', CPU_GOAL)];
  if (pacing === 'sleep')
    return [figureGoal('sleep at 10 kpps, CPU, % of a core', cpuAt(1e4), '≤', CPU_GOAL)];
  return [];
}
