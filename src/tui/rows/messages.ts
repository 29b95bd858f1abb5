import type { Message } from '../messages.js';
import { clock } from '../numbers.js';
import type { Line } from '../page.js';
import { clean, cutLine, span } from '../text.js';
import type { View } from '../view.js';
import { folded, type Row } from './block.js';
import { picked } from './workers.js';

const TIME = 8;

/** The last ones, from the newest on. Of those that are too long the beginning is shown. */
export function lastMessages(view: View, rows: number): Row[] {
  const lines: Row[] = [];
  for (const message of view.messages.toReversed()) {
    if (lines.length >= rows) break;
    lines.push(...linesOf(message, view));
  }
  return lines.slice(0, rows);
}

/** How many rows more than one the picked message takes. */
export function extraRows(view: View): number {
  const picked = view.messages.at(-1 - selectedOf(view));
  return picked ? linesOf(picked, view).length - 1 : 0;
}

/** From the newest, which is number 0, to the oldest: from number `first` on. The picked one is shown in full. */
export function messagesFrom(view: View, rows: number, first: number): Row[] {
  const { columns, messages } = view;
  const newestFirst = messages.toReversed().slice(first, first + rows);
  const lines = newestFirst.flatMap((message, i) => {
    const isSelected = first + i === selectedOf(view);
    const all = linesOf(message, view);
    const shown =
      isSelected || all.length === 1 ? all : [{ line: cutLine(wholeLine(message, view), columns) }];
    return shown.map(({ line }) => picked(line, first + i, columns, isSelected, 1));
  });
  return lines.slice(0, rows);
}

function selectedOf({ looks, messages }: View): number {
  return Math.max(0, Math.min(looks.selected, messages.length - 1));
}

function wholeLine({ atSeconds, text, style }: Message, { glyphs }: View): Line {
  return [span(`${clock(atSeconds, glyphs).padStart(TIME)} `, 'faint'), span(clean(text, glyphs), style)];
}

function linesOf({ atSeconds, text, style }: Message, { columns, glyphs }: View): Row[] {
  const indent = TIME + 1;
  return folded(clean(text, glyphs), columns - indent, 0).map((line, i) => ({
    line: [span(`${(i === 0 ? clock(atSeconds, glyphs) : '').padStart(TIME)} `, 'faint'), span(line, style)],
  }));
}
