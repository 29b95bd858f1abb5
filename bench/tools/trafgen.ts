// netsniff-ng's trafgen: one worker, one static frame.
import { spawnSync } from 'node:child_process';
import type { Result } from '../../test/support/pktgen.js';
import { complaintOf, type Job, runTool, type Tool } from './tool.js';

/** They keep trafgen's hands off the host: off net.core settings and interrupt affinities. Neither changes its speed. */
const KEEP_TO_ITSELF = ['--no-sock-mem', '--notouch-irq'];
/** timeout(1) says so when it had to end the command: for a tool without an end of its own that is success. */
const TIMED_OUT = 124;
/** Between the start of its process and its first frame; it is ended by a timer of ours. */
const START_SECONDS = 0.5;
const SECONDS_TO_SEND_FEW = 10;

export const trafgen: Tool = {
  name: `trafgen ${version() ?? ''}`.trim(),
  likeness: 'same',
  alwaysBypasses: false,
  missing: () => (version() === null ? 'trafgen is missing: install the package netsniff-ng' : null),
  async send(job, seconds) {
    const result = await runTrafgen(job, seconds + START_SECONDS, []);
    if (result.status !== TIMED_OUT) throw new Error(complaintOf(result));
  },
  async sendFew(job, frames) {
    const slowPath = job.device.sees === 'everything' ? [] : ['--qdisc-path'];
    // Every worker is given its part of them, and ours is the last one.
    const count = ['--num', `${frames * (cpuOf(job) + 1)}`];
    const result = await runTrafgen(job, SECONDS_TO_SEND_FEW, [...count, ...slowPath]);
    if (result.status !== 0) throw new Error(complaintOf(result));
  },
};

/**
 * At its fastest: its default way past the queueing discipline (through it: -28 % on ifb, -14 % on veth) and its default
 * ring. Rings of 64 KiB to 2 MiB, --prio-high and the CPU made no difference (2-core VM, Linux 6.18, trafgen 0.6.8).
 *
 * Its worker number n pins itself to CPU n whatever taskset says, and `cpu(n)` before a packet leaves it to that worker;
 * the workers before it then have nothing to do and end at once.
 */
function runTrafgen(job: Job, seconds: number, extra: readonly string[]): Promise<Result> {
  const cpu = cpuOf(job);
  const packet = `cpu(${cpu}): { ${job.frameHex.replace(/../g, '0x$&, ').slice(0, -2)} }`;
  const limit = ['timeout', '-s', 'INT', `${seconds}`];
  const options = ['--dev', job.device.name, '--cpus', `${cpu + 1}`, ...KEEP_TO_ITSELF, ...extra];
  return runTool(job, seconds, [...limit, 'trafgen', ...options, packet]);
}

/** Two of its workers share one queue and are slower than one: it takes part with one. */
function cpuOf({ cpus }: Job): number {
  const [cpu, ...more] = cpus;
  if (cpu === undefined || more.length > 0) throw new Error('trafgen is measured with one worker');
  return cpu;
}

function version(): string | null {
  const { error, stdout } = spawnSync('trafgen', ['--version'], { encoding: 'utf8' }); // its status is always 1
  if (error) return null;
  return /^trafgen ([\d.]+)/.exec(stdout)?.[1] ?? 'of unknown version';
}
