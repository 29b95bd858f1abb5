// What the full-screen view costs: packets, CPU, memory. `npm run bench:view -- [--rounds N] [--minutes N] [--json]
// [--only cost|memory]`, as root. --minutes: how long the memory is watched; 10 for a statement.
import { parseCount } from '#src/units.js';
import { runSuite } from './suite.js';
import { costSection } from './view/cost-section.js';
import { memorySection } from './view/memory-section.js';

const ROUNDS = 5;
const MOST_MINUTES = 1000;

await runSuite('view', ROUNDS, [costSection, memorySection(takeMinutes(process.argv))]);

/** Takes its own option out of the command line: the others are those of every bench. */
function takeMinutes(argv: string[]): number {
  const at = argv.indexOf('--minutes');
  if (at < 0) return 1;
  const [, text = ''] = argv.splice(at, 2);
  return parseCount('--minutes', text, 1, MOST_MINUTES);
}
