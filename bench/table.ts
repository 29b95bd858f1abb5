// Several figures for each of several rounds and contenders → medians in a table.
import { medianOf } from './report.js';

export interface Column {
  readonly key: string;
  readonly label: string;
  readonly digits: number;
}

export interface TableRow {
  readonly name: string;
  /** By the key of their column. */
  readonly rounds: readonly Readonly<Record<string, number>>[];
  /** Why there are none. */
  readonly reason?: string;
}

export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly TableRow[];
}

/** NaN where no round has it. */
export function medianIn({ rounds }: TableRow, key: string): number {
  const values = rounds.map((round) => round[key] ?? Number.NaN).filter((value) => !Number.isNaN(value));
  return medianOf(values.sort((a, b) => a - b));
}

const GAP = '  ';
const SHORTEST_CELL = 7;

/** One line for the labels, one for each row. */
export function tableLines(title: string, { columns, rows }: Table): string[] {
  const nameWidth = Math.max(title.length, ...rows.map(({ name }) => name.length + GAP.length));
  const widths = columns.map(({ label }) => Math.max(label.length, SHORTEST_CELL));
  const line = (name: string, cells: readonly string[]) =>
    [name.padEnd(nameWidth), ...cells.map((cell, i) => cell.padStart(widths[i] ?? 0))].join(GAP).trimEnd();
  const head = line(
    title,
    columns.map(({ label }) => label),
  );
  return [head, ...rows.map((row) => line(`${GAP}${row.name}`, cellsOf(row, columns)))];
}

function cellsOf(row: TableRow, columns: readonly Column[]): string[] {
  if (row.reason !== undefined) return [`not measured: ${row.reason}`];
  return columns.map(({ key, digits }) => {
    const median = medianIn(row, key);
    return Number.isNaN(median) ? '–' : median.toFixed(digits);
  });
}
