import { totalFigures, workerFigures } from '../run/rates.js';
import type { Run } from '../run/session.js';
import type { Snapshot } from '../run/snapshot.js';
import { SCHEMA_VERSION } from '../run/summary.js';
import type { Output, Sink } from './output.js';

/**
 * One JSON object a line, told apart by `type`: `start` with the plan; a `snapshot` at a time, with the figures of the span since
 * the one before, in total and by worker; a `message` for what happened on the way; `end` with the summary. Right before the
 * end stands the last snapshot, so that the spans together are all of the run, its warm-up included.
 */
export function create(sink: Sink): Output {
  // In one piece: a line is there as a whole or not at all.
  const print = (value: object) => sink.write(`${JSON.stringify(value)}\n`);
  let run: Run | undefined;
  let last: Snapshot | undefined;
  const show = (before: Snapshot | undefined, now: Snapshot) => {
    last = now;
    const workers = now.workers.map((worker, i) => workerFigures(before?.workers[i], worker));
    print({ type: 'snapshot', snapshot: now, total: totalFigures(before, now), workers });
  };
  return {
    start(started) {
      run = started;
      print({ type: 'start', schemaVersion: SCHEMA_VERSION, plan: started.plan });
    },
    tick: show,
    say(text) {
      print({ type: 'message', text });
    },
    end(summary) {
      if (run) show(last, run.snapshot());
      print({ type: 'end', summary });
    },
    plan(plan) {
      print({ type: 'plan', schemaVersion: SCHEMA_VERSION, plan });
    },
  };
}
