// pktgen itself, with any engine and options.

import { engines } from '#src/index.js';
import { CLI, pktgenJson } from '../../test/support/pktgen.js';
import type { Job, Likeness, Tool } from './tool.js';
import { complaintOf, runTool } from './tool.js';

/** A way to send with pktgen. */
export interface Way {
  readonly engine: string;
  readonly options?: readonly string[];
  /** Instead of `options` where a capture has to see the frames before a drop device. */
  readonly seenOptions?: readonly string[];
  /** What is sent; default: one static frame. */
  readonly traffic?: readonly string[];
  readonly likeness?: Likeness;
  readonly alwaysBypasses?: boolean;
}

export function pktgen(way: Way): Tool {
  const { engine, options = [], seenOptions = options, traffic = [] } = way;
  return {
    name: ['pktgen', engine, ...options, ...traffic].join(' '),
    traffic,
    likeness: way.likeness ?? 'same',
    alwaysBypasses: way.alwaysBypasses ?? false,
    missing: () => lacks(engine),
    async send(job, seconds) {
      const duration = ['--duration', `${Math.round(seconds * 1000)}ms`];
      await runPktgen(job, seconds, ['--engine', engine, ...options, ...traffic, ...duration]);
    },
    async sendFew(job, frames) {
      const seen = job.device.sees === 'everything' ? options : seenOptions;
      await runPktgen(job, 0, ['--engine', engine, ...seen, ...traffic, '--count', `${frames}`]);
    },
  };
}

function lacks(engine: string): string | null {
  return engines().some(({ name }) => name === engine) ? null : `this build has no engine ${engine}`;
}

/** The first frame pktgen sends with these arguments on a device, in hex. */
export async function planFrame(job: Omit<Job, 'frameHex'>, traffic: readonly string[]): Promise<string> {
  const words = [...placeArgs(job), '--engine', 'tx-ring', ...traffic, '--dry-run'];
  const { plan } = await pktgenJson(words, { prefix: job.namespace.prefix });
  return plan.frameHex;
}

function placeArgs({ device, sizeBytes, cpus }: Omit<Job, 'frameHex'>): string[] {
  return ['--iface', device.name, '--size', `${sizeBytes}`, '--cpus', cpus.join(',')];
}

async function runPktgen(job: Job, seconds: number, args: readonly string[]): Promise<void> {
  // All of pktgen on those CPUs, its JavaScript too: one CPU each.
  const words = [process.execPath, CLI, ...placeArgs(job), ...args, '--json', '--quiet'];
  const result = await runTool(job, seconds, words);
  if (result.status === 0) return;
  const { findings } = summaryOf(result.stdout);
  throw new Error(findings.length > 0 ? findings.join('; ') : complaintOf(result));
}

function summaryOf(stdout: string): { findings: string[] } {
  try {
    const { findings } = JSON.parse(stdout) as { findings: { message: string }[] };
    return { findings: findings.map(({ message }) => message) };
  } catch {
    return { findings: [] }; // it did not get as far as a summary
  }
}
