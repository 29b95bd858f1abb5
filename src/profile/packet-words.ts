import type { Range } from './excerpt.js';

/** One value of a field, without its quotes. */
export interface Part extends Range {
  readonly text: string;
  /** Nothing in it has a meaning: it stood in quotes. */
  readonly quoted: boolean;
}

/** `name`, `name=value` or `name=value,value`. */
export interface Word extends Range {
  readonly name: string;
  readonly nameRange: Range;
  readonly parts: readonly Part[] | null;
}

export interface Layer extends Range {
  readonly words: readonly Word[];
}

export type Report = (range: Range, message: string) => void;

const WORD = /([^\s="/]+)(=)?/y;
const PART = /"((?:[^"\\]|\\.)*)"|[^\s,"]+/y;

/** Splits the text of a packet at its slashes and spaces; quotes hold both together. */
export function splitLayers(text: string, report: Report): Layer[] {
  const scanner = new Scanner(text, report);
  const layers: Layer[] = [];
  let start = 0;
  let words: Word[] = [];
  while (scanner.skipSpace()) {
    if (scanner.takeSlash()) {
      layers.push({ words, start, end: scanner.at });
      [words, start] = [[], scanner.at];
      continue;
    }
    const word = scanner.takeWord();
    if (!word) return [];
    words.push(word);
  }
  layers.push({ words, start, end: Math.max(text.length, start + 1) });
  return layers;
}

class Scanner {
  at = 0;

  constructor(
    readonly text: string,
    readonly report: Report,
  ) {}

  /** False at the end of the text. */
  skipSpace(): boolean {
    while (/\s/.test(this.text.charAt(this.at))) this.at++;
    return this.at < this.text.length;
  }

  takeSlash(): boolean {
    if (this.text.charAt(this.at) !== '/' || !/^(?:\s|$)/.test(this.text.charAt(this.at + 1))) return false;
    this.at++;
    return true;
  }

  takeWord(): Word | undefined {
    const start = this.at;
    WORD.lastIndex = start;
    const match = WORD.exec(this.text);
    if (!match) return this.#refuse('expected a protocol, field=value, or a slash with space around it');
    const [whole, name = '', equals] = match;
    this.at += whole.length;
    const parts = equals ? this.#takeParts() : null;
    if (parts === undefined) return undefined;
    return { name, nameRange: { start, end: start + name.length }, parts, start, end: this.at };
  }

  #takeParts(): Part[] | undefined {
    const parts: Part[] = [];
    do {
      if (parts.length > 0) this.at++;
      PART.lastIndex = this.at;
      const match = PART.exec(this.text);
      if (!match)
        return this.#refuse(
          this.text.charAt(this.at) === '"' ? 'a quote that never ends' : 'expected a value',
        );
      const [whole, quoted] = match;
      const text = quoted === undefined ? whole : quoted.replace(/\\(.)/g, '$1');
      parts.push({ text, quoted: quoted !== undefined, start: this.at, end: this.at + whole.length });
      this.at += whole.length;
    } while (this.text.charAt(this.at) === ',');
    if (/^\S/.test(this.text.charAt(this.at))) return this.#refuse('expected a space or a comma');
    return parts;
  }

  #refuse(message: string): undefined {
    this.report({ start: this.at, end: this.at + 1 }, message);
    return undefined;
  }
}
