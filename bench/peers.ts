// pktgen beside other generators, beside bare loops of system calls, and beside itself: the same frame, the same device,
// one CPU each, turn by turn, counted by an interface and by none of the tools.
// `npm run bench:peers -- [--rounds N] [--size BYTES] [--json] [--only SECTION,…]`, as root.
import { ExitCode, messageOf } from '#src/errors.js';
import { chooseCpus, describeMachine, type Options, requireRoot, requireTcpdump, runBench } from './bench.js';
import { withNamespace } from './namespace.js';
import { report, type Section } from './report.js';
import { SECTIONS } from './sections/index.js';
import type { SectionPlan } from './sections/section.js';

const ROUNDS = 5;
/** What the goals are for. */
const GOAL_BYTES = 64;

await runBench(
  'peers',
  ROUNDS,
  async (options) => {
    requireRoot();
    requireTcpdump();
    const machine = await describeMachine();
    const problems: string[] = [];
    const sections: Section[] = [];
    for (const plan of SECTIONS) {
      if (options.only.length > 0 && !options.only.includes(plan.name)) continue;
      sections.push(...(await measure(plan, options, (problem) => problems.push(problem))));
    }
    report('peers', machine, options, sections);
    if (problems.length > 0) process.exitCode = ExitCode.notHeld;
  },
  SECTIONS.map(({ name }) => name),
);

async function measure(
  plan: SectionPlan,
  { rounds, sizeBytes }: Options,
  onProblem: (problem: string) => void,
): Promise<Section[]> {
  const tell = (problem: string) => {
    process.stderr.write(`bench:peers: ${plan.name}: ${problem}\n`);
    onProblem(problem);
  };
  const { tool, others } = chooseCpus();
  const cpus = [...new Set([tool, others])];
  const place = { rounds, sizeBytes, cpus, otherCpu: others, plans: new Map(), report: tell };
  try {
    const sections = await withNamespace((namespace) => plan.measure({ ...place, namespace }));
    return sections.map((section) => ({
      ...section,
      name: plan.name,
      title: `${plan.name}: ${section.title}`,
      goals: sizeBytes === GOAL_BYTES ? section.goals : [],
    }));
  } catch (error) {
    tell(messageOf(error));
    return [
      {
        name: plan.name,
        title: plan.name,
        rows: [],
        goals: [],
        notes: [`not measured: ${messageOf(error)}`],
      },
    ];
  }
}
