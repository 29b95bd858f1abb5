import {
  type Calibration,
  ExitCode,
  type Output,
  openOutput,
  type Run,
  type RunOptions,
  type RunPlan,
  resolvePlan,
  type Snapshot,
  startRun,
  UsageError,
} from '../index.js';
import { calibrateAloud } from './calibration-text.js';
import type { Values } from './command.js';
import { listenForStop } from './stop.js';

const TICK_MS = 1000;

/** Makes a plan, and shows it or carries it out in front of everybody's eyes. */
export async function carryOut(options: RunOptions, values: Values): Promise<ExitCode> {
  if (!values['calibrate']) return carryOutPlan(await resolvePlan(options), values, null);
  if (values['dry-run'])
    throw new UsageError('--calibrate sends frames, --dry-run none: leave one of them out');
  const calibration = await calibrateAloud(options, values);
  return carryOutPlan(await resolvePlan({ ...options, calibration }), values, calibration);
}

async function carryOutPlan(
  plan: RunPlan,
  values: Values,
  calibration: Calibration | null,
): Promise<ExitCode> {
  const output = await openOutput(values['json'] ? 'json' : 'text', process.stdout);
  if (values['dry-run']) {
    output.plan(plan);
    return ExitCode.ok;
  }
  const run = await startRun(plan, { calibration });
  return conduct(run, output, await liveOutputs(values, output));
}

/** Who sees the run while it goes on. With --json the lines leave standard output alone. */
async function liveOutputs(values: Values, output: Output): Promise<Output[]> {
  if (values['quiet']) return [];
  return [values['json'] ? await openOutput('text', process.stderr) : output];
}

async function conduct(run: Run, output: Output, live: readonly Output[]): Promise<ExitCode> {
  const release = listenForStop(run, (line) => {
    for (const view of live) view.say(line);
  });
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
