// A bench of sections: each in a namespace of its own, one that fails leaves the others alone, any can be asked for by name.
import { ExitCode, messageOf } from '#src/errors.js';
import { chooseCpus, describeMachine, type Options, requireRoot, requireTcpdump, runBench } from './bench.js';
import { withNamespace } from './namespace.js';
import { report, type Section } from './report.js';
import type { SectionPlan } from './sections/section.js';

/** What the goals are for. */
const GOAL_BYTES = 64;

/** Of sections NAME/1 and NAME/2, NAME means both. */
export async function runSuite(bench: string, rounds: number, plans: readonly SectionPlan[]): Promise<void> {
  const names = plans.map(({ name }) => name);
  await runBench(
    bench,
    rounds,
    async (options) => {
      requireRoot();
      requireTcpdump();
      const machine = await describeMachine();
      const problems: string[] = [];
      const sections: Section[] = [];
      for (const plan of plans) {
        if (!isWanted(plan.name, options.only)) continue;
        sections.push(...(await measure(bench, plan, options, (problem) => problems.push(problem))));
      }
      report(bench, machine, options, sections);
      if (problems.length > 0) process.exitCode = ExitCode.notHeld;
    },
    [...new Set(names.flatMap((name) => [groupOf(name), name]))],
  );
}

function isWanted(name: string, only: readonly string[]): boolean {
  return only.length === 0 || only.includes(name) || only.includes(groupOf(name));
}

/** `gaps` of `gaps/10k`. */
function groupOf(name: string): string {
  return name.split('/')[0] ?? name;
}

async function measure(
  bench: string,
  plan: SectionPlan,
  { rounds, sizeBytes }: Options,
  onProblem: (problem: string) => void,
): Promise<Section[]> {
  const tell = (problem: string) => {
    process.stderr.write(`bench:${bench}: ${plan.name}: ${problem}\n`);
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
