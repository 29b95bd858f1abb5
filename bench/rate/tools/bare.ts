// bench/bare/paced.c: what a loop of sendto and the clock can do here.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../../test/support/pktgen.js';
import type { PacedTool } from './paced.js';

const FILE = path.join(ROOT, 'build/bare/paced');

/** Looks at the clock until each moment, all the time. */
export const bareSpinning = bare('spinning: the limit here', []);
/** Like pktgen's hybrid in the beginning. What comes later than this after a sleep is late. */
export const bareSleeping = bare('sleeping until 60 µs before', ['60']);

function bare(how: string, margin: readonly string[]): PacedTool {
  return {
    name: `bare loop, ${how}`,
    missing: () => (existsSync(FILE) ? null : 'build/bare/paced is missing'),
    words: ({ device, frameHex }, { pps, seconds }) => [
      ...[FILE, device.name, `0x${frameHex}`, `${seconds}`, `${pps}`, ...margin],
    ],
  };
}

/** What the loop itself saw. */
export interface BareSeen {
  readonly sent: number;
  /** Frames more than 10 µs late because the CPU was away while the loop looked at the clock. */
  readonly lateByHole: number;
  /** Frames more than 10 µs late because sending took long. */
  readonly lateByCalls: number;
  readonly longestHoleNs: number;
  /** How often the kernel gave the CPU to another thread. */
  readonly preempted: number;
}

export function bareSeen(stdout: string): BareSeen {
  return JSON.parse(stdout) as BareSeen;
}
