// The rate of a tool by the counters of the interface it sends on, which neither tool owns.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Device, Namespace } from './namespace.js';

interface Sample {
  readonly ns: bigint;
  readonly packets: number;
  readonly bytes: number;
}

const READER = path.join(import.meta.dirname, 'counter-reader.js');
const MS = 1_000_000n;
/** From the first frame to the first reading: both tools are then past whatever they do in the beginning. */
const SETTLE_NS = 800n * MS;
const WINDOW_NS = 1500n * MS;
/** A tool that has not sent by then never will. */
const START_LIMIT_NS = 5000n * MS;
/** How long a tool has to send for a measurement, with room for a late start of its timer. */
export const SENDING_SECONDS = 3;

export class Counters {
  private readonly child: ChildProcess;
  private readonly lines: Interface;
  private readonly ended = new AbortController();

  constructor(namespace: Namespace, device: Device, cpu: number) {
    const [program = '', ...rest] = [...namespace.prefix, 'taskset', '-c', `${cpu}`];
    const reader = [process.execPath, READER, device.name, device.counter];
    this.child = spawn(program, [...rest, ...reader], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (!this.child.stdout) throw new Error('the counter reader has no output');
    this.lines = createInterface(this.child.stdout);
    this.child.on('close', () => this.ended.abort());
  }

  close(): void {
    this.lines.close();
    this.child.kill();
  }

  /**
   * Starts a tool and returns its frames per second in full flight: start-up and end of the process are not in it.
   * `tool` sends for SENDING_SECONDS and rejects when it fails.
   */
  async rateOf(tool: () => Promise<void>, frameBytes: number): Promise<number> {
    const rest = await this.next();
    let ended = false;
    const sending = tool().finally(() => {
      ended = true;
    });
    const measuring = this.measure(rest).then((samples) => {
      if (ended) throw new Error('the tool stopped sending before the measurement was over');
      return samples;
    });
    const [{ first, last }] = await Promise.all([measuring, sending]);
    const packets = last.packets - first.packets;
    requireFrameSize((last.bytes - first.bytes) / packets, frameBytes);
    return packets / (Number(last.ns - first.ns) / 1e9);
  }

  private async measure(rest: Sample): Promise<{ first: Sample; last: Sample }> {
    const moving = await this.until((now) => now.packets > rest.packets || now.ns > rest.ns + START_LIMIT_NS);
    if (moving.packets === rest.packets) throw new Error('the tool sent nothing');
    const first = await this.until((now) => now.ns >= moving.ns + SETTLE_NS);
    const last = await this.until((now) => now.ns >= first.ns + WINDOW_NS);
    return { first, last };
  }

  private async until(reached: (sample: Sample) => boolean): Promise<Sample> {
    for (;;) {
      const sample = await this.next();
      if (reached(sample)) return sample;
    }
  }

  private async next(): Promise<Sample> {
    const waiting = once(this.lines, 'line', { signal: this.ended.signal });
    const [line] = await waiting.catch(() => {
      throw new Error('the counter reader ended');
    });
    const [ns = '0', packets, bytes] = String(line).split(' ');
    return { ns: BigInt(ns), packets: Number(packets), bytes: Number(bytes) };
  }
}

/** The counters also say how long the frames are: a tool that sends others, or no real ones, is found out. */
function requireFrameSize(counted: number, expected: number): void {
  // Packets and bytes are two counters: a reading may fall between them.
  if (Math.abs(counted - expected) < expected / 1000) return;
  throw new Error(`the interface counted ${counted.toFixed(2)} bytes a frame, not ${expected}`);
}
