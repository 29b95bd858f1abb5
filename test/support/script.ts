import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Summary } from 'pktgen';
import type { Namespace } from './namespace.js';
import { ROOT } from './pktgen.js';

const SOURCE = `
  import { resolvePlan, startRun } from 'pktgen';
  const [options, { queue, times = 1 }] = process.argv.slice(1).map((word) => JSON.parse(word));
  const plan = await resolvePlan(options);
  const workers = queue === undefined ? plan.workers : plan.workers.map((worker) => ({ ...worker, queue }));
  let summary;
  for (let i = 0; i < times; i++) summary = await (await startRun({ ...plan, workers })).done;
  process.stdout.write(JSON.stringify(summary));`;

interface Ways {
  /** Of every worker, whatever the plan says. */
  readonly queue?: number;
  /** One run after the other, in one process; the summary is that of the last one. */
  readonly times?: number;
}

/** A run through the library, in a namespace. Rejects with what the library throws. */
export async function call(namespace: Namespace, options: object, ways: Ways = {}): Promise<Summary> {
  const [program = '', ...prefix] = namespace.prefix;
  const words = [SOURCE, JSON.stringify(options), JSON.stringify(ways)];
  const args = [...prefix, process.execPath, '--input-type=module', '-e', ...words];
  const { stdout } = await promisify(execFile)(program, args, {
    cwd: ROOT,
    timeout: 30_000,
    maxBuffer: 1 << 26,
  });
  return JSON.parse(stdout) as Summary;
}
