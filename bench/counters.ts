// The rate of a tool by the counters of an interface, which no tool owns.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { ETHERNET_HEADER_BYTES } from '#src/units.js';
import type { Device, Namespace } from './namespace.js';

interface Sample {
  readonly ns: bigint;
  readonly packets: number;
  readonly bytes: number;
}

const READER = path.join(import.meta.dirname, 'counter-reader.js');
const MS = 1_000_000n;
/** From the first frame to the first reading: every tool is then past whatever it does in the beginning. */
const SETTLE_NS = 200n * MS;
const WINDOW_NS = 500n * MS;
/** A tool that has not sent by then never will. */
const START_LIMIT_NS = 8000n * MS;
/** How long a tool has to send for a measurement, with room for a late start of its timer. */
export const SENDING_SECONDS = 0.95;

export class Counters {
  private readonly child: ChildProcess;
  private readonly lines: Interface;
  private readonly ended = new AbortController();

  constructor(
    namespace: Namespace,
    private readonly device: Device,
    cpu: number,
  ) {
    const [program = '', ...rest] = [...namespace.prefix, 'taskset', '-c', `${cpu}`];
    const reader = [process.execPath, READER, device.countedAt, device.counter];
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
    const measuring = this.measure(rest, () => ended);
    // What a tool says itself tells more than what was not counted.
    const [sent, measured] = await Promise.allSettled([sending, measuring]);
    if (sent.status === 'rejected') throw sent.reason;
    if (measured.status === 'rejected') throw measured.reason;
    const { first, last } = measured.value;
    const packets = last.packets - first.packets;
    requireFrameSize((last.bytes - first.bytes) / packets, frameBytes, this.device.countsByXdp);
    return packets / (Number(last.ns - first.ns) / 1e9);
  }

  private async measure(rest: Sample, hasEnded: () => boolean): Promise<{ first: Sample; last: Sample }> {
    const limitNs = rest.ns + START_LIMIT_NS;
    const moving = await this.until((now) => now.packets > rest.packets || hasEnded() || now.ns > limitNs);
    if (moving.packets === rest.packets) throw new Error('the tool sent nothing');
    const first = await this.until((now) => now.ns >= moving.ns + SETTLE_NS);
    const last = await this.until((now) => now.ns >= first.ns + WINDOW_NS);
    if (hasEnded()) throw new Error('the tool stopped sending before the measurement was over');
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
function requireFrameSize(counted: number, frameBytes: number, byXdp: boolean): void {
  const expected = byXdp ? [frameBytes, frameBytes - ETHERNET_HEADER_BYTES] : [frameBytes];
  // Packets and bytes are two counters: a reading may fall between them.
  if (expected.some((bytes) => Math.abs(counted - bytes) < bytes / 1000)) return;
  throw new Error(`the interface counted ${counted.toFixed(2)} bytes a frame, not ${expected.join(' or ')}`);
}
