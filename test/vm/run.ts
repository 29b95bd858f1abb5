// Runs tests, a bench or a shell in guests. Arguments: see USAGE.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { HostError, messageOf, UsageError } from '#src/errors.js';
import { ROOT } from '../support/pktgen.js';
import { openShell, runInGuest } from './guest.js';
import { DEFAULT_SUITES, type Kernel, kernelOf, SUITES } from './kernels.js';

const USAGE =
  'test [--kernel SUITE]… [--all | PATTERN…] · bench [--kernel SUITE] [ARGUMENT]… · shell [--kernel SUITE]';
/** What depends on the kernel and its drivers. */
const ENGINE_TESTS = /^(vm\/|integration\/(xdp|live|packet|udp|gso|tx-ring)[^/]*\.test)/;
/** A guest is some twelve times slower than its host: of those, the ones that show that an engine works at all. */
const ESSENTIALS =
  'every frame arrives|AF_XDP on virtio_net|exact|nothing is left behind|random program [1-5]$|profile (imix|dns)|left behind after';
/** For tests that bound a process by time; the host may have other work, too. */
const PATIENCE = 5;
const TIMEOUT_MS = 40 * 60_000;
const BENCH_SUITE = 'sid';

/** What is to be run, on which kernels. */
interface Job {
  readonly suites: readonly string[];
  command(suite: string): string;
}

/** @returns the exit code: 0 when everything passed on every kernel. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    requireX64();
    const [verb, ...rest] = args;
    if (verb === 'shell') return await shell(rest);
    if (verb === 'test') return await runAll(testJob(rest));
    if (verb === 'bench') return await runAll(benchJob(rest));
    throw new UsageError(`there are: ${USAGE}`);
  } catch (error) {
    process.stderr.write(`vm: ${messageOf(error)}\n`);
    return error instanceof UsageError || error instanceof HostError ? error.exitCode : 1;
  }
}

/** The guest runs this host's own Node and libraries, and its machine is the one that zero-copy was tried on. */
function requireX64(): void {
  if (process.arch === 'x64') return;
  throw new HostError(
    'NOT_X64',
    `the guest is an x86-64 machine and runs this host's programs: ${process.arch}`,
  );
}

function testJob(args: readonly string[]): Job {
  const { suites, rest } = split(args, DEFAULT_SUITES);
  const all = rest.includes('--all');
  const patterns = rest.filter((word) => word !== '--all');
  const chosen = all || patterns.length > 0 ? '' : `--test-name-pattern='${ESSENTIALS}'`;
  const directory = path.join(ROOT, 'build/ts/test');
  const wanted = (file: string) =>
    patterns.length === 0 ? ENGINE_TESTS.test(file) : patterns.some((pattern) => file.includes(pattern));
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.js') && wanted(file))
    .sort();
  if (files.length === 0) throw new UsageError(`no test file's path contains ${patterns.join(' or ')}`);
  const paths = files.map((file) => `build/ts/test/${file}`).join(' ');
  return {
    suites,
    command: (suite) =>
      `export PKTGEN_VM_ZERO_COPY=${SUITES.get(suite)?.zeroCopy ? 'yes' : 'no'} PKTGEN_TEST_PATIENCE=${PATIENCE}
node --test --test-concurrency=1 --test-reporter=spec ${chosen} ${paths}`,
  };
}

function benchJob(args: readonly string[]): Job {
  const { suites, rest } = split(args, [BENCH_SUITE]);
  return { suites, command: () => `node build/ts/bench/vm.js ${rest.map((word) => `'${word}'`).join(' ')}` };
}

/** --kernel is ours, everything else belongs to what is run. */
function split(
  args: readonly string[],
  fallback: readonly string[],
): { suites: readonly string[]; rest: string[] } {
  const { tokens } = parseArgs({
    args: [...args],
    options: { kernel: { type: 'string', multiple: true } },
    strict: false,
    tokens: true,
  });
  const suites: string[] = [];
  const ours = new Set<number>();
  for (const token of tokens) {
    if (token.kind !== 'option' || token.name !== 'kernel') continue;
    suites.push(requireSuite(token.value));
    ours.add(token.index);
    if (!token.inlineValue) ours.add(token.index + 1);
  }
  return { suites: suites.length > 0 ? suites : fallback, rest: args.filter((_, i) => !ours.has(i)) };
}

function requireSuite(suite: string | undefined): string {
  if (suite !== undefined && SUITES.has(suite)) return suite;
  throw new UsageError(`--kernel ${suite ?? ''}: there are ${[...SUITES.keys()].join(', ')}`);
}

async function shell(args: readonly string[]): Promise<number> {
  const { suites } = split(args, [BENCH_SUITE]);
  await openShell(kernelOf(suites[0] ?? BENCH_SUITE));
  return 0;
}

/** One guest after the other: two would share the CPUs. */
async function runAll({ suites, command }: Job): Promise<number> {
  const results: string[] = [];
  let failed = 0;
  for (const suite of suites) {
    const kernel = kernelOf(suite);
    const startedAt = Date.now();
    const problem = await runOne(kernel, command(suite));
    if (problem) failed++;
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    results.push(`Linux ${kernel.release} (${suite}): ${problem ?? 'passed'}, ${seconds} s`);
  }
  for (const result of results) process.stderr.write(`vm: ${result}\n`);
  return failed === 0 ? 0 : 1;
}

/** What went wrong, if anything. */
async function runOne(kernel: Kernel, command: string): Promise<string | null> {
  process.stderr.write(`vm: Linux ${kernel.release} …\n`);
  const { status, timedOut, console } = await runInGuest(kernel, command, TIMEOUT_MS, {
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
  });
  if (status === 0) return null;
  if (status !== null) return `FAILED with exit code ${status}`;
  process.stderr.write(`vm: the last that the guest's console showed:\n${console}\n`);
  return timedOut ? `ended after ${TIMEOUT_MS / 60_000} minutes, UNFINISHED` : 'the guest ENDED by itself';
}
