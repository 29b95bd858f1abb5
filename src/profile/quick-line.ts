import { plainValue } from './plain.js';

const KEY = /([A-Za-z0-9_][A-Za-z0-9_.-]*):(?: +|$)/y;
/** Keys of one letter case and digits; quoted ones are for the full parser. */
const FLOW_KEY = /([A-Za-z0-9_][A-Za-z0-9_.-]*): +/y;
/** A plain scalar whose first letter means nothing, without ": " and " #". Colons inside words are part of it. */
const PLAIN = /[A-Za-z0-9_./](?:[^\s:#,[\]{}]|:(?=[^\s,[\]{}])| +(?=[^\s:#,[\]{}])|(?<=[^\s])#)*/y;
const BLOCK_PLAIN = /[A-Za-z0-9_./](?:[^\s:#]|:(?=[^\s])| +(?=[^\s:#])|(?<=[^\s])#)*/y;
const QUOTED = /"([^"\\]*)"|'([^']*)'/y;
const MAX_DEPTH = 8;

/** A line with something on it, read from left to right. */
export class QuickLine {
  #at: number;

  private constructor(
    readonly text: string,
    readonly indent: number,
  ) {
    this.#at = indent;
  }

  /** Undefined for lines without content. */
  static of(text: string): QuickLine | undefined {
    let indent = 0;
    while (text.charCodeAt(indent) === 0x20) indent++;
    return indent === text.length || text.charCodeAt(indent) === 0x23
      ? undefined
      : new QuickLine(text, indent);
  }

  get isItem(): boolean {
    if (this.text.charCodeAt(this.indent) !== 0x2d) return false;
    return this.indent + 1 === this.text.length || this.text.charCodeAt(this.indent + 1) === 0x20;
  }

  /** The rest of "- rest" as a line of its own, at its column. */
  afterDash(): QuickLine | undefined {
    let at = this.indent + 1;
    while (this.text.charCodeAt(at) === 0x20) at++;
    if (at === this.text.length || this.text.charCodeAt(at) === 0x23) return undefined;
    return new QuickLine(this.text, at);
  }

  rewound(): QuickLine {
    this.#at = this.indent;
    return this;
  }

  takeKey(): string | undefined {
    return this.#match(KEY)?.[1];
  }

  /** Nothing left, or a comment. */
  isDone(): boolean {
    const before = this.#at;
    this.#skipSpaces();
    return (
      this.#at >= this.text.length ||
      (this.#at > before && this.text.charCodeAt(this.#at) === 0x23) ||
      (this.text.charCodeAt(this.#at) === 0x23 && this.text.charCodeAt(this.#at - 1) === 0x20)
    );
  }

  /** Undefined for what is not plain enough. */
  takeValue(): unknown {
    return this.#value(0);
  }

  #value(depth: number): unknown {
    switch (this.text[this.#at]) {
      case '[':
        return depth < MAX_DEPTH ? this.#flowList(depth + 1) : undefined;
      case '{':
        return depth < MAX_DEPTH ? this.#flowMapping(depth + 1) : undefined;
      case '"':
      case "'": {
        const match = this.#match(QUOTED);
        return match?.[1] ?? match?.[2];
      }
      default: {
        const match = this.#match(depth > 0 ? PLAIN : BLOCK_PLAIN);
        return match ? plainValue(match[0]) : undefined;
      }
    }
  }

  #flowList(depth: number): unknown[] | undefined {
    const items: unknown[] = [];
    this.#at++;
    this.#skipSpaces();
    if (this.#take(']')) return items;
    for (;;) {
      const item = this.#value(depth);
      if (item === undefined) return undefined;
      items.push(item);
      const last = this.#endOfItem(']');
      if (last === undefined) return undefined;
      if (last) return items;
    }
  }

  #flowMapping(depth: number): Record<string, unknown> | undefined {
    const result: Record<string, unknown> = {};
    this.#at++;
    this.#skipSpaces();
    if (this.#take('}')) return result;
    for (;;) {
      const key = this.#match(FLOW_KEY)?.[1];
      if (key === undefined || key === '__proto__' || Object.hasOwn(result, key)) return undefined;
      const value = this.#value(depth);
      if (value === undefined) return undefined;
      result[key] = value;
      const last = this.#endOfItem('}');
      if (last === undefined) return undefined;
      if (last) return result;
    }
  }

  /** True behind the closing bracket, false behind a comma with something after it. */
  #endOfItem(bracket: string): boolean | undefined {
    this.#skipSpaces();
    if (this.#take(bracket)) return true;
    if (!this.#take(',')) return undefined;
    this.#skipSpaces();
    return false;
  }

  #take(letter: string): boolean {
    if (this.text[this.#at] !== letter) return false;
    this.#at++;
    return true;
  }

  #skipSpaces(): void {
    while (this.text.charCodeAt(this.#at) === 0x20) this.#at++;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.text);
    if (match) this.#at = pattern.lastIndex;
    return match;
  }
}
