import type { ModelPath } from '../compile/problems.js';
import { UsageError } from '../errors.js';

/** In a profile, or in a part of one. */
export type Path = ModelPath;

/** Something wrong in a profile, and where. */
export interface ProfileProblem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** In UTF-16 units, from 1. */
  readonly column: number;
  /** As a person reads it: streams[2].headers[1].udp. Empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  /** The line in question with its number, and a line that marks the place below it; empty when there is no place. */
  readonly excerpt: readonly string[];
}

/** A misspelt word in a template can be wrong in every stream: beyond this nobody reads on. */
const SHOWN_PROBLEMS = 100;

/** Everything that is wrong with one or several profiles. */
export class ProfileError extends UsageError {
  readonly problems: readonly ProfileProblem[];

  constructor(problems: readonly ProfileProblem[]) {
    const sorted = inOrder(problems);
    super(textOf(sorted));
    this.problems = sorted;
  }
}

function inOrder(problems: readonly ProfileProblem[]): ProfileProblem[] {
  const files = [...new Set(problems.map(({ file }) => file))];
  const rank = new Map(files.map((file, i) => [file, i]));
  const fileOf = (problem: ProfileProblem) => rank.get(problem.file) ?? 0;
  return [...problems].sort((a, b) => fileOf(a) - fileOf(b) || a.line - b.line || a.column - b.column);
}

function textOf(problems: readonly ProfileProblem[]): string {
  const shown = problems.slice(0, SHOWN_PROBLEMS).map(formatProblem);
  const left = problems.length - shown.length;
  return [...shown, ...(left > 0 ? [`… and ${left} more`] : [])].join('\n');
}

function formatProblem({ file, line, column, path, message, excerpt }: ProfileProblem): string {
  const place = line > 0 ? `${file}:${line}:${column}` : file;
  const what = path === '' ? message : `${path}: ${message}`;
  return [`${printable(place)}: ${printable(what)}`, ...excerpt].join('\n');
}

/** A problem of a file that has no lines to point at: it cannot be read. */
export function fileProblem(file: string, message: string): ProfileProblem {
  return { file, line: 0, column: 0, path: '', message, excerpt: [] };
}

/** Without what could move the cursor or change the colours of a terminal. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are the ones that must not reach a terminal.
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}

const LONGEST_SHOWN = 40;

/** A value in an error message. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a mapping';
  if (value === null || value === undefined) return 'nothing';
  const text = String(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text === '' ? "''" : text;
}
