// Values of several rounds → medians, a table for people and JSON for programs.
import { type Machine, machineLine, type Options } from './bench.js';

export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly values: readonly number[];
  readonly median: number;
  readonly minimum: number;
  readonly maximum: number;
}

export interface Goal {
  readonly what: string;
  readonly value: number;
  readonly relation: '≥' | '≤';
  readonly limit: number;
  readonly met: boolean;
}

export interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly goals: readonly Goal[];
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

function medianOf(ascending: readonly number[]): number {
  const middle = ascending.length >> 1;
  const upper = ascending[middle] ?? Number.NaN;
  return ascending.length % 2 === 1 ? upper : (upper + (ascending[middle - 1] ?? Number.NaN)) / 2;
}

export function goalOf(what: string, value: number, relation: Goal['relation'], limit: number): Goal {
  return { what, value, relation, limit, met: relation === '≥' ? value >= limit : value <= limit };
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

function sectionText({ title, rows, goals }: Section): string {
  const head = line(title, ['median', 'minimum', 'maximum'], '');
  const body = rows.map(({ name, unit, median, minimum, maximum }) =>
    line(`  ${name}`, [median, minimum, maximum].map(number), unit),
  );
  return ['', head, ...body, ...goals.map(goalText)].join('\n');
}

function line(name: string, cells: readonly string[], unit: string): string {
  return `${name.padEnd(44)}${cells.map((cell) => cell.padStart(10)).join('')}  ${unit}`.trimEnd();
}

function goalText({ what, value, relation, limit, met }: Goal): string {
  return `  ${what} ${number(value)}, goal ${relation} ${limit}: ${met ? 'met' : 'NOT met'}`;
}

function number(value: number): string {
  return value.toFixed(Math.abs(value) >= 100 ? 1 : 3);
}
