import { describeEngine } from '../outputs/text-plan.js';
import type { RunPlan } from '../run/plan.js';
import { formatCpus } from '../system/cpus.js';
import type { Glyphs } from './page.js';

/** What a person has asked to change: of that nothing has to be said. */
export interface AskedFor {
  readonly engine: boolean;
  readonly cpus: boolean;
}

/**
 * What is another one with the plan after than with the plan before, without being asked for. `whyNot`: why the engine before
 * could not stay; null where that is not known. Pure.
 */
export function describeDifferences(
  before: RunPlan,
  after: RunPlan,
  asked: AskedFor,
  whyNot: string | null,
  { arrow }: Pick<Glyphs, 'arrow'>,
): string[] {
  const changed = (what: string, from: string, to: string) =>
    from === to ? [] : [`${what} ${from} ${arrow} ${to}`];
  const reason = whyNot === null ? '' : ` (${whyNot})`;
  const engines =
    before.engine.name === after.engine.name
      ? changed('engine', describeEngine(before), describeEngine(after))
      : [`engine ${before.engine.name} ${arrow} ${after.engine.name}${reason}`];
  return [
    ...(asked.engine ? [] : engines),
    ...(asked.cpus ? [] : changed('CPU', cpusOf(before), cpusOf(after))),
    ...changed('far end', farEndOf(before), farEndOf(after)),
  ];
}

function cpusOf({ workers }: RunPlan): string {
  return formatCpus(workers.map(({ cpu }) => cpu));
}

function farEndOf({ target }: RunPlan): string {
  return target.kind === 'lab' ? target.farEndDoes : '';
}
