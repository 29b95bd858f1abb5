// Whether the memory of the process stays what it is while the screen is open.
import { setTimeout as sleep } from 'node:timers/promises';
import { figureGoal, medianOf } from '../report.js';
import type { SectionPlan } from '../sections/section.js';
import { Watched } from './watched.js';

/** So that the screen has something to change, and the machine is left to others. */
const RUN = ['--engine', 'tx-ring', '--rate', '1kpps', '--pacing', 'sleep'];
const LOOK_MS = 2000;
/** Code is compiled, buffers get their sizes. */
const SETTLE_MS = 20_000;
const PARTS = 4;
/** Per cent, from the second quarter to the last. */
const GROWTH_GOAL = 3;
const SPARE_SECONDS = 60;

export function memorySection(minutes: number): SectionPlan {
  return {
    name: 'memory',
    async measure(place) {
      const device = place.namespace.addPair();
      const ms = minutes * 60_000;
      const args = [...RUN, '--duration', `${Math.ceil(ms / 1000) + SPARE_SECONDS}s`];
      const watched = await Watched.start(place, device, args, ms / 1000 + SPARE_SECONDS);
      const mib: number[] = [];
      try {
        await sleep(Math.min(SETTLE_MS, ms / PARTS));
        for (const end = performance.now() + ms; performance.now() < end; await sleep(LOOK_MS)) {
          mib.push(watched.now().rssBytes / 2 ** 20);
        }
      } finally {
        watched.close();
      }
      const quarters = Array.from({ length: PARTS }, (_, i) => quarter(mib, i));
      const rounds = quarters.map((median, i) => ({
        name: `quarter ${i + 1} of ${minutes} min`,
        rounds: [{ mib: median }],
      }));
      const growth = 100 * ((quarters.at(-1) ?? Number.NaN) / (quarters[1] ?? Number.NaN) - 1);
      return [
        {
          title: 'resident memory with the view',
          rows: [],
          table: { columns: [{ key: 'mib', label: 'MiB', digits: 1 }], rows: rounds },
          goals: [figureGoal('growth from the second quarter to the last, %', growth, '≤', GROWTH_GOAL)],
        },
      ];
    },
  };
}

function quarter(values: readonly number[], i: number): number {
  const part = values.slice((values.length * i) / PARTS, (values.length * (i + 1)) / PARTS);
  return medianOf(part.toSorted((a, b) => a - b));
}
