// pktgen with what it is told about time.
import { CLI, type Result } from '../../../test/support/pktgen.js';
import { complaintOf, type Job } from '../../tools/tool.js';
import type { PacedTool, Task } from './paced.js';

export type Pacing = 'hybrid' | 'spin' | 'sleep';

/** One system call for each batch, past the queueing discipline as the peers. */
const ENGINE = ['--engine', 'packet', '--qdisc-bypass'];

/** A way to send at a rate with pktgen. */
export interface PacedWay {
  readonly name: string;
  readonly options: readonly string[];
  readonly engine?: readonly string[];
  /** Default: as many frames as the task's time has. */
  readonly isCounted?: boolean;
}

/** All workers are on the job's CPUs, like everybody's sender; its JavaScript may go where the kernel puts it. */
export function pktgenAt({ name, options, engine = ENGINE, isCounted = false }: PacedWay): PacedTool {
  const limit = ({ pps, seconds }: Task) =>
    isCounted ? ['--count', `${pps * seconds}`] : ['--duration', `${seconds * 1000}ms`];
  return {
    name: `pktgen ${name}`,
    missing: () => null,
    pinsItself: true,
    words: (job, task) => [
      ...[process.execPath, CLI, ...targetOf(job), '--size', `${job.sizeBytes}`],
      ...[...engine, ...rateOf(task), ...limit(task), ...options],
    ],
    complaint: complaintUnlessLate,
  };
}

/** Infinity: as fast as possible. */
function rateOf({ pps }: Task): string[] {
  return Number.isFinite(pps) ? ['--rate', `${pps}pps`] : ['--top-speed'];
}

export function pktgenPaced(pacing: Pacing): PacedTool {
  const options = ['--pacing', pacing];
  return pktgenAt({ name: options.join(' '), options });
}

export function pktgenReplay(file: string, options: readonly string[]): PacedTool {
  return {
    name: ['pktgen replay', ...options].join(' '),
    missing: () => null,
    pinsItself: true,
    words: (job) => [process.execPath, CLI, 'replay', file, ...targetOf(job), ...ENGINE, ...options],
    complaint: complaintUnlessLate,
  };
}

function targetOf({ device, cpus }: Job): string[] {
  return ['--iface', device.name, '--cpus', cpus.join(','), '--json', '--quiet'];
}

/** That it found itself late is for the table to tell; whatever else it found speaks against the measurement. */
function complaintUnlessLate(result: Result): string | null {
  if (result.status === 0) return null;
  const others = findingsOf(result)?.filter(({ code }) => code !== 'rate-missed');
  if (others === undefined) return complaintOf(result);
  return others.length === 0 ? null : others.map(({ message }) => message).join('; ');
}

function findingsOf({ stdout }: Result): { code: string; message: string }[] | undefined {
  try {
    return (JSON.parse(stdout) as { findings: { code: string; message: string }[] }).findings;
  } catch {
    return undefined; // it did not get as far as a summary
  }
}
