// A command and whatever it started, by /proc: their CPU time, and the one that does the work.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** USER_HZ, in which /proc/PID/stat counts, is this on every architecture of ours; the kernel rounds exact times down to it. */
const TICKS_PER_SECOND = 100;
/** From the start of a command: by then a tool is past its start-up, Node.js included. */
const START_MS = 1000;
/** Before it ends, so that the end is not in it. */
const END_MS = 150;

/** User and system time of all its threads, over real time: 1 is a core. NaN for a command that ended too early. */
export async function cpuShare(rootPid: number, commandSeconds: number): Promise<number> {
  await sleep(START_MS);
  const before = reading(rootPid);
  await sleep(commandSeconds * 1000 - START_MS - END_MS);
  const after = reading(rootPid);
  return (after.usedSeconds - before.usedSeconds) / (after.atSeconds - before.atSeconds);
}

function reading(rootPid: number): { atSeconds: number; usedSeconds: number } {
  const atSeconds = performance.now() / 1000;
  return { atSeconds, usedSeconds: usedSeconds(rootPid) };
}

interface Process {
  readonly pid: number;
  readonly parentPid: number;
  readonly usedSeconds: number;
}

function usedSeconds(rootPid: number): number {
  const family = familyOfPid(rootPid);
  return family.length > 0 ? family.reduce((sum, each) => sum + each.usedSeconds, 0) : Number.NaN;
}

/** Behind timeout(1) and its like: the process that has no children of its own. @throws Error: it has ended. */
export function workingPid(rootPid: number): number {
  const last = familyOfPid(rootPid).at(-1);
  if (last === undefined) throw new Error('the tool has ended early');
  return last.pid;
}

function familyOfPid(rootPid: number): Process[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const processes = all.flatMap((name) => readProcess(Number(name)) ?? []);
  const root = processes.find(({ pid }) => pid === rootPid);
  return root ? familyOf(root, processes) : [];
}

function familyOf(root: Process, all: readonly Process[]): Process[] {
  const children = all.filter(({ parentPid }) => parentPid === root.pid);
  return [root, ...children.flatMap((child) => familyOf(child, all))];
}

/** proc_pid_stat(5): the name may hold anything, the rest begins after its last bracket with the third field. */
function readProcess(pid: number): Process | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const field = (number: number) => Number(fields[number - 3]);
    return { pid, parentPid: field(4), usedSeconds: (field(14) + field(15)) / TICKS_PER_SECOND };
  } catch {
    return undefined; // ended meanwhile
  }
}
