// Values of several rounds → medians, a table for people and JSON for programs.
import { type Machine, machineLine, type Options } from './bench.js';
import { type Table, tableLines } from './table.js';

export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly values: readonly number[];
  readonly median: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly nsPerPacket?: number;
  /** What follows from the median, for the reader of the table. */
  readonly remark?: string;
  /** Why there are no values. */
  readonly reason?: string;
}

export interface Goal {
  readonly what: string;
  /** NaN (in JSON null) where it could not be measured. */
  readonly value: number;
  readonly relation: '≥' | '≤';
  readonly limit: number;
  readonly met: boolean;
  readonly reason?: string;
}

export interface Section {
  /** What it can be asked for by. */
  readonly name?: string;
  readonly title: string;
  readonly rows: readonly Row[];
  /** Where one figure a row does not tell it. */
  readonly table?: Table;
  readonly goals: readonly Goal[];
  /** What a reader of the figures should know. */
  readonly notes?: readonly string[];
}

export function rowOf(name: string, unit: string, values: readonly number[]): Row {
  const ascending = [...values].sort((a, b) => a - b);
  return {
    name,
    unit,
    values,
    median: medianOf(ascending),
    minimum: ascending.at(0) ?? Number.NaN,
    maximum: ascending.at(-1) ?? Number.NaN,
  };
}

/** A row that was not measured. */
export function missingRow(name: string, unit: string, reason: string): Row {
  return { ...rowOf(name, unit, []), reason };
}

export function medianOf(ascending: readonly number[]): number {
  const middle = ascending.length >> 1;
  const upper = ascending[middle] ?? Number.NaN;
  return ascending.length % 2 === 1 ? upper : (upper + (ascending[middle - 1] ?? Number.NaN)) / 2;
}

export function goalOf(what: string, value: number, relation: Goal['relation'], limit: number): Goal {
  return { what, value, relation, limit, met: relation === '≥' ? value >= limit : value <= limit };
}

/** Our median over theirs. */
export function ratioGoal(what: string, ours: Row, theirs: Row, limit: number): Goal {
  const reason = ours.reason ?? theirs.reason;
  const goal = goalOf(what, ours.median / theirs.median, '≥', limit);
  return reason === undefined ? goal : { ...goal, reason };
}

/** A figure by itself; NaN where there is none. */
export function figureGoal(what: string, value: number, relation: Goal['relation'], limit: number): Goal {
  const goal = goalOf(what, value, relation, limit);
  return Number.isNaN(value) ? { ...goal, reason: 'it was not measured' } : goal;
}

/** A row's median by itself. */
export function rateGoal(what: string, row: Row, limit: number): Goal {
  const goal = goalOf(what, row.median, '≥', limit);
  return row.reason === undefined ? goal : { ...goal, reason: row.reason };
}

/** The table on standard output or, when that is asked to be JSON, on standard error. */
export function report(
  bench: string,
  machine: Machine,
  options: Options,
  sections: readonly Section[],
): void {
  const text = `${[`bench:${bench}`, machineLine(machine), ...sections.map(sectionText)].join('\n')}\n`;
  (options.json ? process.stderr : process.stdout).write(text);
  if (!options.json) return;
  const { rounds, sizeBytes } = options;
  process.stdout.write(`${JSON.stringify({ bench, machine, rounds, sizeBytes, sections }, null, 2)}\n`);
}

function sectionText({ title, rows, table, goals, notes = [] }: Section): string {
  const head = line(title, ['median', 'minimum', 'maximum'], '');
  const body = table ? tableLines(title, table) : [head, ...rows.map(rowText)];
  return ['', ...body, ...goals.map(goalText), ...notes.map((note) => `  ${note}`)].join('\n');
}

function rowText({ name, unit, median, minimum, maximum, remark = '', reason }: Row): string {
  if (reason !== undefined) return `${`  ${name}`.padEnd(NAME_WIDTH)}  not measured: ${reason}`;
  return line(`  ${name}`, [median, minimum, maximum].map(number), `${unit}  ${remark}`);
}

const NAME_WIDTH = 66;

function line(name: string, cells: readonly string[], unit: string): string {
  return `${name.padEnd(NAME_WIDTH)}${cells.map((cell) => cell.padStart(10)).join('')}  ${unit}`.trimEnd();
}

function goalText({ what, value, relation, limit, met, reason }: Goal): string {
  if (reason !== undefined) return `  ${what}, goal ${relation} ${rounded(limit)}: NOT measured`;
  return `  ${what} ${number(value)}, goal ${relation} ${rounded(limit)}: ${met ? 'met' : 'NOT met'}`;
}

function number(value: number): string {
  return value.toFixed(Math.abs(value) >= 100 ? 1 : 3);
}

/** As a person would write a goal. */
function rounded(limit: number): string {
  return `${Number(limit.toFixed(3))}`;
}
