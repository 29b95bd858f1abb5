// tcpdump at the far end: when each frame arrived, by the kernel's clock there. It keeps up with the rates of which gaps are
// measured (its ring holds all frames of a measurement at 100 kpps), and says so: one frame dropped or cut, and there is no figure.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { native } from '#src/native/index.js';
import type { Device, Namespace } from '../namespace.js';

export interface Arrivals {
  /** Since the first frame, ascending. */
  readonly timesNs: Float64Array;
  /** Without FCS, in the order of arrival. */
  readonly lengths: Uint32Array;
  /** In hex, without FCS. */
  readonly firstFrame: string;
}

const BUFFER_KIB = 262_144;
/** Of every frame: all of the smallest ones. */
const SNAP_BYTES = 64;
/** tcpdump's ring hands a block to it when it is full or a second old: what is in it when tcpdump ends is lost. */
const BLOCK_MS = 1300;
const LIMIT_MS = 60_000;

export class Receiver {
  private readonly directory = mkdtempSync(path.join(tmpdir(), 'pktgen-bench-'));
  private readonly file = path.join(this.directory, 'arrivals.pcap');
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown>;
  private said = '';

  private constructor(namespace: Namespace, device: Device, cpu: number) {
    const ring = ['-B', `${BUFFER_KIB}`, '-s', `${SNAP_BYTES}`, '--time-stamp-precision=nano'];
    const tcpdump = ['tcpdump', '-Z', 'root', '-n', '-i', device.seenAt, ...ring, '-w', this.file];
    const [program = '', ...args] = [...namespace.prefix, 'taskset', '-c', `${cpu}`, ...tcpdump];
    this.child = spawn(program, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
    });
    this.ended = new Promise((resolve) => this.child.on('close', resolve));
  }

  /** Resolves when it is listening. It runs on `cpu` only, which is not the sender's. */
  static async start(namespace: Namespace, device: Device, cpu: number): Promise<Receiver> {
    const receiver = new Receiver(namespace, device, cpu);
    try {
      await receiver.listening();
    } catch (error) {
      receiver.remove();
      throw error;
    }
    return receiver;
  }

  private listening(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.child.stderr?.setEncoding('utf8').on('data', (part: string) => {
        this.said += part;
        if (this.said.includes('listening on')) resolve();
      });
      this.child.on('error', reject);
      this.child.on('close', () => reject(new Error(`tcpdump ended: ${this.said.trim()}`)));
    });
  }

  /** Ends it, some time after the last frame. @throws Error: a frame is missing. */
  async stop(): Promise<Arrivals> {
    await sleep(BLOCK_MS);
    this.child.kill('SIGINT');
    await this.ended;
    const arrivals = readArrivals(this.file);
    const received = this.numberBefore('packets received by filter');
    const dropped = this.numberBefore('packets dropped by kernel');
    if (dropped !== 0)
      throw new Error(`tcpdump could not keep up: it dropped ${dropped} of ${received} frames`);
    const lost = received - arrivals.timesNs.length;
    if (lost !== 0) throw new Error(`tcpdump wrote ${lost} frames less than it received`);
    return arrivals;
  }

  private numberBefore(words: string): number {
    return Number(new RegExp(`(\\d+) ${words}`).exec(this.said)?.[1]);
  }

  remove(): void {
    this.child.kill('SIGKILL');
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function readArrivals(file: string): Arrivals {
  const { timesNs, wireLengths, bytes, offsets, lengths } = native().readCapture(file, null);
  const [first = 0n] = timesNs;
  const [offset = 0] = offsets;
  return {
    // The difference fits a double, the time since 1970 does not.
    timesNs: Float64Array.from(timesNs, (time) => Number(time - first)),
    lengths: wireLengths,
    firstFrame: Buffer.from(bytes.subarray(offset, offset + (lengths[0] ?? 0))).toString('hex'),
  };
}
