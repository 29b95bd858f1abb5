import { readFileSync } from 'node:fs';

/** USER_HZ: what the kernel counts in for programs, on every architecture that pktgen runs on (proc_stat(5)). */
const TICKS_PER_SECOND = 100;

/** The column "steal" of each CPU in /proc/stat, in seconds since boot. */
export function parseSteal(stat: string): Map<number, number> {
  const rows = stat.matchAll(/^cpu(\d+)((?: \d+)*)/gm);
  return new Map(
    [...rows].map(([, cpu, columns = '']) => {
      const steal = columns.trim().split(' ')[STEAL];
      return [Number(cpu), Number(steal ?? 0) / TICKS_PER_SECOND];
    }),
  );
}

/** user, nice, system, idle, iowait, irq, softirq, steal. */
const STEAL = 7;

/** Time that a hypervisor took from CPUs while this was running. Where nobody tells, it is none. */
export class Steal {
  /** By CPU, of the stretches that have ended. */
  private readonly ended = new Map<number, number>();
  private start = new Map<number, number>();
  private latest = new Map<number, number>();
  private isRunning = false;

  /** `read`: the text of /proc/stat. */
  constructor(private readonly read: () => string = readStat) {}

  run(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    this.start = this.latest = this.now();
  }

  hold(): void {
    this.refresh();
    for (const cpu of this.latest.keys()) this.ended.set(cpu, this.secondsOf(cpu));
    this.start = this.latest;
    this.isRunning = false;
  }

  /** The kernel adds up the interrupts of all CPUs for it: some milliseconds on large machines. */
  refresh(): void {
    if (this.isRunning) this.latest = this.now();
  }

  /** Seconds taken from a CPU, in steps of 10 ms, as of the last refresh. */
  secondsOf(cpu: number): number {
    const present = (this.latest.get(cpu) ?? 0) - (this.start.get(cpu) ?? 0);
    return (this.ended.get(cpu) ?? 0) + Math.max(0, present);
  }

  private now(): Map<number, number> {
    return parseSteal(this.read());
  }
}

function readStat(): string {
  try {
    return readFileSync('/proc/stat', 'utf8');
  } catch {
    return '';
  }
}
