// pktgen in a terminal, looked at from outside: its threads, their CPU time, its memory, and the device's counter.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { run } from '../../test/support/namespace.js';
import { CLI } from '../../test/support/pktgen.js';
import { Terminal } from '../../test/support/tmux.js';
import type { Place } from '../measure.js';
import type { Device } from '../namespace.js';

/** What the screen is made for, and what has most to draw. */
const SIZE = { columns: 132, rows: 43 };
const START_MS = 20_000;

export interface Moment {
  readonly atNs: bigint;
  /** Of the device. */
  readonly packets: number;
  /** Of all threads but the workers. */
  readonly cpuNs: number;
  readonly rssBytes: number;
}

/** A run of one worker on the first CPU of a place; all other threads are on another, and the terminal is as well. */
export class Watched {
  private constructor(
    private readonly terminal: Terminal,
    private readonly place: Place,
    private readonly device: Device,
  ) {}

  static async start(
    place: Place,
    device: Device,
    args: readonly string[],
    lifetimeSeconds: number,
  ): Promise<Watched> {
    // The terminal inherits our CPU; pktgen may take every one.
    setCpus(process.pid, [place.otherCpu]);
    const { cpus, namespace, sizeBytes } = place;
    const own = ['--iface', device.name, '--size', `${sizeBytes}`, '--cpus', `${cpus[0]}`];
    const prefix = [...namespace.prefix, 'taskset', '-c', cpus.join(',')];
    const command = [...prefix, process.execPath, CLI, ...own, ...args];
    const terminal = await Terminal.start(command, { ...SIZE, lifetimeSeconds });
    const watched = new Watched(terminal, place, device);
    try {
      await terminal.see(/running +0:0|ns\/pkt/, START_MS);
      watched.separate();
      return watched;
    } catch (error) {
      watched.close();
      throw error;
    }
  }

  now(): Moment {
    const { pid } = this.terminal;
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return {
      atNs: process.hrtime.bigint(),
      packets: this.packets(),
      cpuNs: this.others().reduce((sum, tid) => sum + cpuNs(pid, tid), 0),
      rssBytes: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024,
    };
  }

  close(): void {
    this.terminal.close();
  }

  private packets(): number {
    const { namespace } = this.place;
    const text = run('ip', '-n', namespace.name, '-s', '-j', 'link', 'show', this.device.countedAt);
    const [link] = JSON.parse(text) as { stats64: Record<'rx' | 'tx', { packets: number }> }[];
    return link?.stats64[this.device.counter].packets ?? Number.NaN;
  }

  /** Every thread that is no worker: those are pinned to the one CPU already. */
  private separate(): void {
    for (const tid of this.others()) setCpus(tid, [this.place.otherCpu]);
  }

  private others(): number[] {
    const { pid } = this.terminal;
    const isWorker = (tid: string) => cpusOf(pid, tid) === String(this.place.cpus[0]);
    const tids = readdirSync(`/proc/${pid}/task`);
    return tids.filter((tid) => !isWorker(tid)).map(Number);
  }
}

function cpusOf(pid: number, tid: string): string {
  const status = readFileSync(`/proc/${pid}/task/${tid}/status`, 'utf8');
  return /^Cpus_allowed_list:\s+(\S+)/m.exec(status)?.[1] ?? '';
}

/** proc(5), schedstat: the first number is the time on a CPU. */
function cpuNs(pid: number, tid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${tid}/schedstat`, 'utf8').split(' ')[0]);
}

function setCpus(tid: number, cpus: readonly number[]): void {
  execFileSync('taskset', ['-c', '-p', cpus.join(','), String(tid)], { stdio: 'ignore' });
}
