import type { Line, Style } from '../page.js';
import { span } from '../text.js';

/** A line and what can be clicked in it. */
export interface Row {
  readonly line: Line;
  readonly hits?: readonly {
    readonly fromColumn: number;
    readonly toColumn: number;
    readonly action: string;
  }[];
}

/** A part of a page. */
export interface Block {
  /** Without so many rows it is left out. */
  readonly least: number;
  /** With so many it is well. */
  readonly good: number;
  /** More are of no use to it. */
  readonly most: number;
  /** At most so many rows as it is given; a part that makes fewer leaves the rest empty. */
  readonly make: (rows: number) => readonly Row[];
}

export const row = (text: string, style?: Style): Row => ({ line: [span(text, style)] });
export const BLANK: Row = { line: [] };

/** Rows that are always the same. */
export function fixed(rows: readonly Row[]): Block {
  return { least: rows.length, good: rows.length, most: rows.length, make: () => rows };
}

/** An empty row, once all parts are well. */
export const GAP: Block = { least: 0, good: 0, most: 1, make: () => [BLANK] };

/** Words in lines that are no longer, all but the first one indented. */
export function folded(text: string, width: number, indent: number): string[] {
  if (text.length <= width || width <= 2 * indent) return [text];
  const space = text.lastIndexOf(' ', width);
  const end = space > width / 2 ? space : width;
  const rest = `${' '.repeat(indent)}${text.slice(end).trimStart()}`;
  return [text.slice(0, end), ...folded(rest, width, indent)];
}

/** The first of these texts that is no wider; the last one where none is. */
export function firstFitting(texts: readonly string[], width: number): string {
  return texts.find((text) => text.length <= width) ?? texts.at(-1) ?? '';
}
