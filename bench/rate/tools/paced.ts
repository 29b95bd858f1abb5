// What every generator is to this bench: a command that sends one frame at a rate, for a while.
import { spawn } from 'node:child_process';
import { allowedCpus } from '#src/system/cpus.js';
import { finished, type Result } from '../../../test/support/pktgen.js';
import { commandOf, complaintOf, type Job } from '../../tools/tool.js';
import { cpuShare } from '../processes.js';

export interface Task {
  readonly pps: number;
  readonly seconds: number;
  /** What is done to the command meanwhile. */
  readonly disturb?: (rootPid: number) => Promise<void>;
}

export interface PacedTool {
  readonly name: string;
  /** What this tool lacks here, such as its program; null when it can take part. */
  missing(): string | null;
  words(job: Job, task: Task): string[];
  /** Where its frames leave from, if it goes there whatever it is told. */
  readonly ownCpu?: number;
  /** It has threads beside the one that sends, and pins that one itself. */
  readonly pinsItself?: boolean;
  /** It has no way to be told when to end, and is interrupted. */
  readonly isEndless?: boolean;
  /** What speaks against a measurement in how it ended; by default, an exit code that is not 0. */
  complaint?(result: Result): string | null;
}

export interface Sent {
  readonly result: Result;
  /** Of one core, in full flight; NaN when it ended early. */
  readonly cpuShare: number;
}

/** timeout(1) says so when it had to end the command: what is expected of an endless tool. */
const TIMED_OUT = 124;

/** @throws Error: what the tool complained of. */
export async function sendPaced(tool: PacedTool, job: Job, task: Task): Promise<Sent> {
  const limit = tool.isEndless ? ['timeout', '-s', 'INT', `${task.seconds}`] : [];
  const place = tool.pinsItself ? { ...job, cpus: allowedCpus() } : job;
  const [program, args] = commandOf(place, task.seconds, [...limit, ...tool.words(job, task)]);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = finished(child);
  const pid = child.pid ?? 0;
  const [result, share] = await Promise.all([ended, cpuShare(pid, task.seconds), task.disturb?.(pid)]);
  const complaint = (tool.complaint ?? exitComplaint(tool))(result);
  if (complaint !== null) throw new Error(complaint);
  return { result, cpuShare: share };
}

function exitComplaint({ isEndless = false }: PacedTool): (result: Result) => string | null {
  const good = isEndless ? TIMED_OUT : 0;
  return (result) => (result.status === good ? null : complaintOf(result));
}

/** The CPU that is the receiver's when this tool sends. */
export function receiverCpu({ ownCpu }: PacedTool, cpus: readonly number[]): number {
  const sender = ownCpu ?? cpus[0];
  return cpus.find((cpu) => cpu !== sender) ?? sender ?? 0;
}
