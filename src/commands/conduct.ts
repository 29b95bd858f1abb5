import {
  ExitCode,
  type Output,
  openOutput,
  type Run,
  type RunPlan,
  type Snapshot,
  startRun,
} from '../index.js';
import type { Values } from './command.js';
import { listenForStop } from './stop.js';

const TICK_MS = 1000;

/** Shows a plan, or carries it out in front of everybody's eyes. */
export async function carryOut(plan: RunPlan, values: Values): Promise<ExitCode> {
  const output = await openOutput(values['json'] ? 'json' : 'text', process.stdout);
  if (values['dry-run']) {
    output.plan(plan);
    return ExitCode.ok;
  }
  const run = await startRun(plan);
  return conduct(run, output, await liveOutputs(values, output));
}

/** Who sees the run while it goes on. With --json the lines leave standard output alone. */
async function liveOutputs(values: Values, output: Output): Promise<Output[]> {
  if (values['quiet']) return [];
  return [values['json'] ? await openOutput('text', process.stderr) : output];
}

async function conduct(run: Run, output: Output, live: readonly Output[]): Promise<ExitCode> {
  const release = listenForStop(run);
  try {
    for (const view of live) view.start(run);
    let before: Snapshot | undefined;
    for await (const now of run.watch(TICK_MS)) {
      for (const view of live) view.tick(before, now);
      before = now;
    }
    const summary = await run.done;
    output.end(summary);
    return summary.exitCode;
  } finally {
    run.stop();
    release();
  }
}
