import type { Figures } from '../run/rates.js';
import type { TimeSplit } from '../run/split.js';
import { formatNs } from '../units.js';

const PARTS: readonly (readonly [keyof TimeSplit, string])[] = [
  ['fillNs', 'fill'],
  ['entryNs', 'entry'],
  ['kernelNs', 'kernel'],
  ['roomNs', 'room'],
  ['idleNs', 'idle'],
  ['offCpuNs', 'off-CPU'],
];

/** What shows as 0.0 is left out. */
const SHOWN_NS = 0.05;

/** Where a packet's time went; nothing where that was not measured. */
export function describeTime({ split }: Figures): string[] {
  if (!split) return [];
  const shown = PARTS.filter(([part]) => split[part] >= SHOWN_NS);
  const parts = shown.map(([part, name], i) => `${name} ${formatNs(split[part])}${i === 0 ? ' ns' : ''}`);
  return parts.length === 0 ? [] : [`time     a packet: ${parts.join(', ')} (from samples)`];
}
