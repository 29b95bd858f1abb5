// The peers, each told its rate in the way that its manual names for it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pcapOf } from '../../../test/support/capture-file.js';
import type { PacedTool, Task } from './paced.js';

/**
 * With a rate it sends from one process by plain sendto(2), and that process pins itself to CPU 0 whatever taskset says.
 * Its other options keep its hands off net.core settings and interrupt affinities.
 */
export const trafgenRate: PacedTool = {
  name: 'trafgen -b',
  missing: () => missing('trafgen', 'netsniff-ng'),
  ownCpu: 0,
  isEndless: true,
  words({ device, frameHex }, { pps }) {
    const options = ['--no-sock-mem', '--notouch-irq', '--no-cpu-stats', '--rate', `${pps}pps`];
    return [
      'trafgen',
      '--dev',
      device.name,
      ...options,
      `{ ${frameHex.replace(/../g, '0x$&, ').slice(0, -2)} }`,
    ];
  },
};

/** Its delay is a sleep of so many microseconds after each frame. */
export const mausezahnDelay: PacedTool = {
  name: 'mausezahn -d',
  missing: () => missing('mausezahn', 'netsniff-ng'),
  isEndless: true,
  words({ device, frameHex }, { pps }) {
    const octets = frameHex.replace(/..(?=.)/g, '$&:');
    return ['mausezahn', device.name, '-c', '0', '-d', `${Math.round(1e6 / pps)}`, octets];
  },
};

/** Captures that are replayed, gone after the bench. */
export class Captures {
  private readonly directory = mkdtempSync(path.join(tmpdir(), 'pktgen-bench-'));

  /** tcpreplay sends one frame over and over. Of its timers, gtod (its default) spins and has the most even gaps, nano sleeps. */
  atRate(timer: 'gtod' | 'nano', frameHex: string): PacedTool {
    const file = this.write('frame.pcap', Float64Array.of(0), frameHex);
    return {
      name: `tcpreplay --pps${timer === 'gtod' ? '' : ` --timer ${timer}`}`,
      missing: tcpreplayMissing,
      words: ({ device }, { pps, seconds }: Task) => [
        'tcpreplay',
        ...['--intf1', device.name, '--quiet', '--preload-pcap', '--timer', timer],
        ...['--pps', `${pps}`, '--loop', `${pps * seconds}`],
        file,
      ],
    };
  }

  /** A capture of the frame at these times, and where it is. */
  write(name: string, timesNs: Float64Array, frameHex: string): string {
    const file = path.join(this.directory, name);
    const data = Buffer.from(frameHex, 'hex');
    const frames = [...timesNs].map((time) => ({ data, timeNs: BigInt(time) }));
    writeFileSync(file, pcapOf(frames, { nanoseconds: true }));
    return file;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }
}

/** At the times of the capture. */
export function tcpreplay(file: string, options: readonly string[]): PacedTool {
  return {
    name: ['tcpreplay', ...options].join(' '),
    missing: tcpreplayMissing,
    words: ({ device }) => [
      'tcpreplay',
      '--intf1',
      device.name,
      '--quiet',
      '--preload-pcap',
      ...options,
      file,
    ],
  };
}

function tcpreplayMissing(): string | null {
  return missing('tcpreplay', 'tcpreplay');
}

function missing(program: string, debianPackage: string): string | null {
  const { error } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return error ? `${program} is missing: install the package ${debianPackage}` : null;
}
