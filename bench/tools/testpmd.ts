// dpdk-testpmd in txonly mode on one of DPDK's drivers for kernel interfaces. It makes UDP frames of its own.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { finished } from '../../test/support/pktgen.js';
import { commandOf, complaintOf, type Job, type Tool } from './tool.js';

/** A driver of DPDK's and what makes it fastest here (2-core VM, Linux 6.18, DPDK 22.11; medians of three). */
interface Driver {
  readonly name: 'net_af_xdp' | 'net_af_packet';
  readonly device: (name: string) => string;
  readonly options: readonly string[];
}

/** Its defaults: batches of 64 or `busy_budget=0` lose 0 to 20 %. */
const AF_XDP: Driver = { name: 'net_af_xdp', device: (name) => `iface=${name}`, options: [] };
/** Without bypass −15 %; batches of 32, its default, −10 %; small or many ring frames change nothing. */
const AF_PACKET: Driver = {
  name: 'net_af_packet',
  device: (name) => `iface=${name},qdisc_bypass=1`,
  options: ['--burst=64'],
};

export const testpmdXdp = testpmd(AF_XDP);
export const testpmdPacket = testpmd(AF_PACKET);

/** It takes that long until its devices are ready, and to give them back. */
const READY_SECONDS = 6;
const PROMPT = /testpmd> /;
const SECONDS_TO_SEND_FEW = 0.02;

function testpmd(driver: Driver): Tool {
  const send = async (job: Job, seconds: number) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'pktgen-bench-'));
    try {
      await converse(job, seconds, driver, directory);
    } finally {
      rmSync(directory, { recursive: true });
    }
  };
  return {
    name: `testpmd txonly ${driver.name}`,
    likeness: 'length',
    alwaysBypasses: true,
    missing,
    send,
    sendFew: (job) => send(job, SECONDS_TO_SEND_FEW),
  };
}

/** DPDK keeps its locks in `directory`. */
async function converse(job: Job, seconds: number, driver: Driver, directory: string): Promise<void> {
  const device = ['--vdev', `${driver.name}0,${driver.device(job.device.name)}`];
  const words = [
    'dpdk-testpmd',
    ...environment(job),
    ...device,
    '--',
    ...application(job),
    ...driver.options,
  ];
  const [program, args] = commandOf(job, seconds + READY_SECONDS, words);
  const env = { ...process.env, RUNTIME_DIRECTORY: directory };
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env });
  const ended = finished(child);
  child.stdin.on('error', () => undefined); // it ended before it was asked to: its status tells
  await Promise.race([prompted(child), ended]);
  child.stdin.write('start\n');
  await sleep(seconds * 1000);
  child.stdin.end('stop\nquit\n');
  const result = await ended;
  if (result.status !== 0) throw new Error(complaintOf(result));
}

/**
 * DPDK wants one lcore for its prompt and one to send. Both are on our CPU: the first sleeps on standard input. No huge
 * pages, no PCI device.
 */
function environment({ cpus }: Job): string[] {
  const [cpu] = cpus;
  return [
    '--lcores',
    `0@${cpu},1@${cpu}`,
    '--no-shconf',
    '--no-huge',
    '-m',
    '1024',
    '--no-pci',
    '--no-telemetry',
  ];
}

function application({ frameHex }: Job): string[] {
  const frame = [`--txpkts=${frameHex.length / 2}`, '--eth-peer=0,02:00:00:00:00:00'];
  return ['-i', '--total-num-mbufs=16384', '--forward-mode=txonly', ...frame];
}

function prompted(child: ChildProcess): Promise<void> {
  let seen = '';
  return new Promise((resolve) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      seen += text;
      if (PROMPT.test(seen)) resolve();
    });
  });
}

function missing(): string | null {
  const { error } = spawnSync('dpdk-testpmd', ['--version'], { encoding: 'utf8' });
  return error ? 'dpdk-testpmd is missing: install the package dpdk-dev' : null;
}
