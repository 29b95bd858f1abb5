// What every generator that is compared is to the bench: a command that sends one kind of frame, for a while.
import { spawn } from 'node:child_process';
import { finished, type Result } from '../../test/support/pktgen.js';
import type { Device, Namespace } from '../namespace.js';

/** Where a tool runs and what it sends. */
export interface Job {
  readonly namespace: Namespace;
  readonly device: Device;
  /** One worker on each. */
  readonly cpus: readonly number[];
  /** On the wire, FCS included. */
  readonly sizeBytes: number;
  /** What is to be sent, in hex and without FCS. */
  readonly frameHex: string;
}

/**
 * How far what a tool sends can be compared with the job's frame before it is measured. `same`: byte by byte. `numbered`:
 * but for the IPv4 identification, which the kernel gives, and the checksum over it; checksums good by tshark. `varied`:
 * frames of that length, not all the same, checksums good. `length`: the tool sends frames of its own of that length.
 */
export type Likeness = 'same' | 'numbered' | 'varied' | 'length';

export interface Tool {
  readonly name: string;
  /** pktgen's options for the traffic that it sends; none for the bench's static frame. */
  readonly traffic?: readonly string[];
  readonly likeness: Likeness;
  /** What this tool lacks here, such as its program; null when it can take part. */
  missing(): string | null;
  /** Sends as fast as it can, for so long at least. */
  send(job: Job, seconds: number): Promise<void>;
  /** Sends so many frames, or more, where a capture sees them. */
  sendFew(job: Job, frames: number): Promise<void>;
  /** Sends past the queueing discipline whatever it is told: a capture on the sending interface sees nothing. */
  readonly alwaysBypasses: boolean;
}

/** No tool takes longer than this to begin and to end, beside the time it sends. */
const SPARE_SECONDS = 8;

/** The command line of a tool: inside, on these CPUs only, ended by the kernel if it does not end by itself. */
export function commandOf(job: Job, seconds: number, words: readonly string[]): [string, string[]] {
  const limit = ['timeout', '-s', 'KILL', `${seconds + SPARE_SECONDS}`];
  const [program = '', ...args] = [
    ...job.namespace.prefix,
    ...limit,
    'taskset',
    '-c',
    job.cpus.join(','),
    ...words,
  ];
  return [program, args];
}

/** Runs a tool to its end. */
export function runTool(job: Job, seconds: number, words: readonly string[]): Promise<Result> {
  const [program, args] = commandOf(job, seconds, words);
  return finished(spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] }));
}

const COMPLAINT = /error|cannot|can't|fail|invalid|unable|not permitted|no such/i;

/** What a tool printed when it failed: the first line that sounds like it, else the last one. */
export function complaintOf({ status, signal, stdout, stderr }: Result): string {
  const lines = `${stdout}\n${stderr}`.trim().split('\n').filter(Boolean);
  const complaint = lines.find((line) => COMPLAINT.test(line)) ?? lines.at(-1) ?? 'without a word';
  return `ended with ${status ?? signal}: ${complaint.trim()}`;
}
