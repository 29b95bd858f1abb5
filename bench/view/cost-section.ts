// What the screen costs: the same run with it and with plain lines, in turn.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Place } from '../measure.js';
import type { Device } from '../namespace.js';
import { inTurn } from '../rate/turns.js';
import { figureGoal, type Section } from '../report.js';
import type { SectionPlan } from '../sections/section.js';
import { medianIn } from '../table.js';
import { Watched } from './watched.js';

const RUN = ['--engine', 'tx-ring', '--qdisc-bypass', '--duration', '30s'];
/** The first frames of the view are drawn by code that is not compiled yet. */
const SETTLE_MS = 1500;
const WATCHED_MS = 3000;
const LIFETIME_SECONDS = 60;
const RATIO_GOAL = 0.99;
const CPU_GOAL = 5;

/**
 * Lines, view, lines: what the machine does more and more, or less and less, is the same for both then. The ratio is taken in
 * each round by itself, since from round to round a virtual machine's speed changes by more than is looked for.
 */
export const costSection: SectionPlan = {
  name: 'cost',
  async measure(place) {
    const device = place.namespace.addPair();
    const participants = { view: { name: 'view against lines', missing: () => null } };
    const { view } = await inTurn(place, participants, async () => {
      const before = await figuresOf(place, device, [...RUN, '--no-tui']);
      const seen = await figuresOf(place, device, RUN);
      const after = await figuresOf(place, device, [...RUN, '--no-tui']);
      const lines = (before.mpps + after.mpps) / 2;
      const linesCpu = (before.cpu + after.cpu) / 2;
      return { mpps: seen.mpps, lines, ratio: seen.mpps / lines, cpu: seen.cpu, linesCpu, mib: seen.mib };
    });
    const columns = [
      { key: 'mpps', label: 'Mpps', digits: 4 },
      { key: 'lines', label: 'Mpps of lines', digits: 4 },
      { key: 'ratio', label: 'ratio', digits: 4 },
      { key: 'cpu', label: 'CPU %', digits: 2 },
      { key: 'linesCpu', label: 'CPU % of lines', digits: 2 },
      { key: 'mib', label: 'MiB', digits: 1 },
    ];
    const ratios = view.rounds.map(({ ratio }) => ratio?.toFixed(3)).join(', ');
    const section: Section = {
      title: `one worker on CPU ${place.cpus[0]}, everything else on CPU ${place.otherCpu}`,
      rows: [],
      table: { columns, rows: [view] },
      goals: [
        figureGoal('pps with the view / with plain lines', medianIn(view, 'ratio'), '≥', RATIO_GOAL),
        figureGoal('CPU of the view, % of a core', medianIn(view, 'cpu'), '≤', CPU_GOAL),
      ],
      notes: ['CPU: of all threads of the process but the worker', `ratios: ${ratios}`],
    };
    return [section];
  },
};

async function figuresOf(place: Place, device: Device, args: readonly string[]) {
  const watched = await Watched.start(place, device, args, LIFETIME_SECONDS);
  try {
    await sleep(SETTLE_MS);
    const before = watched.now();
    await sleep(WATCHED_MS);
    const after = watched.now();
    const ns = Number(after.atNs - before.atNs);
    return {
      mpps: ((after.packets - before.packets) / ns) * 1e3,
      cpu: (100 * (after.cpuNs - before.cpuNs)) / ns,
      mib: after.rssBytes / 2 ** 20,
    };
  } finally {
    watched.close();
  }
}
