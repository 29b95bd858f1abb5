import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { RunOptions, Summary } from 'pktgen';
import type { Namespace } from './namespace.js';
import { ROOT } from './pktgen.js';

const SOURCE = `
  import { setTimeout as sleep } from 'node:timers/promises';
  import { startSeries } from 'pktgen';
  const [options, changes, everyMs] = process.argv.slice(1).map((word) => JSON.parse(word));
  const series = await startSeries(options);
  const refused = [];
  for (const change of changes) {
    await sleep(everyMs);
    await series.change({ ...options, ...change }).catch((error) => refused.push(error.message));
  }
  process.stdout.write(JSON.stringify({ legs: await series.done, refused }));`;

export interface Carried {
  readonly legs: readonly Summary[];
  /** What the changes rejected with. */
  readonly refused: readonly string[];
}

/** A series through the library, in a namespace: each change is made `everyMs` after the one before. */
export async function carryOut(
  namespace: Namespace,
  options: RunOptions,
  changes: readonly RunOptions[],
  everyMs: number,
): Promise<Carried> {
  const [program = '', ...prefix] = namespace.prefix;
  const words = [SOURCE, ...[options, changes, everyMs].map((word) => JSON.stringify(word))];
  const args = [...prefix, process.execPath, '--input-type=module', '-e', ...words];
  const { stdout } = await promisify(execFile)(program, args, {
    cwd: ROOT,
    timeout: 60_000,
    maxBuffer: 1 << 26,
  });
  return JSON.parse(stdout) as Carried;
}
