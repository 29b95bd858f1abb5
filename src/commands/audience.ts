import { formatTimeNs, type Output, openOutput, parseDurationNs, UsageError } from '../index.js';
import type { Values } from './command.js';
import { convert } from './values.js';

/** Who sees a run. */
export interface Audience {
  /** The summary, or the plan where nothing is sent. */
  readonly final: Output;
  /** While the run goes on; mostly the same one. */
  readonly live: readonly Output[];
  /** A terminal shows what is said while the run goes on, or would without --quiet. */
  readonly isWatched: boolean;
  /** From one look to the next. */
  readonly intervalMs: number;
}

/** What the options ask for. With --json the lines leave standard output alone. @throws UsageError */
export async function audienceOf(values: Values): Promise<Audience> {
  const intervalMs = intervalNsOf(values) / 1e6;
  const format = formatOf(values);
  const final = await openOutput(format, process.stdout);
  const isWatched = Boolean((format === 'json' ? process.stderr : process.stdout).isTTY);
  if (values['quiet']) return { final, live: [], isWatched, intervalMs };
  const live = format === 'json' ? await openOutput('text', process.stderr) : final;
  return { final, live: [live], isWatched, intervalMs };
}

function formatOf(values: Values): 'text' | 'json' | 'json-lines' {
  if (values['json'] && values['json-lines']) {
    throw new UsageError(
      '--json and --json-lines exclude each other: one object at the end, or one a line from the start',
    );
  }
  if (values['json-lines']) return 'json-lines';
  return values['json'] ? 'json' : 'text';
}

const INTERVAL_NS = { fallback: 1e9, least: 100e6, most: 3600e9 } as const;

function intervalNsOf(values: Values): number {
  const asked = convert(values, 'interval', parseDurationNs) ?? INTERVAL_NS.fallback;
  if (asked >= INTERVAL_NS.least && asked <= INTERVAL_NS.most) return asked;
  throw new UsageError(`--interval ${formatTimeNs(asked)}: expected a time from 100ms to 1h`);
}
