import { SCHEMA_VERSION } from '../run/summary.js';
import type { Output, Sink } from './output.js';

/** One JSON object at the end, nothing before it. */
export function create(sink: Sink): Output {
  const print = (value: unknown) => sink.write(`${JSON.stringify(value, null, 2)}\n`);
  return {
    start: () => {},
    tick: () => {},
    say: () => {},
    end: (summary) => print(summary),
    plan: (plan) => print({ schemaVersion: SCHEMA_VERSION, plan }),
  };
}
