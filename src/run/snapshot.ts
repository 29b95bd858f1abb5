import type { TrafficModel } from '../model/traffic.js';
import { type NativeLinkCounters, type NativeRun, native } from '../native/index.js';

export type WorkerState = 'ready' | 'running' | 'paused' | 'done';
export type EndReason = 'count' | 'duration' | 'stopped' | 'error';

/** What one worker has done so far. */
export interface WorkerSnapshot {
  readonly cpu: number;
  readonly state: WorkerState;
  /** null while it runs. */
  readonly endReason: EndReason | null;
  /** errno name, with endReason "error". */
  readonly endError: string | null;
  /** Frames that the kernel took. */
  readonly packets: number;
  /** Their sizes on the wire added up, FCS included. */
  readonly bytes: number;
  /** System calls made to send. */
  readonly syscalls: number;
  /** Attempts that met back-pressure, with a system call or without. */
  readonly busy: number;
  /** By errno name. */
  readonly errors: Readonly<Record<string, number>>;
  /** Since the worker's start, pauses not counted. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Frames handed over more than 1 ms after they were due; this and what follows only where a rate is kept. */
  readonly latePackets: number;
  /** Behind schedule at the last frame; less than 1 ms is none. */
  readonly behindNs: number;
  /** Given up: the schedule was moved by so much. */
  readonly skippedNs: number;
  /** Behind schedule once, and made up. */
  readonly caughtUpNs: number;
  /** How often it was behind by more than 1 ms. */
  readonly stalls: number;
  /** How often it waited for a frame to be due. */
  readonly waits: number;
  /** How long it waited for a frame to be due. */
  readonly idleSeconds: number;
  /** How long it tried in vain, or waited, because no room was left. */
  readonly roomSeconds: number;
  /**
   * Ready to run while others had the CPU, by /proc/PID/task/TID/schedstat. Late wake-ups after sleeps of its own are not
   * in it: they are idle time, or that without room. 0 where the kernel keeps no such account.
   */
  readonly offCpuSeconds: number;
  /** Taken from its CPU by a hypervisor since the run's start: /proc/stat, in steps of 10 ms. */
  readonly stolenSeconds: number;
  /** Of the time in which it worked, what was measured in parts, and the part of it spent in system calls. */
  readonly sampledSeconds: number;
  readonly sampledCallSeconds: number;
  /** How many system calls that were. */
  readonly sampledCalls: number;
  /** What a system call that does nothing costs on its CPU. */
  readonly emptyCallNs: number;
  /** CLOCK_REALTIME in milliseconds when the first frame was taken; null before. */
  readonly firstPacketAtMs: number | null;
}

/** What an interface counted since the run began. */
export interface LinkDelta {
  readonly name: string;
  readonly rxPackets: number;
  readonly rxBytes: number;
  readonly rxDropped: number;
  /** IPv4 and IPv6 frames whose MAC address was not the interface's: counted by the IP layer, Linux 5.19+. */
  readonly rxOtherhostDropped: number;
  readonly txPackets: number;
  readonly txBytes: number;
  readonly txDropped: number;
  readonly txErrors: number;
  /** The interface is gone: this is its last reading. */
  readonly gone: boolean;
}

/** A moment of a run. Plain data; two of them make rates. */
export interface Snapshot {
  /** Since the run's start. */
  readonly elapsedSeconds: number;
  readonly workers: readonly WorkerSnapshot[];
  /** In the order of the model, without the warm-up. */
  readonly streams: readonly StreamCount[];
  /** The same as it was at the end of the warm-up, or is as long as that lasts; null without one. */
  readonly warmup: readonly WorkerSnapshot[] | null;
  /** How fast the schedule is gone through, 1 as planned; null: as fast as possible. */
  readonly speed: number | null;
  /** The most that is asked for at a time; null: as fast as possible. */
  readonly askedPps: number | null;
  /** null without a device. */
  readonly device: LinkDelta | null;
  readonly farEnd: LinkDelta | null;
}

/** A snapshot without streams: what a run looks at for itself, many times a second. */
export type Moment = Omit<Snapshot, 'streams'>;

const STATES: readonly WorkerState[] = ['ready', 'running', 'paused', 'done'];
const END_REASONS: readonly (EndReason | null)[] = [null, 'count', 'duration', 'stopped', 'error'];
const NS_PER_SECOND = 1e9;

/** Reads the counter blocks of all workers. */
export function readWorkers(run: NativeRun, cpus: readonly number[]): WorkerSnapshot[] {
  return decodeWorkers(run.counters(), cpus);
}

/** The same at the end of each worker's warm-up; one that is still warming up is not done. */
export function readWarmup(run: NativeRun, cpus: readonly number[]): WorkerSnapshot[] {
  return decodeWorkers(run.warmupCounters(), cpus);
}

/** `now`, read later: all that a worker has done that is still warming up. */
export function warmupSoFar(
  warmup: readonly WorkerSnapshot[],
  now: readonly WorkerSnapshot[],
): WorkerSnapshot[] {
  return warmup.map((then, i) => (then.state === 'done' ? then : (now[i] ?? then)));
}

