import path from 'node:path';
import { pathText } from '../compile/problems.js';
import { parseYaml, type YamlDocument } from './document.js';
import { excerptOf, Lines, type Range } from './excerpt.js';
import { endOfParts, MAX_PARTS } from './limits.js';
import { fileProblem, type Path, type ProfileProblem } from './problem.js';
import { quickYaml } from './quick.js';

/** Something with streams in it that a person wrote, and where its parts stand. */
export interface Source {
  readonly file: string;
  /** Where relative paths begin. */
  readonly directory: string;
  readonly value: unknown;
  /** What is wrong before anybody looks at the value. */
  readonly problems: readonly ProfileProblem[];
  has(path: Path): boolean;
  problemAt(path: Path, message: string, part?: 'key' | 'value'): ProfileProblem;
  /** `range`: within the text that the path leads to; `inside`: what stands there. */
  problemInText(path: Path, inside: Path, range: Range, message: string): ProfileProblem;
}

const TOO_MANY = `more than ${MAX_PARTS} lines and values`;

/** A profile. Where things stand is found out when somebody asks: most profiles are right. */
export class YamlSource implements Source {
  readonly directory: string;
  readonly value: unknown;
  readonly problems: readonly ProfileProblem[];
  #document: YamlDocument | undefined;
  #lines: Lines | undefined;

  constructor(
    readonly text: string,
    readonly file: string,
  ) {
    this.directory = path.dirname(path.resolve(file));
    const refusal = this.#refusal();
    const quick = refusal ? null : quickYaml(text);
    this.value = refusal ? null : quick === undefined ? this.#parsed().value : quick;
    this.problems = refusal ?? (quick === undefined ? this.#yamlProblems() : []);
  }

  has(path: Path): boolean {
    return this.#parsed().has(path);
  }

  problemAt(path: Path, message: string, part: 'key' | 'value' = 'value'): ProfileProblem {
    return this.#problem(path, message, this.#parsed().rangeOf(path, part));
  }

  problemInText(path: Path, inside: Path, range: Range, message: string): ProfileProblem {
    const whole = this.#parsed().rangeOf(path, 'value');
    const start = this.#textStart(whole);
    const place = start === undefined ? whole : { start: start + range.start, end: start + range.end };
    return this.#problem([...path, ...inside], message, place);
  }

  /** Where a text begins, if it stands in the file as it is: in one line and without escapes. */
  #textStart({ start, end }: Range): number | undefined {
    const written = this.text.slice(start, end);
    if (/^["'>|]/.test(written)) return /^(?:"[^"\\\n]*"|'[^'\n]*')$/.test(written) ? start + 1 : undefined;
    return written.includes('\n') ? undefined : start;
  }

  #problem(path: Path, message: string, range: Range): ProfileProblem {
    this.#lines ??= new Lines(this.text);
    const excerpt = excerptOf(this.#lines, range);
    return {
      file: this.file,
      ...this.#lines.positionOf(range.start),
      path: pathText(path),
      message,
      excerpt,
    };
  }

  #parsed(): YamlDocument {
    this.#document ??= parseYaml(this.text);
    return this.#document;
  }

  #yamlProblems(): ProfileProblem[] {
    return this.#parsed().problems.map(({ path, message, range }) => this.#problem(path, message, range));
  }

  #refusal(): ProfileProblem[] | undefined {
    const nul = this.text.indexOf('\0');
    if (nul >= 0) return [this.#problem([], 'a NUL byte; this is no text', { start: nul, end: nul + 1 })];
    const end = endOfParts(this.text);
    if (end !== undefined) return [this.#problem([], TOO_MANY, { start: end, end: end + 1 })];
    if (!/^[^\S\n]*[^\s#]/m.test(this.text)) return [fileProblem(this.file, 'is empty')];
    return undefined;
  }
}

/** The text of a --packet flag: one stream. */
export class PacketSource implements Source {
  readonly file = '--packet';
  readonly value: unknown;
  readonly problems = [];

  constructor(
    readonly text: string,
    readonly directory: string,
  ) {
    this.value = { streams: [{ packet: text }] };
  }

  has(): boolean {
    return false;
  }

  problemAt(_path: Path, message: string): ProfileProblem {
    return this.problemInText([], [], { start: 0, end: this.text.length }, message);
  }

  problemInText(_path: Path, inside: Path, range: Range, message: string): ProfileProblem {
    const lines = new Lines(this.text);
    const excerpt = excerptOf(lines, range);
    return { file: this.file, ...lines.positionOf(range.start), path: pathText(inside), message, excerpt };
  }
}
