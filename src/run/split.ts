import type { WorkerSnapshot } from './snapshot.js';

/**
 * Where a packet's time goes: worker time per packet, in nanoseconds. The parts add up to nsPerPacket.
 *
 * A worker's loop reads the clock once a lap. A lap in which nothing was due is idle time, one in which nothing was sent
 * had no room; the rest is work. Of work, laps drawn at random are measured in parts, the system calls apart from the rest
 * of them (addon/laps.h); what holds for them is taken for all of it.
 */
export interface TimeSplit {
  /** User space: frames made ready, rings filled, counting. */
  readonly fillNs: number;
  /** Into the kernel and back: system calls × what an empty one costs on that CPU. */
  readonly entryNs: number;
  /** The rest of the system calls: the kernel's send path. Interrupts and stolen time are where they struck. */
  readonly kernelNs: number;
  /** No room was left: trying in vain and waiting. */
  readonly roomNs: number;
  /** Pacing: no frame was due. Waking up late is part of it. */
  readonly idleNs: number;
  /**
   * Ready to run, and with work to do, while others had the CPU. The scheduler does not tell what a thread was doing when
   * it lost the CPU: of all that it was made to wait, as much is taken to have interrupted work as work has of the time in
   * which it did not sleep. Where nothing waits for its time and room is left, that is all of it.
   */
  readonly offCpuNs: number;
}

/** What a worker did in a span of time. */
export type Spent = Pick<
  WorkerSnapshot,
  | 'packets'
  | 'seconds'
  | 'cpuSeconds'
  | 'idleSeconds'
  | 'roomSeconds'
  | 'offCpuSeconds'
  | 'sampledSeconds'
  | 'sampledCallSeconds'
  | 'sampledCalls'
  | 'emptyCallNs'
>;

/** What holds for each second of work. */
interface Sample {
  /** Part of it that is spent in system calls. */
  readonly callShare: number;
  readonly callsPerSecond: number;
}

/**
 * Of all workers together, each with its share of the packets. null without packets, and where work was done and none of
 * it was measured; one worker of several of which nothing was measured is taken to be like the others.
 */
export function splitTime(workers: readonly Spent[]): TimeSplit | null {
  const packets = sum(workers, 'packets');
  const common = sampleOf(sum(workers, 'sampledSeconds'), workers);
  const works = workers.some((worker) => partsOf(worker).workSeconds > 0);
  if (packets <= 0 || (works && !common)) return null;
  const parts = workers.map((worker) => split(worker, sampleOf(worker.sampledSeconds, [worker]) ?? common));
  const perPacket = (name: keyof TimeSplit) => parts.reduce((all, part) => all + part[name], 0) / packets;
  return {
    fillNs: perPacket('fillNs'),
    entryNs: perPacket('entryNs'),
    kernelNs: perPacket('kernelNs'),
    roomNs: perPacket('roomNs'),
    idleNs: perPacket('idleNs'),
    offCpuNs: perPacket('offCpuNs'),
  };
}

function sum(workers: readonly Spent[], name: keyof Spent): number {
  return workers.reduce((all, worker) => all + worker[name], 0);
}

function sampleOf(seconds: number, workers: readonly Spent[]): Sample | null {
  if (seconds <= 0) return null;
  return {
    callShare: Math.min(1, Math.max(0, sum(workers, 'sampledCallSeconds') / seconds)),
    callsPerSecond: Math.max(0, sum(workers, 'sampledCalls') / seconds),
  };
}

/**
 * The worker's time in parts that add up to it; off-CPU as in TimeSplit. Two snapshots read their clocks one after the other:
 * none of the parts may be more than what is left of the whole. In seconds.
 */
export function partsOf({
  seconds,
  idleSeconds,
  roomSeconds,
  cpuSeconds,
  offCpuSeconds,
}: Pick<Spent, 'seconds' | 'idleSeconds' | 'roomSeconds' | 'cpuSeconds' | 'offCpuSeconds'>) {
  const idle = within(seconds, idleSeconds);
  const room = within(seconds - idle, roomSeconds);
  const works = Math.max(0, seconds - idle - room);
  const awake = cpuSeconds + offCpuSeconds;
  const share = awake > 0 ? Math.min(1, works / awake) : 0;
  const offCpu = within(works, offCpuSeconds * share);
  return { idleSeconds: idle, roomSeconds: room, offCpuSeconds: offCpu, workSeconds: works - offCpu };
}

function within(whole: number, part: number): number {
  return Math.min(Math.max(0, whole), Math.max(0, part));
}

/** In nanoseconds, all packets together. */
function split(worker: Spent, sample: Sample | null): TimeSplit {
  const { idleSeconds, roomSeconds, offCpuSeconds, workSeconds } = partsOf(worker);
  const workNs = workSeconds * 1e9;
  const callNs = workNs * (sample?.callShare ?? 0);
  const entryNs = Math.min(callNs, workSeconds * (sample?.callsPerSecond ?? 0) * worker.emptyCallNs);
  return {
    fillNs: workNs - callNs,
    entryNs,
    kernelNs: callNs - entryNs,
    roomNs: roomSeconds * 1e9,
    idleNs: idleSeconds * 1e9,
    offCpuNs: offCpuSeconds * 1e9,
  };
}
