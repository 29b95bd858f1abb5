import type * as z from 'zod';
import type { Path } from './problem.js';

/** A problem of a value: where in it, and whether its key is what is wrong. */
export interface ValueProblem {
  readonly path: Path;
  readonly message: string;
  readonly part: 'key' | 'value';
}

/** What the schema has to say about a value. */
export function validate(schema: z.ZodType, value: unknown): ValueProblem[] {
  const result = schema.safeParse(value);
  if (result.success) return [];
  const all = result.error.issues.flatMap((issue) => problemsOf(issue, [], value));
  return [...new Map(all.map((problem) => [JSON.stringify(problem), problem])).values()];
}

type Issue = z.core.$ZodIssue;

/** `value`: what the whole schema was asked about. */
function problemsOf(issue: Issue, base: Path, value: unknown): ValueProblem[] {
  const path = [...base, ...(issue.path as Path)];
  if (issue.code === 'unrecognized_keys') return unknownKeys(issue.keys, issue.message, path);
  const branch = issue.code === 'invalid_union' ? bestBranch(issue.errors, valueAt(value, path)) : undefined;
  if (branch) return branch.flatMap((inner) => problemsOf(inner, path, value));
  const isShape = issue.code === 'invalid_type' || issue.code === 'invalid_union';
  const missing = isShape && !isPresent(value, path);
  const part = issue.code === 'invalid_key' ? 'key' : 'value';
  return [{ path, message: missing ? MISSING : issue.message, part }];
}

const MISSING = 'is missing';

function unknownKeys(keys: readonly string[], message: string, path: Path): ValueProblem[] {
  const lines = message.split('\n');
  return keys.map((key, i) => ({ path: [...path, key], message: lines[i] ?? message, part: 'key' }));
}

/** The form that was meant: one whose type fits, with the least to complain about. None: all are as far away. */
function bestBranch(branches: readonly (readonly Issue[])[], value: unknown): readonly Issue[] | undefined {
  const near = branches.filter(
    (branch) => branch.length > 0 && !branch.some((issue) => isOtherType(issue, value)),
  );
  return near.toSorted((a, b) => a.length - b.length)[0];
}

function isOtherType(issue: Issue, value: unknown): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_value') return typeof value !== 'string';
  // A union of scalars and a pattern of text say less than the message of the union around them.
  return issue.code === 'invalid_type' || issue.code === 'invalid_union' || issue.code === 'invalid_format';
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, step) => (at as Record<string | number, unknown> | undefined)?.[step],
    value,
  );
}

function isPresent(value: unknown, path: Path): boolean {
  return path.length === 0 || valueAt(value, path) !== undefined;
}
