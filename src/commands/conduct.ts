import {
  type Calibration,
  ExitCode,
  type Run,
  type RunOptions,
  resolvePlan,
  type Snapshot,
  startRun,
  UsageError,
} from '../index.js';
import { type Audience, audienceOf } from './audience.js';
import { calibrateAloud } from './calibration-text.js';
import type { Values } from './command.js';
import { listenForKeys } from './keys.js';
import { showOnScreen, wantsScreen } from './on-screen.js';
import { listenForStop } from './stop.js';

/** Makes a plan, and shows it or carries it out in front of everybody's eyes. */
export async function carryOut(options: RunOptions, values: Values): Promise<ExitCode> {
  const audience = await audienceOf(values);
  if (!values['calibrate']) return carryOutPlan(options, values, audience, null);
  if (values['dry-run'])
    throw new UsageError('--calibrate sends frames, --dry-run none: leave one of them out');
  const calibration = await calibrateAloud(options, values);
  return carryOutPlan({ ...options, calibration }, values, audience, calibration);
}

async function carryOutPlan(
  options: RunOptions,
  values: Values,
  audience: Audience,
  calibration: Calibration | null,
): Promise<ExitCode> {
  if (wantsScreen(values)) return showOnScreen(options, values, calibration);
  const plan = await resolvePlan(options);
  if (values['dry-run']) {
    audience.final.plan(plan);
    return ExitCode.ok;
  }
  return conduct(await startRun(plan, { calibration }), audience);
}

async function conduct(run: Run, { final, live, isWatched, intervalMs }: Audience): Promise<ExitCode> {
  const say = (line: string) => {
    for (const view of live) view.say(line);
  };
  const release = listenForStop(run, (stop) => {
    return isWatched ? listenForKeys(run, stop, say) : () => {};
  });
  try {
    for (const view of live) view.start(run);
    let before: Snapshot | undefined;
    for await (const now of run.watch(intervalMs)) {
      for (const view of live) view.tick(before, now);
      before = now;
    }
    const summary = await run.done;
    final.end(summary);
    return summary.exitCode;
  } finally {
    run.stop();
    release();
  }
}
