import {
  type Calibration,
  type ExitCode,
  openOutput,
  type RunOptions,
  type Summary,
  startSeries,
} from '../index.js';
import { describeLegs, withAllFindings } from '../tui/legs.js';
import { canDraw } from '../tui/terminal.js';
import { textsOf, type Values } from './command.js';
import { listenForStop } from './stop.js';

/** Each of them means lines, or nothing. */
const PLAIN = ['no-tui', 'json', 'json-lines', 'quiet', 'dry-run'];

/** Whatever writes elsewhere, or nothing, leaves the terminal alone. */
export function wantsScreen(values: Values): boolean {
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY && canDraw(process.env);
  return isTerminal && PLAIN.every((name) => !values[name]);
}

/** The full-screen view, and then the summary. The first frame does not wait for the screen. */
export async function showOnScreen(
  options: RunOptions,
  values: Values,
  calibration: Calibration | null,
): Promise<ExitCode> {
  const series = await startSeries(options, { calibration });
  let stop = () => series.stop();
  const release = listenForStop(series, (asked) => {
    stop = asked;
    return () => {};
  });
  try {
    const { showSeries } = await import('../tui/app.js');
    return await sumUp(await showSeries(series, { options, profile: profileOf(values) }, () => stop()));
  } finally {
    series.stop();
    release();
  }
}

/** As it was named; null without one. */
function profileOf(values: Values): string | null {
  return textsOf(values, 'profile').join(' + ') || null;
}

/** On the normal screen, as every run ends: what was run, and what came of it. */
async function sumUp(legs: readonly Summary[]): Promise<ExitCode> {
  const last = withAllFindings(legs);
  if (last) {
    const { describePlan } = await import('../outputs/text-plan.js');
    const parts = describeLegs(legs);
    const head = describePlan({ ...last.plan, notes: [] }); // the summary has them
    const which = parts.length > 0 ? ['', `part ${legs.length}, the last one:`] : [];
    process.stdout.write(`\n${[...parts, ...which, ...head].join('\n')}\n`);
    const output = await openOutput('text', process.stdout);
    output.end(last);
  }
  return Math.max(...legs.map(({ exitCode }) => exitCode)) as ExitCode;
}
