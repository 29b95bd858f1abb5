import type { TimeSplit } from '../../run/rates.js';
import type { Glyphs, Line, Style } from '../page.js';
import { joined } from './gauge.js';

export type Part = keyof Glyphs['parts'];

/** Of a packet's time, in the order in which it is spent. */
export const PARTS: readonly {
  readonly part: Part;
  readonly of: (split: TimeSplit) => number;
  readonly word: string;
}[] = [
  { part: 'fill', of: ({ fillNs }) => fillNs, word: 'fill' },
  { part: 'entry', of: ({ entryNs }) => entryNs, word: 'entry' },
  { part: 'kernel', of: ({ kernelNs }) => kernelNs, word: 'kernel' },
  { part: 'room', of: ({ roomNs }) => roomNs, word: 'room' },
  { part: 'idle', of: ({ idleNs }) => idleNs, word: 'idle' },
  { part: 'offCpu', of: ({ offCpuNs }) => offCpuNs, word: 'off-CPU' },
];

/** What a packet took one worker, on a scale that is the same for all, with the end of the budget. */
export interface Bar {
  readonly nsPerPacket: number | null;
  readonly split: TimeSplit | null;
  readonly budgetNs: number;
  /** At the right end. What goes on behind it is cut, with an arrow. */
  readonly scaleNs: number;
}

/** What is worked on first, then what only takes time: that may be cut. */
const DRAWN = ['fill', 'entry', 'kernel', 'room', 'offCpu', 'idle'].flatMap((part) =>
  PARTS.filter((one) => one.part === part),
);

/** Where the budget ends in a bar so wide. */
export function markCell({ budgetNs, scaleNs }: Pick<Bar, 'budgetNs' | 'scaleNs'>, width: number): number {
  return Math.min(width - 1, cellOf(budgetNs, scaleNs, width));
}

const cellOf = (ns: number, scaleNs: number, width: number) =>
  Math.min(width, Math.max(0, Math.round((ns / scaleNs) * width) || 0));

export function barLine({ nsPerPacket, split, budgetNs, scaleNs }: Bar, width: number, glyphs: Glyphs): Line {
  const cells: { text: string; style: Style }[] = Array.from({ length: width }, () => ({
    text: ' ',
    style: 'plain',
  }));
  let end = 0;
  const draw = (toNs: number, text: string, style: Style) => {
    const to = cellOf(toNs, scaleNs, width);
    for (let i = end; i < to; i++) cells[i] = { text, style };
    end = Math.max(end, to);
  };
  const mark = markCell({ budgetNs, scaleNs }, width);
  let sum = 0;
  for (const { part, of } of split ? DRAWN : []) {
    sum += split ? Math.max(0, of(split)) : 0;
    draw(sum, glyphs.parts[part], part);
  }
  // Without parts a bar is still a time.
  if (!split && nsPerPacket !== null) {
    sum = nsPerPacket;
    draw(sum, glyphs.full, 'plain');
  }
  const last = cells[mark === width - 1 ? width - 2 : width - 1];
  if (last && sum > scaleNs * JUST_FULL) last.text = glyphs.arrow.slice(-1);
  if (mark >= 0) cells[mark] = { text: glyphs.mark, style: 'title' };
  return joined(cells);
}

/** Sums of parts are not exact. */
const JUST_FULL = 1.001;
const STEPS = [1, 2, 5];

/**
 * The right end of the bars: the smallest of 1, 2, 5, 10, 20, 50 … budgets that holds what each worker works at a packet. It
 * stays where it is while times change a little. Waiting for the next frame is not in it, and of the time that others had the CPU no
 * more than as much again.
 */
export function barScale(workers: readonly Pick<Bar, 'nsPerPacket' | 'split'>[], budgetNs: number): number {
  const most = workers
    .map(workedNs)
    .filter(Number.isFinite)
    .reduce((a, b) => Math.max(a, b), 0);
  if (!(budgetNs > 0) || !Number.isFinite(most / budgetNs)) return budgetNs;
  const decade = 10 ** Math.max(0, Math.floor(Math.log10(most / budgetNs)));
  const steps = [...STEPS, 10].map((step) => step * decade * budgetNs);
  return steps.find((step) => most <= step * JUST_FULL) ?? most;
}

function workedNs({ nsPerPacket, split }: Pick<Bar, 'nsPerPacket' | 'split'>): number {
  if (!split) return nsPerPacket ?? 0;
  const { fillNs, entryNs, kernelNs, roomNs, offCpuNs } = split;
  const worked = fillNs + entryNs + kernelNs + roomNs;
  return worked + Math.min(offCpuNs, worked);
}
