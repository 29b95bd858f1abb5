import type { RunPlan } from '../run/plan.js';
import type { Run } from '../run/session.js';
import type { Snapshot } from '../run/snapshot.js';
import type { Summary } from '../run/summary.js';

/** Where lines go. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** Of a terminal. */
  readonly columns?: number;
}

/**
 * One way of showing a run. One output is one file in this folder, named like the output, that exports `create`.
 * Each sees the same plan, snapshots and summary.
 */
export interface Output {
  start(run: Run): void;
  /** Called once an interval with the snapshot of that moment and the one before. */
  tick(before: Snapshot | undefined, now: Snapshot): void;
  /** Something that happened on the way, such as a rate that was changed by a key. */
  say(line: string): void;
  end(summary: Summary): void;
  /** Instead of a run: shows what would be sent. */
  plan(plan: RunPlan): void;
}

/** The output of that name, writing to `sink`. */
export async function openOutput(name: 'text' | 'json' | 'json-lines', sink: Sink): Promise<Output> {
  const module = (await import(`./${name}.js`)) as { create(sink: Sink): Output };
  return module.create(sink);
}
