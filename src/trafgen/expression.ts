import type { Lexer } from './lexer.js';
import { MAX_NESTING } from './limits.js';

type Operator = (left: bigint, right: bigint) => bigint;

const OPERATORS: Readonly<Record<string, Operator>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
  '&': (left, right) => left & right,
  '|': (left, right) => left | right,
  '^': (left, right) => left ^ right,
  '<': (left, right) => left << right,
  '>': (left, right) => left >> right,
};

/**
 * A number made of others, in 64 bits with a sign. All operators bind alike and from left to right, as in trafgen:
 * 1 + 2 * 3 is 9.
 */
export function parseExpression(lexer: Lexer, depth = 0): bigint {
  let value = operand(lexer, depth);
  for (;;) {
    const { kind, text, at } = lexer.peek();
    const operator = kind === 'mark' ? OPERATORS[text] : undefined;
    if (operator === undefined) return value;
    lexer.take();
    if (text === '<' || text === '>') lexer.expect(text, `for a shift: ${text}${text}`);
    const right = operand(lexer, depth);
    check(lexer, at, text, right);
    value = BigInt.asIntN(64, operator(value, right));
  }
}

function operand(lexer: Lexer, depth: number): bigint {
  const token = lexer.peek();
  if (depth > MAX_NESTING)
    lexer.fail(token.at, `more than ${MAX_NESTING} levels of '(' or '-', expected fewer`);
  if (lexer.takeIf('-')) return BigInt.asIntN(64, -operand(lexer, depth + 1));
  if (lexer.takeIf('(')) {
    const value = parseExpression(lexer, depth + 1);
    lexer.expect(')', 'after the expression');
    return value;
  }
  if (token.kind !== 'number') lexer.unexpected('a number');
  lexer.take();
  return BigInt.asIntN(64, token.value);
}

function check(lexer: Lexer, at: number, operator: string, right: bigint): void {
  if ((operator === '/' || operator === '%') && right === 0n)
    lexer.fail(at, 'a division by 0, expected another divisor');
  if ((operator === '<' || operator === '>') && (right < 0n || right > 63n)) {
    lexer.fail(at, `a shift by ${right} bits, expected 0 to 63`);
  }
}

/** An argument of a function: where it stands, and its value. */
export interface Argument {
  readonly at: number;
  readonly value: bigint;
}

/** Numbers between parentheses, with commas or blanks between them. */
export function parseArguments(lexer: Lexer, usage: string, least: number, most: number): Argument[] {
  const { at } = lexer.peek();
  lexer.expect('(', `as in ${usage}`);
  const list: Argument[] = [];
  while (!lexer.at(')')) {
    if (list.length > 0 && lexer.takeIf(',') && lexer.at(')')) lexer.unexpected(`a number, as in ${usage}`);
    if (list.length === most) lexer.unexpected(`')', as in ${usage}`);
    list.push({ at: lexer.peek().at, value: parseExpression(lexer) });
  }
  lexer.expect(')', `as in ${usage}`);
  if (list.length < least) lexer.fail(at, `too few arguments, expected ${usage}`);
  return list;
}

/** An argument's value, where it has to be in a range. */
export function within(
  lexer: Lexer,
  argument: Argument | undefined,
  least: number,
  most: number,
  fallback = least,
): number {
  if (argument === undefined) return fallback;
  if (argument.value < least || argument.value > most) {
    lexer.fail(argument.at, `${argument.value} is out of range, expected ${least} to ${most}`);
  }
  return Number(argument.value);
}
