// The generators that are compared, each as a command line that sends one static frame.
import { spawn, spawnSync } from 'node:child_process';
import { HostError } from '#src/errors.js';
import { finished, pktgenJson, type Result } from '../test/support/pktgen.js';
import { SENDING_SECONDS } from './counters.js';
import type { Device, Namespace } from './namespace.js';

/** Where a tool runs and what it sends. */
export interface Job {
  readonly namespace: Namespace;
  readonly device: Device;
  readonly cpu: number;
  readonly sizeBytes: number;
  /** The same frame for every tool, in hex and without FCS. */
  readonly frameHex: string;
}

export interface Tool {
  readonly name: string;
  /** Sends as fast as it can, for SENDING_SECONDS. */
  send(job: Job): Promise<void>;
  /** Sends one frame, or a few, where a capture sees them. */
  sendFew(job: Job): Promise<void>;
}

/** The frame pktgen sends on a device; the other tools are given these bytes. */
export async function planFrame(job: Omit<Job, 'frameHex'>): Promise<string> {
  const { plan } = await pktgenJson([...pktgenArgs(job), '--dry-run'], { prefix: job.namespace.prefix });
  return plan.frameHex;
}

function pktgenArgs({ device, sizeBytes, cpu }: Omit<Job, 'frameHex'>): string[] {
  return ['--iface', device.name, '--size', `${sizeBytes}`, '--cpus', `${cpu}`];
}

export const pktgen: Tool = {
  name: 'pktgen tx-ring',
  async send(job) {
    const args = [...pktgenArgs(job), '--qdisc-bypass', '--duration', `${SENDING_SECONDS}s`];
    await runPktgen(job, args);
  },
  async sendFew(job) {
    const bypass = job.device.seenWithBypass ? ['--qdisc-bypass'] : [];
    await runPktgen(job, [...pktgenArgs(job), ...bypass, '--count', '1']);
  },
};

async function runPktgen({ namespace, cpu }: Job, args: readonly string[]): Promise<void> {
  // All of pktgen on that CPU, its JavaScript too: one CPU each.
  const prefix = [...namespace.prefix, 'taskset', '-c', `${cpu}`];
  const { status, findings } = await pktgenJson(args, { prefix });
  if (status === 0) return;
  throw new Error(`pktgen ended with ${status}: ${findings.map((finding) => finding.message).join('; ')}`);
}

/** timeout(1) says so when it had to end the command: for a tool without an end of its own that is success. */
const TIMED_OUT = 124;
const SECONDS_TO_SEND_FEW = 10;

export const trafgen: Tool = {
  name: 'trafgen',
  async send(job) {
    const { status, stdout, stderr } = await runTrafgen(job, SENDING_SECONDS, []);
    if (status !== TIMED_OUT) throw new Error(`trafgen ended early (${status}): ${stdout}${stderr}`);
  },
  async sendFew(job) {
    const slowPath = job.device.seenWithBypass ? [] : ['--qdisc-path'];
    // With fewer frames than workers it starts fewer workers, and ours is the last one.
    const options = ['--num', `${job.cpu + 1}`, ...slowPath];
    const { status, stdout, stderr } = await runTrafgen(job, SECONDS_TO_SEND_FEW, options);
    if (status !== 0) throw new Error(`trafgen ended with ${status}: ${stdout}${stderr}`);
  },
};

/** They keep trafgen's hands off the host: off net.core settings and interrupt affinities. Neither changes its speed. */
const KEEP_TO_ITSELF = ['--no-sock-mem', '--notouch-irq'];

/**
 * At its fastest: its default way past the queueing discipline (through it: -28 % on ifb, -14 % on veth) and its default
 * ring. Rings of 64 KiB to 2 MiB, --prio-high and the CPU made no difference (2-core VM, Linux 6.18, trafgen 0.6.8).
 *
 * Its worker number n pins itself to CPU n whatever taskset says, and `cpu(n)` before a packet leaves it to that worker;
 * the workers before it then have nothing to do and end at once. timeout(1) ends all of them, even if we are gone.
 */
async function runTrafgen(job: Job, seconds: number, extra: readonly string[]): Promise<Result> {
  const { namespace, device, cpu, frameHex } = job;
  const packet = `cpu(${cpu}): { ${frameHex.replace(/../g, '0x$&, ').slice(0, -2)} }`;
  const limit = ['timeout', '-s', 'INT', '-k', '2', `${seconds}`];
  const command = [
    'trafgen',
    '--dev',
    device.name,
    '--cpus',
    `${cpu + 1}`,
    ...KEEP_TO_ITSELF,
    ...extra,
    packet,
  ];
  const [program = '', ...rest] = [...namespace.prefix, ...limit, ...command];
  return finished(spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] }));
}

/** "trafgen 0.6.8". */
export function trafgenVersion(): string {
  const { error, stdout } = spawnSync('trafgen', ['--version'], { encoding: 'utf8' }); // its status is always 1
  if (error) throw new HostError('NO_TRAFGEN', 'trafgen is missing: install the package netsniff-ng');
  return /^trafgen [\d.]+/.exec(stdout)?.[0] ?? 'trafgen of unknown version';
}