function decodeWorkers(words: BigUint64Array, cpus: readonly number[]): WorkerSnapshot[] {
  const names = native().counterNames;
  return cpus.map((cpu, i) => {
    const block = words.subarray(i * names.length, (i + 1) * names.length);
    const word = new Map(names.map((name, position) => [name, Number(block[position] ?? 0n)]));
    return decodeWorker(cpu, (name) => word.get(name) ?? 0);
  });
}

/** What was sent of one stream, over all workers. */
export interface StreamCount {
  readonly name: string;
  readonly packets: number;
  /** Frame sizes added up, FCS included. */
  readonly bytes: number;
}

/** How far the warm-up of a run is; a worker that is still at it has nothing after it. */
export function warmupOf({ workers, warmup }: Moment): 'none' | 'over' | 'unfinished' {
  if (!warmup) return 'none';
  return warmup.every((then, i) => then === workers[i]) ? 'unfinished' : 'over';
}

/** `warmup`: what was sent before is not counted; a run that ended in its warm-up has counted nothing. */
export function readStreams(
  run: NativeRun,
  { streams }: TrafficModel,
  warmup: 'none' | 'over' | 'unfinished' = 'none',
): StreamCount[] {
  if (warmup === 'unfinished') return streams.map(({ name }) => ({ name, packets: 0, bytes: 0 }));
  // First: what a warm-up has left behind is never more than what has been sent since.
  const before = warmup === 'over' ? numbersOf(run.warmupStreamCounters()) : null;
  const words = numbersOf(run.streamCounters());
  if (before) for (let i = 0; i < words.length; i++) words[i] = (words[i] ?? 0) - (before[i] ?? 0);
  if (streams.length === 1) return [sumOfParts(streams[0]?.name ?? '', words)];
  return streams.map(({ name }, i) => ({
    name,
    packets: words[2 * i] ?? 0,
    bytes: words[2 * i + 1] ?? 0,
  }));
}

/** The program of a single stream may have several: a capture whose addresses move has one for each layout. */
function sumOfParts(name: string, words: Float64Array): StreamCount {
  const sum = (word: number) => words.reduce((all, value, i) => (i % 2 === word ? all + value : all), 0);
  return { name, packets: sum(0), bytes: sum(1) };
}

const WORD = 2 ** 32;
const IS_LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** Words as numbers, without making a BigInt of each: 10,000 streams have 20,000 of them. Exact up to 2^53. */
function numbersOf(words: BigUint64Array): Float64Array {
  const halves = new Uint32Array(words.buffer, words.byteOffset, words.length * 2);
  const [low, high] = IS_LITTLE_ENDIAN ? [0, 1] : [1, 0];
  const numbers = new Float64Array(words.length);
  for (let i = 0; i < numbers.length; i++) {
    numbers[i] = (halves[2 * i + low] ?? 0) + (halves[2 * i + high] ?? 0) * WORD;
  }
  return numbers;
}

function decodeWorker(cpu: number, word: (name: string) => number): WorkerSnapshot {
  const endReason = END_REASONS[word('endReason')] ?? null;
  return {
    cpu,
    state: STATES[word('state')] ?? 'ready',
    endReason,
    endError: endReason === 'error' ? native().errnoName(word('endErrno')) : null,
    packets: word('packets'),
    bytes: word('bytes'),
    syscalls: word('syscalls'),
    busy: word('busy'),
    errors: decodeErrors(word),
    latePackets: word('latePackets'),
    behindNs: word('behindNs'),
    skippedNs: word('skippedNs'),
    caughtUpNs: word('caughtUpNs'),
    stalls: word('stalls'),
    waits: word('waits'),
    idleSeconds: word('idleNs') / NS_PER_SECOND,
    roomSeconds: word('roomNs') / NS_PER_SECOND,
    offCpuSeconds: word('offCpuNs') / NS_PER_SECOND,
    stolenSeconds: 0, // read elsewhere: src/system/steal.ts
    sampledSeconds: word('sampledNs') / NS_PER_SECOND,
    sampledCallSeconds: word('sampledCallNs') / NS_PER_SECOND,
    sampledCalls: word('sampledCalls'),
    emptyCallNs: word('emptyCallNs'),
    seconds: word('activeNs') / NS_PER_SECOND,
    cpuSeconds: word('cpuNs') / NS_PER_SECOND,
    firstPacketAtMs: word('firstPacketNs') === 0 ? null : word('firstPacketNs') / 1e6,
  };
}

function decodeErrors(word: (name: string) => number): Record<string, number> {
  const errors: Record<string, number> = {};
  for (let i = 0; word(`errno${i}`) !== 0; i++)
    errors[native().errnoName(word(`errno${i}`))] = word(`errorCount${i}`);
  return errors;
}

/** The difference of two readings, exact although the kernel's counters may be past 2^53. */
export function linkDelta(name: string, before: NativeLinkCounters, after: NativeLinkCounters): LinkDelta {
  const difference = (key: keyof NativeLinkCounters) => Number(BigInt.asUintN(64, after[key] - before[key]));
  return {
    name,
    rxPackets: difference('rxPackets'),
    rxBytes: difference('rxBytes'),
    rxDropped: difference('rxDropped'),
    rxOtherhostDropped: difference('rxOtherhostDropped'),
    txPackets: difference('txPackets'),
    txBytes: difference('txBytes'),
    txDropped: difference('txDropped'),
    txErrors: difference('txErrors'),
    gone: false,
  };
}
