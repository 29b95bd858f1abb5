import { formatSpan } from '../../units.js';
import { ns } from '../numbers.js';
import type { Glyphs } from '../page.js';
import { type Bar, markCell } from './bar.js';

interface Tick {
  readonly at: number;
  readonly text: string;
}

/** What is written over the bars: where the budget ends, at their own mark, and at the right how much a full bar is. */
export function axisText(
  { budgetNs, scaleNs }: Pick<Bar, 'budgetNs' | 'scaleNs'>,
  width: number,
  glyphs: Glyphs,
): string {
  const mark = markCell({ budgetNs, scaleNs }, width);
  const value = ns(budgetNs, glyphs, 7);
  const budget = `budget ${/[a-zµ]$/.test(value) ? value : `${value} ns`}`;
  const full = Number.isFinite(scaleNs) ? formatSpan(scaleNs) : glyphs.dash;
  const ends = [`full bar ${full}`, full].map((text) => ({ at: width - text.length, text }));
  const behind = { at: mark, text: `${glyphs.mark} ${budget}` };
  const before = { at: mark - budget.length - 1, text: `${budget} ${glyphs.mark}` };
  const brief = { at: mark, text: `${glyphs.mark} ${value}` };
  const both = [behind, before].flatMap((one) => ends.map((end) => [one, end]));
  const candidates = [...both, ...ends.map((end) => [brief, end]), [before], [behind], [brief]];
  const texts = candidates.map((ticks) => drawn(ticks, width));
  return texts.find((text) => text !== null) ?? glyphs.mark.padStart(mark + 1);
}

/** null where they do not fit side by side. */
function drawn(ticks: readonly Tick[], width: number): string | null {
  let line = '';
  for (const { at, text } of ticks) {
    if (at < (line === '' ? 0 : line.length + 1) || at + text.length > width) return null;
    line = `${line.padEnd(at)}${text}`;
  }
  return line;
}
