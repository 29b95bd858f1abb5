// What an interface counted while something was sent: how much, and how fast.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Device, Namespace } from '../namespace.js';
import { type Look, ppsOf } from './edges.js';

const READER = path.join(import.meta.dirname, 'edge-reader.js');
/** Two looks of the reader after the last frame. */
const SETTLE_MS = 250;

export interface Counted {
  readonly packets: number;
  /** In full flight; NaN where the counter was not seen to move twice. */
  readonly pps: number;
}

/** Watches while `sending` goes on, from before it begins until after it has ended. */
export async function counted(
  namespace: Namespace,
  device: Device,
  cpu: number,
  sending: () => Promise<unknown>,
): Promise<Counted> {
  const reader = new EdgeReader(namespace, device, cpu);
  try {
    await reader.ready();
    const before = reader.packets;
    await sending();
    await sleep(SETTLE_MS);
    return { packets: reader.packets - before, pps: ppsOf(reader.edges) };
  } finally {
    reader.close();
  }
}

class EdgeReader {
  packets = Number.NaN;
  readonly edges: Look[] = [];
  private readonly child: ChildProcess;
  private readonly lines: Interface;

  constructor(namespace: Namespace, device: Device, cpu: number) {
    const [program = '', ...rest] = [...namespace.prefix, 'taskset', '-c', `${cpu}`];
    const reader = [process.execPath, READER, device.countedAt, device.counter];
    this.child = spawn(program, [...rest, ...reader], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (!this.child.stdout) throw new Error('the counter reader has no output');
    this.lines = createInterface(this.child.stdout);
    this.lines.on('line', (line) => this.take(line));
  }

  /** @throws Error: it ended before its first line. */
  async ready(): Promise<void> {
    const ended = new Promise<never>((_, reject) =>
      this.child.once('close', () => reject(new Error('the counter reader ended'))),
    );
    await Promise.race([once(this.lines, 'line'), ended]);
  }

  private take(line: string): void {
    const [packets = Number.NaN, ns, edgePackets] = line.split(' ').map(Number);
    this.packets = packets;
    if (ns !== undefined && edgePackets !== undefined) this.edges.push({ ns, packets: edgePackets });
  }

  close(): void {
    this.lines.close();
    this.child.kill();
  }
}
