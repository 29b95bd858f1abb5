import { isIPv6 } from 'node:net';
import { MACROS } from './constants.js';
import { MAX_NUMBER_CHARACTERS, MAX_WORD_CHARACTERS } from './limits.js';
import { quoted, type SourceText } from './source.js';

export type Token = { readonly at: number; readonly text: string } & (
  | { readonly kind: 'number'; readonly value: bigint }
  | { readonly kind: 'string'; readonly bytes: Uint8Array }
  | { readonly kind: 'address'; readonly type: 'mac' | 'ip4' | 'ip6'; readonly bytes: Uint8Array }
  | { readonly kind: 'word' | 'mark' | 'end' }
);

const BLANK = /[ \t\r\n\f\v]+|#[^\n]*|;[^\n]*/y;
const STRING = /"([^"]*)"/y;
const CHARACTER = /'(?:\\x([0-9a-f]{2})|([^\n]))'/iy;
const IP4 = /\d+(?:\.\d+){3}/y;
const COLONS = /[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*/iy;
const WORD = /[0-9a-z_]+/iy;
const MARKS = '{}()[],:=+-*/%&|^<>';

/** Base and prefix of the numbers: 0x1f x1f 0b11 b11 017 42. */
const NUMBERS = [
  { form: /^0?x([0-9a-f]+)$/i, prefix: '0x' },
  { form: /^0?b([01]+)$/i, prefix: '0b' },
  { form: /^0([0-7]+)$/, prefix: '0o' },
  { form: /^(0|[1-9]\d*)$/, prefix: '' },
];

/** The tokens of a text, one after the other; comments and blanks are none. */
export class Lexer {
  private readonly text: string;
  private offset = 0;
  private next: Token | undefined;
  private readonly pending: Token[] = [];

  constructor(
    readonly source: SourceText,
    /** What a macro stands for: every token of it is at the macro's own place. */
    private readonly macro?: { readonly text: string; readonly at: number },
  ) {
    this.text = macro?.text ?? source.text;
  }

  peek(): Token {
    this.next ??= this.pending.shift() ?? this.scan();
    return this.next;
  }

  take(): Token {
    const token = this.peek();
    this.next = undefined;
    return token;
  }

  /** Whether the next token is this mark. */
  at(mark: string): boolean {
    const token = this.peek();
    return token.kind === 'mark' && token.text === mark;
  }

  takeIf(mark: string): boolean {
    const found = this.at(mark);
    if (found) this.take();
    return found;
  }

  expect(mark: string, where: string): void {
    if (!this.takeIf(mark)) this.unexpected(`'${mark}' ${where}`);
  }

  /** Throws: what stands here, and what was expected. */
  unexpected(expected: string): never {
    const token = this.peek();
    const found = token.kind === 'end' ? 'the text ends here' : `unexpected ${quoted(token.text)}`;
    this.fail(token.at, `${found}, expected ${expected}`);
  }

  fail(at: number, message: string): never {
    this.source.fail(at, message);
  }

  private scan(): Token {
    this.skipBlanks();
    const { text } = this;
    const at = this.macro?.at ?? this.offset;
    if (this.offset >= text.length) return { kind: 'end', at, text: '' };
    const first = text.charAt(this.offset);
    if (first === '"') return this.string(at);
    if (first === "'") return this.character(at);
    const address = this.match(COLONS) ?? this.match(IP4);
    if (address) return this.address(at, address[0]);
    const word = this.match(WORD);
    if (word) return this.wordOrNumber(at, word[0]);
    if (!MARKS.includes(first))
      this.fail(at, `unexpected ${quoted(String.fromCodePoint(text.codePointAt(this.offset) ?? 0))}`);
    this.offset++;
    return { kind: 'mark', at, text: first };
  }

  private skipBlanks(): void {
    const { text } = this;
    for (;;) {
      if (this.match(BLANK)) continue;
      if (!text.startsWith('/*', this.offset)) return;
      const end = text.indexOf('*/', this.offset + 2);
      if (end < 0) this.fail(this.offset, "this comment has no end, expected '*/'");
      this.offset = end + 2;
    }
  }

  private string(at: number): Token {
    const match = this.match(STRING);
    if (!match) this.fail(at, "this string has no end, expected '\"'");
    const content = match[1] ?? '';
    if (content === '') this.fail(at, 'an empty string, expected at least one character');
    return { kind: 'string', at, text: match[0], bytes: this.stringBytes(at, content) };
  }

  /** Shell code when there is nothing but \xHH in it; otherwise a backslash is a character like any other. */
  private stringBytes(at: number, content: string): Uint8Array {
    if (!/^(?:\\x..)+$/is.test(content)) return Buffer.from(content, 'utf8');
    const hex = content.replaceAll(/\\x/gi, '');
    const wrong = /[^0-9a-f]/i.exec(hex);
    if (wrong) this.fail(at, `${quoted(content)} is no shell code, expected two hex digits after each \\x`);
    return Buffer.from(hex, 'hex');
  }

  private character(at: number): Token {
    const match = this.match(CHARACTER);
    if (!match) this.fail(at, "expected one character between ' and ', such as 'a' or '\\x41'");
    const code = match[1] === undefined ? (match[2]?.charCodeAt(0) ?? 0) : Number.parseInt(match[1], 16);
    if (match[1] === undefined && code > 0x7f)
      this.fail(at, `${match[0]} is more than one byte, expected a string: "${match[2]}"`);
    return { kind: 'number', at, text: match[0], value: BigInt(code) };
  }

  private address(at: number, text: string): Token {
    const groups = text.slice(0, MAX_WORD_CHARACTERS).split(':');
    if (groups.length === 6 && groups.every((group) => /^[0-9a-f]{1,2}$/i.test(group))) {
      return {
        kind: 'address',
        type: 'mac',
        at,
        text,
        bytes: Uint8Array.from(groups, (group) => Number.parseInt(group, 16)),
      };
    }
    if (isIPv6(text)) return { kind: 'address', type: 'ip6', at, text, bytes: ip6Bytes(text) };
    const parts = text.split('.').map(Number);
    if (groups.length === 1 && parts.every((part) => part <= 255)) {
      return { kind: 'address', type: 'ip4', at, text, bytes: Uint8Array.from(parts) };
    }
    return this.fail(
      at,
      `${quoted(text)} is no address, expected one such as 02:00:00:00:00:01, 198.18.0.1 or 2001:2::1`,
    );
  }

  private wordOrNumber(at: number, text: string): Token {
    const number = NUMBERS.find(({ form }) => form.test(text));
    if (number) return this.number(at, text, number.prefix + (number.form.exec(text)?.[1] ?? ''));
    if (/^[a-z]$/i.test(text)) return { kind: 'number', at, text, value: BigInt(text.charCodeAt(0)) };
    if (text.length > MAX_WORD_CHARACTERS)
      this.fail(at, `${quoted(text)} is too long, expected a word of the language`);
    const macro = MACROS.get(text);
    if (macro !== undefined) return this.expand(at, macro);
    if (/^0\d/.test(text))
      this.fail(at, `${quoted(text)} is no octal number, expected the digits 0 to 7 after the 0`);
    return { kind: 'word', at, text };
  }

  private number(at: number, text: string, literal: string): Token {
    const value = literal.length > MAX_NUMBER_CHARACTERS ? 1n << 64n : BigInt(literal);
    if (value >> 64n !== 0n)
      this.fail(at, `${quoted(text)} is too large, expected a number of at most 64 bits`);
    return { kind: 'number', at, text, value };
  }

  private expand(at: number, text: string): Token {
    const lexer = new Lexer(this.source, { text, at });
    for (let token = lexer.take(); token.kind !== 'end'; token = lexer.take()) this.pending.push(token);
    return this.pending.shift() ?? this.scan();
  }

  private match(form: RegExp): RegExpExecArray | null {
    form.lastIndex = this.offset;
    const match = form.exec(this.text);
    if (match) this.offset = form.lastIndex;
    return match;
  }
}

function ip6Bytes(text: string): Uint8Array {
  const plain = text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts: string[]) =>
    dottedAsGroups(parts.slice(0, 4).map(Number)),
  );
  const [left = '', right] = plain.split('::');
  const head = left === '' ? [] : left.split(':');
  const tail = right === undefined || right === '' ? [] : right.split(':');
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  const groups = [...head, ...zeros, ...tail].map((group) => Number.parseInt(group, 16));
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

function dottedAsGroups([a = 0, b = 0, c = 0, d = 0]: number[]): string {
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}
