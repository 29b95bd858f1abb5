import type { Glyphs, Hit, Line, Page, Size, Span } from './page.js';
import { clean, finish, widthOf } from './text.js';

/** Something shown over the page, in the middle. */
export interface Box {
  readonly title: string;
  readonly lines: readonly Line[];
  /** What the keys do. */
  readonly foot: string;
  /** For each of the lines that can be clicked, the action. */
  readonly actions?: readonly (string | null)[];
  /** Of the lines, as wide as they would like to be. */
  readonly columns: number;
  /** Where lines scroll, the number of the first one that is shown. */
  readonly first?: number;
}

/** Left and right: a frame and a blank. */
const SIDES = 4;
/** Blank, so that the words of the page do not run into it. */
const MARGIN = 1;
/** Less of the page beside a box is only pieces of words, and left blank. */
const LEAST_SIDE = 12;
/** Above and below. */
const EDGES = 2;

/** So much room a box has inside. */
export function roomInside({ columns, rows }: Size): Size {
  return { columns: Math.max(1, columns - SIDES), rows: Math.max(1, rows - EDGES) };
}

/** The page with the box over it; only the box can be clicked then. */
export function withBox(page: Page, box: Box, size: Size, glyphs: Glyphs): Page {
  const room = roomInside(size);
  const title = clean(box.title, glyphs);
  const foot = clean(box.foot, glyphs);
  const columns = Math.min(room.columns, Math.max(box.columns, title.length, foot.length));
  const shown = box.lines.slice(0, room.rows).map((line) => finish(line, columns, glyphs));
  const left = Math.max(0, Math.floor((size.columns - columns - SIDES) / 2));
  const top = Math.max(0, Math.floor((size.rows - shown.length - EDGES) / 2));
  const [upperLeft, upperRight, lowerLeft, lowerRight] = glyphs.corners;
  const framed = [
    edge(title, columns, [upperLeft, upperRight], glyphs),
    ...shown.map((line) => sides(line, columns, glyphs)),
    edge(foot, columns, [lowerLeft, lowerRight], glyphs),
  ];
  const right = left + columns + SIDES;
  const from = left - MARGIN < LEAST_SIDE ? 0 : left - MARGIN;
  const to = size.columns - right - MARGIN < LEAST_SIDE ? size.columns : right + MARGIN;
  const lines = Array.from({ length: size.rows }, (_, row) => {
    const under = page.lines[row] ?? [];
    const over = framed[row - top];
    if (!over) return under;
    const before = [...padded(clip(under, from), from), { text: ' '.repeat(left - from) }];
    const behind = [{ text: ' '.repeat(Math.max(0, to - right)) }, ...after(under, to)];
    return clip([...before, ...over, ...behind], size.columns);
  });
  const hits = shown.flatMap((_, i): Hit[] => {
    const action = box.actions?.[i];
    return action ? [{ row: top + 1 + i, fromColumn: left, toColumn: right, action }] : [];
  });
  return { lines, hits, list: null };
}

function edge(
  text: string,
  columns: number,
  [left, right]: readonly [string, string],
  { horizontal }: Glyphs,
): Line {
  const room = columns + SIDES - left.length - right.length;
  const words = text === '' ? '' : ` ${text} `;
  const inside: Line = [
    { text: horizontal },
    { text: words, style: 'strong' },
    { text: horizontal.repeat(Math.max(0, room - words.length)) },
  ];
  return [{ text: left }, ...clip(inside, room), { text: right }];
}

function sides(line: Line, columns: number, { mark }: Glyphs): Line {
  return [{ text: `${mark} ` }, ...padded(line, columns), { text: ` ${mark}` }];
}

/** The first columns of a line. */
export function clip(line: Line, columns: number): Line {
  const kept: Span[] = [];
  let left = columns;
  for (const span of line) {
    if (left <= 0) break;
    const characters = [...span.text];
    kept.push(characters.length <= left ? span : { ...span, text: characters.slice(0, left).join('') });
    left -= characters.length;
  }
  return kept;
}

/** What is left of a line after so many columns. */
function after(line: Line, columns: number): Line {
  let skip = columns;
  return line.flatMap((span) => {
    const characters = [...span.text];
    const cut = Math.min(skip, characters.length);
    skip -= cut;
    return cut === characters.length ? [] : [{ ...span, text: characters.slice(cut).join('') }];
  });
}

export function padded(line: Line, columns: number): Line {
  const missing = columns - widthOf(line);
  return missing > 0 ? [...line, { text: ' '.repeat(missing) }] : line;
}

/** Text in lines of at most so many columns, broken between words; what begins with blanks goes on with as many. */
export function wrapped(text: string, columns: number): string[] {
  const width = Math.max(1, columns);
  const indent = /^ */.exec(text)?.[0].slice(0, Math.floor(width / 2)) ?? '';
  const lines: string[] = [];
  let line = '';
  for (const word of text.trim().split(/ +/)) {
    const longer = line === '' ? `${indent}${word}` : `${line} ${word}`;
    if (line === '' || [...longer].length <= width) line = longer;
    else {
      lines.push(line);
      line = `${indent}${word}`;
    }
  }
  return [...lines, line].flatMap((one) => pieces(one, width));
}

/** What has no blanks is broken where it must be. */
function pieces(line: string, width: number): string[] {
  const characters = [...line];
  const count = Math.max(1, Math.ceil(characters.length / width));
  return Array.from({ length: count }, (_, i) => characters.slice(i * width, (i + 1) * width).join(''));
}
