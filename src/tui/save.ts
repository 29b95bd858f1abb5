import { writeFile } from 'node:fs/promises';
import { messageOf } from '../errors.js';
import { type DoneSoFar, doneBy } from '../run/rest.js';
import type { Summary } from '../run/summary.js';
import { formatCount, formatNumberOf } from '../units.js';

/** What the file holds: the present part as `--json` has it, those before it, and what all of them have sent. */
export interface Saved extends Summary {
  readonly before: readonly Summary[];
  readonly all: DoneSoFar;
}

export function savedOf(now: Summary, before: readonly Summary[]): Saved {
  return { ...now, before, all: doneBy([...before, now]) };
}

/** "x.json written: this part, 1,165,281 frames (all parts: 3,420,118)". */
export function describeSaved(name: string, { total, before, all }: Saved, wasZeroed: boolean): string {
  const frames = formatNumberOf(total.packets, 'frame');
  const covered =
    before.length === 0 ? frames : `this part, ${frames} (all parts: ${formatCount(all.packets)})`;
  return `${name} written: ${covered}${wasZeroed ? ', counted from the start, not from z' : ''}`;
}

/** Writes JSON to pktgen-YYYYMMDD-HHMMSS.json in a directory, over nothing that is there. @returns the name. */
export async function saveJson(value: unknown, directory: string, now: Date): Promise<string> {
  const stem = `pktgen-${stamp(now)}`;
  const text = `${JSON.stringify(value, null, 2)}\n`;
  for (let more = 1; ; more++) {
    const name = `${stem}${more === 1 ? '' : `-${more}`}.json`;
    try {
      await writeFile(`${directory}/${name}`, text, { flag: 'wx' });
      return name;
    } catch (error) {
      if (!messageOf(error).startsWith('EEXIST')) throw error;
    }
  }
}

function stamp(now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const date = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  return `${date}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
}
