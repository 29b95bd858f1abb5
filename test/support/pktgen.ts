import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import type { Summary } from 'pktgen';

export const ROOT = path.resolve(import.meta.dirname, '../../../..');
export const CLI = path.join(ROOT, 'dist/cli.js');

/** As a prefix: the same user without a single capability, by setpriv of util-linux. */
export const WITHOUT_CAPABILITIES = [
  'setpriv',
  '--securebits',
  '+noroot,+noroot_locked',
  '--bounding-set',
  '-all',
  '--inh-caps',
  '-all',
];

export interface Result {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Where {
  /** Words that the command line is put behind, such as `ip netns exec NAME`. */
  readonly prefix?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** What somebody measured on this machine shall not decide what a test sees. */
const WITHOUT_CACHE = { ...process.env, XDG_CACHE_HOME: '/nonexistent' };

/** How many times slower than usual this machine may be: a guest by software emulation is. */
export const PATIENCE = Number(process.env['PKTGEN_TEST_PATIENCE'] ?? 1);

/** Starts pktgen. Every test run is bounded: it is killed after half a minute. */
export function spawnPktgen(args: readonly string[], { prefix = [], env }: Where = {}): ChildProcess {
  const [program = process.execPath, ...rest] = [...prefix, process.execPath, CLI, ...args];
  return spawn(program, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 30_000 * PATIENCE,
    killSignal: 'SIGKILL',
    env: env ?? WITHOUT_CACHE,
  });
}

export async function finished(child: ChildProcess): Promise<Result> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve({ status, signal, stdout, stderr }));
  });
}

/** Runs pktgen to its end. */
export function pktgen(args: readonly string[], where?: Where): Promise<Result> {
  return finished(spawnPktgen(args, where));
}

/** Runs pktgen with --json and returns its summary. Standard output holds that one object and nothing else. */
export async function pktgenJson(
  args: readonly string[],
  where?: Where,
): Promise<Summary & { status: number | null }> {
  const result = await pktgen([...args, '--json', '--quiet'], where);
  try {
    return { ...(JSON.parse(result.stdout) as Summary), status: result.status };
  } catch {
    throw new Error(`no JSON on standard output (status ${result.status}): ${result.stdout}${result.stderr}`);
  }
}

/** Resolves with the first line of standard output that matches. */
export function lineOf(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  let seen = '';
  return new Promise((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      seen += text;
      const match = pattern.exec(seen);
      if (match) resolve(match);
    });
    child.on('close', () => reject(new Error(`ended without a line like ${pattern}: ${seen}`)));
  });
}
