import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FrameProgram } from '#src/compile/program.js';
import { type NativeLane, type NativeNetwork, type NativeRun, native } from '#src/native/index.js';
import { readWorkers } from '#src/run/snapshot.js';
import { NO_TIMES, unpaced } from '#src/run/timetable.js';
import { Capture } from './capture.js';
import { run } from './namespace.js';
import { ROOT } from './pktgen.js';

/** The longest frame that a veth with an XDP program at its other end lets through, without Ethernet's 14 bytes. */
const MTU_BYTES = 3400;
const QUEUES = 2;
const POLL_MS = 2;

/** What a run counted. */
export interface Sent {
  /** By stream: frames, and their sizes added up, FCS included. */
  readonly streams: readonly (readonly [packets: number, bytes: number])[];
  readonly endReasons: readonly (string | null)[];
}

/** Lets all frames pass that arrive at an interface, so that a veth's other end takes XDP frames. */
export class XdpPass {
  private constructor(private readonly child: ChildProcess) {}

  static async attach(prefix: readonly string[], name: string): Promise<XdpPass> {
    const script = path.join(ROOT, 'test/support/xdp-pass.py');
    const [program = 'python3', ...args] = [...prefix, 'python3', script, name];
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    await new Promise<void>((resolve, reject) => {
      child.stdout.once('data', () => resolve());
      child.once('close', () => reject(new Error('no XDP program at the far end')));
    });
    // With an XDP program the kernel turns GRO on, which would merge TCP frames before they can be seen.
    const [enter = 'ethtool', ...words] = [...prefix, 'ethtool', '-K', name, 'gro', 'off'];
    run(enter, ...words);
    return new XdpPass(child);
  }

  async detach(): Promise<void> {
    const closed = new Promise((resolve) => this.child.once('close', resolve));
    this.child.stdin?.end();
    await closed;
  }
}

/** Two linked interfaces of this process, whose far end passes every frame on to where it can be captured. */
export class LiveLab {
  private readonly network: NativeNetwork = new (native().Network)(true);
  private readonly prefix = ['nsenter', `--net=/proc/${process.pid}/fd/${this.network.netFd}`];
  private pass: XdpPass | undefined;

  static async open(): Promise<LiveLab> {
    const lab = new LiveLab();
    const shape = (name: string, last: number) => ({
      name,
      mac: Uint8Array.of(2, 0, 0, 0, 0, last),
      queues: QUEUES,
      mtuBytes: MTU_BYTES,
    });
    lab.network.createPair(shape('near0', 1), shape('far0', 2));
    lab.network.setUp('near0');
    lab.network.setUp('far0');
    lab.pass = await XdpPass.attach(lab.prefix, 'far0');
    return lab;
  }

  async close(): Promise<void> {
    await this.pass?.detach();
    this.network.close();
  }

  /** Sends with one worker on each of the first CPUs, and returns what arrived, in hex and in its order. */
  async send(
    program: FrameProgram,
    frames: number,
    { workers = 1, count = frames, batch = 65_536, liveBatch = 64 } = {},
  ): Promise<{ sent: Sent; seen: string[] }> {
    const capture = await Capture.start(this.prefix, 'far0', frames);
    try {
      const sent = await this.run(program, count, workers, batch, liveBatch);
      await capture.complete();
      return { sent, seen: capture.frames() };
    } finally {
      capture.remove();
    }
  }

  private async run(
    program: FrameProgram,
    count: number,
    workers: number,
    batch: number,
    liveBatch: number,
  ): Promise<Sent> {
    const link = this.network.link('near0');
    const opened = new (native().Run)(this.network, {
      engine: 'live',
      interface: 'near0',
      interfaceIndex: link?.index ?? 0,
      batch,
      options: { liveBatch },
      program,
      count: BigInt(count),
      workers: Array.from({ length: workers }, (_, i) => ({ cpu: i, queue: i, durationNs: null })),
      timetable: { ...unpaced(), lanes: [...unpaced().lanes, ...freeLanes(program)] },
      warmupNs: 0,
    });
    try {
      opened.start();
      while (!opened.done) await sleep(POLL_MS);
      return sentOf(opened, workers);
    } finally {
      opened.close();
    }
  }
}

/** For the streams that have times of their own: live refuses them, whatever they are. */
function freeLanes({ alone = new Uint32Array(0) }: FrameProgram): NativeLane[] {
  return Array.from(alone, () => ({ ...NO_TIMES, freeWeight: 1 }));
}

function sentOf(opened: NativeRun, workers: number): Sent {
  const words = [...opened.streamCounters()].map(Number);
  return {
    streams: words.flatMap((packets, i) => (i % 2 === 0 ? [[packets, words[i + 1] ?? 0] as const] : [])),
    endReasons: readWorkers(opened, [...Array(workers).keys()]).map(({ endReason }) => endReason),
  };
}
