import { UsageError } from '../errors.js';

/** What is parsed, and how the result depends on where it runs. */
export interface TrafgenSource {
  /** The name in error messages. */
  readonly file: string;
  /** Packets that are only for CPUs from this number on are left out; absent: none is. */
  readonly cpus?: number;
  /** Where the bytes of rnd() come from; the same seed gives the same bytes. */
  readonly seed?: number;
}

/** What the C preprocessor leaves behind: the line that follows it is line N of that file. */
const LINE_MARKER = /^#(?:line)? +(\d+) +"([^"\n]*)"[ \d]*$/;

const LONGEST_QUOTE = 40;

/** A text and the places in it. */
export class SourceText {
  constructor(
    readonly text: string,
    private readonly file: string,
  ) {}

  /** Throws: one line, and where the mistake is. */
  fail(at: number, message: string): never {
    throw new UsageError(`${this.place(at)}: ${message}`);
  }

  /** FILE:LINE:COLUMN, as the person who wrote the text counts them. */
  private place(at: number): string {
    const before = this.text.slice(0, at).split('\n');
    let { file } = this;
    let line = 0;
    for (const [index, content] of before.entries()) {
      const marker = index < before.length - 1 ? LINE_MARKER.exec(content) : null;
      line = marker ? Number(marker[1]) - 1 : line + 1;
      if (marker?.[2] && !marker[2].startsWith('<')) file = marker[2];
    }
    return `${oneLine(file)}:${line}:${(before.at(-1)?.length ?? 0) + 1}`;
  }
}

/** What a person wrote, fit for an error message: short and without line breaks. */
export function quoted(text: string): string {
  const short = text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
  return `'${oneLine(short)}'`;
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '·');
}
