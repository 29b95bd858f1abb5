import { parseDocument, type YAMLParseError, type YAMLWarning } from 'yaml';
import type { Range } from './excerpt.js';
import { endOfNesting } from './limits.js';
import { Places } from './places.js';
import type { Path } from './problem.js';
import { TOO_DEEP, Walk } from './walk.js';

/** A profile as YAML sees it: its value, and where each part of it stands. */
export interface YamlDocument {
  readonly value: unknown;
  readonly problems: readonly YamlProblem[];
  /** The place of what a path leads to, or of the last part of it that exists. */
  rangeOf(path: Path, part: 'key' | 'value'): Range;
  has(path: Path): boolean;
}

export interface YamlProblem {
  readonly path: Path;
  readonly message: string;
  readonly range: Range;
}

/** A file that is no YAML at all has an error in every line. */
const MAX_SYNTAX_PROBLEMS = 20;
/** Some reasons quote what was not understood, which may be all of the file. */
const LONGEST_REASON = 200;

export function parseYaml(text: string): YamlDocument {
  const deep = endOfNesting(text);
  if (deep !== undefined)
    return refused({ path: [], message: TOO_DEEP, range: { start: deep, end: deep + 1 } });
  // Scalars are judged by `plainValue`. The package compares each key with every other: the walk does that faster.
  const options = { schema: 'failsafe', uniqueKeys: false, prettyErrors: false, logLevel: 'error' } as const;
  const document = parseDocument(text, options);
  const syntax = syntaxProblems([...document.errors, ...document.warnings]);
  const walk = new Walk();
  const value = syntax.length > 0 ? null : walk.valueOf(document.contents, [], 0);
  const places = new Places(document.contents, walk.targets);
  return {
    value,
    problems: [...syntax, ...walk.problems],
    rangeOf: (path, part) => places.rangeOf(path, part),
    has: (path) => places.has(path),
  };
}

function refused(problem: YamlProblem): YamlDocument {
  return { value: null, problems: [problem], rangeOf: () => problem.range, has: () => false };
}

function syntaxProblems(errors: readonly (YAMLParseError | YAMLWarning)[]): YamlProblem[] {
  // After this one the others are about the rest of a text that was not read.
  const exhausted = errors.filter(({ code }) => code === 'RESOURCE_EXHAUSTION');
  const told = exhausted.length > 0 ? exhausted : errors;
  return told.slice(0, MAX_SYNTAX_PROBLEMS).map(({ code, message, pos }) => ({
    path: [],
    message: wordsFor(code, message),
    range: { start: pos[0], end: Math.max(pos[1], pos[0] + 1) },
  }));
}

function wordsFor(code: string, message: string): string {
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'a tab as indentation; YAML wants spaces';
    case 'MULTIPLE_DOCS':
      return 'a second document begins here; a profile is one document';
    case 'RESOURCE_EXHAUSTION':
      return TOO_DEEP;
    case 'TAG_RESOLVE_FAILED':
      return 'tags, words with !, have no meaning in a profile';
    default:
      return `no valid YAML: ${message.slice(0, LONGEST_REASON).replace(/\s+/g, ' ')}`;
  }
}
