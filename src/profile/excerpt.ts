import { printable } from './problem.js';

/** Part of a text: from its offset to the one behind it. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Finds lines by binary search: a file with thousands of problems is not scanned for each of them. */
export class Lines {
  readonly #starts: readonly number[];

  constructor(readonly text: string) {
    const starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.#starts = starts;
  }

  positionOf(offset: number): Position {
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
  }

  lineText(line: number): string {
    const end = this.#starts[line];
    return this.text
      .slice(this.#starts[line - 1], end === undefined ? undefined : end - 1)
      .replace(/\r$/, '');
  }
}

/** Longer lines are cut on both sides of the place. */
const WIDEST = 100;
const LEAD = 40;
const GUTTER = 6;

/** The line of a range, and a line that marks it. */
export function excerptOf(lines: Lines, range: Range): string[] {
  const { line, column } = lines.positionOf(range.start);
  const whole = lines.lineText(line);
  const from = whole.length > WIDEST ? Math.max(0, column - 1 - LEAD) : 0;
  const shown = printable(whole.slice(from, from + WIDEST).replaceAll('\t', ' '));
  const lead = column - 1 - from;
  const marked = Math.max(1, Math.min(range.end - range.start, shown.length - lead));
  return [
    `${String(line).padStart(GUTTER)} | ${shown}`,
    `${' '.repeat(GUTTER)} | ${' '.repeat(lead)}^${'~'.repeat(marked - 1)}`,
  ];
}
