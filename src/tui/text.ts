import type { Glyphs, Line, Span, Style } from './page.js';

/** Characters that are one column wide in every terminal; letters of names and what the texts of the tool use. */
const FOREIGN =
  /[^ -~\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0377\u037a-\u03ff\u0400-\u0482\u048a-\u052f\u2010-\u2015\u2018-\u201f\u2026\u2030\u2190-\u2193\u2248\u2260\u2264\u2265\u2500-\u259f]/gu;
const BEYOND_ASCII = /[^ -~]/gu;

/** What stands in for characters that a terminal without UTF-8 cannot show: one for one, so that columns stay. */
const PLAIN: Readonly<Record<string, string>> = {
  µ: 'u',
  μ: 'u',
  '–': '-',
  '—': '-',
  '−': '-',
  '→': '>',
  '←': '<',
  '·': '.',
  '…': '~',
  '×': 'x',
  '≤': '<',
  '≥': '>',
  '≠': '#',
  '≈': '~',
  '±': '~',
  '½': '2',
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
};

export const isAscii = ({ dash }: Glyphs): boolean => dash === '-';

/**
 * The same text with nothing in it that moves the cursor, is not one column wide, or that the terminal cannot show.
 * Names of streams, files and devices are written by others.
 */
export function clean(text: string, glyphs: Glyphs): string {
  if (!/[^ -~]/.test(text)) return text;
  const narrow = text.normalize('NFC').replace(/\t/g, ' ').replace(FOREIGN, '?');
  return isAscii(glyphs) ? narrow.replace(BEYOND_ASCII, (one) => PLAIN[one] ?? '?') : narrow;
}

export function span(text: string, style: Style = 'plain'): Span {
  return style === 'plain' ? { text } : { text, style };
}

/** Cut where it is too long, which shows. */
export function cut(text: string, width: number): string {
  if (text.length <= width) return text;
  return width <= 1 ? text.slice(0, Math.max(0, width)) : `${text.slice(0, width - 1)}…`;
}

/** Exactly so wide, from the left. The text is clean. */
export const left = (text: string, width: number): string => cut(text, width).padEnd(width);
/** Exactly so wide, to the right. */
export const right = (text: string, width: number): string => cut(text, width).padStart(width);

export function widthOf(line: Line): number {
  return line.reduce((sum, { text }) => sum + text.length, 0);
}

/** The line as the terminal gets it: clean, without empty spans, and no wider than that. */
export function finish(line: Line, columns: number, glyphs: Glyphs): Line {
  const spans: Span[] = [];
  let room = columns;
  for (const one of line) {
    const text = clean(one.text, glyphs).slice(0, Math.max(0, room));
    room -= text.length;
    if (text !== '') spans.push({ ...one, text });
  }
  return spans;
}

/** Two parts of a line, the second at its right end; where both do not fit, the first gives way. */
export function apart(first: Line, second: Line, columns: number): Line {
  const room = Math.max(0, columns - widthOf(second));
  const kept = cutLine(first, Math.max(0, room - 1));
  return [...kept, span(' '.repeat(Math.max(0, room - widthOf(kept)))), ...second];
}

/** Wider than this, what stands at the right is too far from what stands at the left. */
export const WIDEST_APART = 100;

/** As apart(), and in a wide terminal no further apart than can be read as one line. */
export function beside(first: Line, second: Line, columns: number): Line {
  const needed = widthOf(first) + 1 + widthOf(second);
  return apart(first, second, Math.min(columns, Math.max(WIDEST_APART, needed)));
}

/** As many of the parts as there is room for, none of them cut; the first one is there in any case. */
export function whole(parts: readonly Line[], width: number): Line {
  const [first = [], ...others] = parts;
  const line = [...first];
  for (const part of others) {
    if (widthOf(line) + SEPARATOR.length + widthOf(part) > width) break;
    line.push(span(SEPARATOR), ...part);
  }
  return line;
}

const SEPARATOR = ', ';

/** Cut where it is too long, which shows. */
export function cutLine(line: Line, width: number): Line {
  if (widthOf(line) <= width) return line;
  const spans: Span[] = [];
  let room = width;
  for (const one of line) {
    if (one.text.length >= room) return [...spans, { ...one, text: cut(`${one.text}…`, room) }];
    spans.push(one);
    room -= one.text.length;
  }
  return spans;
}
