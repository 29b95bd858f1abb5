// What every bench has around it: its options, its one-line errors, and a description of the machine.
import { spawnSync } from 'node:child_process';
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ExitCode, HostError, messageOf, NotPermittedError, PktgenError, UsageError } from '#src/errors.js';
import { allowedCpus } from '#src/system/cpus.js';
import { parseCount } from '#src/units.js';

export interface Options {
  readonly rounds: number;
  /** On the wire, FCS included. */
  readonly sizeBytes: number;
  /** JSON on standard output; the table then goes to standard error. */
  readonly json: boolean;
  /** Names of the parts that are wanted; empty for all. */
  readonly only: readonly string[];
}

const MAX_ROUNDS = 1000;
/** How long to look for other work, and how much of it to bear in silence. */
const LOOK_MS = 500;
const QUIET = 0.1;
/** The largest frame of the devices' standard MTU; trafgen's slots end not far above it. */
const LARGEST_BYTES = 1518;

/** Runs a bench and ends as pktgen does: one line and an exit code that says whose fault it was. */
export async function runBench(
  name: string,
  defaultRounds: number,
  body: (options: Options) => Promise<void>,
  parts: readonly string[] = [],
): Promise<void> {
  try {
    await body(readOptions(process.argv.slice(2), defaultRounds, parts));
  } catch (error) {
    process.stderr.write(`bench:${name}: ${messageOf(error)}\n`);
    process.exitCode = error instanceof PktgenError ? error.exitCode : ExitCode.internal;
  }
}

function readOptions(args: string[], defaultRounds: number, parts: readonly string[]): Options {
  const { rounds = `${defaultRounds}`, size = '64', json = false, only = [] } = parse(args, parts);
  return {
    rounds: parseCount('--rounds', rounds, 1, MAX_ROUNDS),
    sizeBytes: parseCount('--size', size, 64, LARGEST_BYTES),
    json,
    only: only.flatMap((names) => names.split(',')).map((name) => requirePart(name, parts)),
  };
}

interface Given {
  readonly rounds?: string;
  readonly size?: string;
  readonly json?: boolean;
  readonly only?: string[];
}

function parse(args: string[], parts: readonly string[]): Given {
  try {
    return parseArgs({
      args,
      options: {
        rounds: { type: 'string' },
        size: { type: 'string' },
        json: { type: 'boolean' },
        only: { type: 'string', multiple: true },
      },
    }).values;
  } catch (error) {
    const only = parts.length > 0 ? `, --only ${parts.join('|')}` : '';
    throw new UsageError(`${messageOf(error)}; there are --rounds N, --size BYTES${only} and --json`, {
      cause: error,
    });
  }
}

function requirePart(name: string, parts: readonly string[]): string {
  if (parts.includes(name)) return name;
  const hint = parts.length > 0 ? `there are ${parts.join(', ')}` : 'this bench has none';
  throw new UsageError(`--only ${name}: no such section; ${hint}`);
}

export function requireRoot(): void {
  if (process.getuid?.() === 0) return;
  throw new NotPermittedError('needs root, to make a network namespace with interfaces of its own');
}

export function requireTcpdump(): void {
  if (!spawnSync('tcpdump', ['--version']).error) return;
  throw new HostError('NO_TCPDUMP', 'tcpdump is missing: install the package of that name');
}

/** The CPU that is measured and one for everything else; the same one where there is only one. */
export function chooseCpus(): { readonly tool: number; readonly others: number } {
  const allowed = allowedCpus();
  return { tool: allowed.at(-1) ?? 0, others: allowed[0] ?? 0 };
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly kernel: string;
  readonly date: string;
  /** Share of all CPUs that was in use before we began, 0 to 1. Figures taken beside other work are worth little. */
  readonly busy: number;
}

/** Looks at the machine for a moment, which has to be before the bench starts anything. */
export async function describeMachine(): Promise<Machine> {
  const before = cpuTimes();
  await sleep(LOOK_MS);
  const after = cpuTimes();
  return {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown CPU', // some arm64 kernels give no name
    cores: os.cpus().length,
    kernel: `${os.type()} ${os.release()} ${os.arch()}`,
    date: new Date().toISOString(),
    busy: 1 - (after.idle - before.idle) / (after.total - before.total),
  };
}

function cpuTimes(): { idle: number; total: number } {
  const times = os.cpus().map((cpu) => cpu.times);
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
  return { idle: sum(times.map((t) => t.idle)), total: sum(times.flatMap((t) => Object.values(t))) };
}

export function machineLine({ cpu, cores, kernel, date, busy }: Machine): string {
  const warning = busy > QUIET ? ': other work is running, take the figures as rough' : '';
  return `${cpu} · ${cores} cores · ${kernel} · ${date} · ${Math.round(busy * 100)} % busy before${warning}`;
}
