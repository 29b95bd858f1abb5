import { didYouMean } from '../suggest.js';
import type { Context } from './context.js';
import { parseDynamicField, type Slice } from './dynamic-field.js';
import { parseExpression } from './expression.js';
import { type HeaderField, isWhole } from './field.js';
import type { FieldOwner } from './header.js';
import type { Lexer } from './lexer.js';
import { quoted } from './source.js';

/** Takes what stands between the parentheses of a header, and asks `special` first whether it knows the word. */
export function parseFields(
  context: Context,
  owner: FieldOwner,
  special: (word: string) => boolean = () => false,
): void {
  const { lexer } = context;
  lexer.expect('(', `after ${owner.name}`);
  while (!lexer.at(')')) {
    parseField(context, owner, special);
    lexer.takeIf(',');
  }
  lexer.expect(')', `after the fields of ${owner.name}`);
}

function parseField(context: Context, owner: FieldOwner, special: (word: string) => boolean): void {
  const lexer: Lexer = context.lexer;
  const token = lexer.peek();
  const word = token.text.toLowerCase();
  if (token.kind !== 'word') lexer.unexpected(`a field of ${owner.name}, or ')'`);
  if (special(word)) return;
  lexer.take();
  const name = indexedName(context, owner, word);
  const flag = lexer.at('=') || lexer.at('[') ? undefined : owner.spec.flags[name];
  if (flag) {
    for (const [target, value] of flag) owner.write(owner.field(target), BigInt(value));
    return;
  }
  const field = owner.spec.fields.find(({ names }) => names.includes(name));
  if (!field || name === '')
    lexer.fail(token.at, `${owner.name} has no field ${quoted(token.text)}: ${suggestion(owner, word)}`);
  if (owner.spec.flags[name] && field.bits === 1)
    lexer.unexpected(`no value, since ${name} is a flag of ${owner.name}`);
  const slice = parseSlice(context, field);
  lexer.expect('=', `and a value after ${name}`);
  parseValue(context, owner, field, slice);
}

function suggestion(owner: FieldOwner, word: string): string {
  const names = owner.spec.fields.map(({ names: [name = ''] }) => name).filter((name) => name !== '');
  return didYouMean(word, [...new Set([...names, ...Object.keys(owner.spec.flags)])]);
}

/** prio(3): a field that there are several of. */
function indexedName({ lexer }: Context, owner: FieldOwner, word: string): string {
  if (!owner.spec.fields.some(({ names }) => names.includes(`${word}(0)`)) || !lexer.takeIf('(')) return word;
  const { at } = lexer.peek();
  const name = `${word}(${parseExpression(lexer)})`;
  lexer.expect(')', `after the number of ${word}`);
  if (!owner.spec.fields.some(({ names }) => names.includes(name)))
    lexer.fail(at, `no ${name}, expected ${word}(0) to ${word}(7)`);
  return name;
}

function parseSlice({ lexer }: Context, field: HeaderField): Slice | undefined {
  const { at } = lexer.peek();
  if (!lexer.takeIf('[')) return undefined;
  const index = parseExpression(lexer);
  const length = lexer.takeIf(':') ? parseExpression(lexer) : 1n;
  lexer.expect(']', 'after the bytes of a field');
  if (index < 0n || index >= field.lengthBytes) {
    lexer.fail(at, `byte ${index} is not in ${field.names[0]}, expected 0 to ${field.lengthBytes - 1}`);
  }
  if (length !== 1n && length !== 2n && length !== 4n)
    lexer.fail(at, `a length of ${length} bytes, expected 1, 2 or 4`);
  return { at, indexBytes: Number(index), lengthBytes: Number(length) };
}

function parseValue(context: Context, owner: FieldOwner, field: HeaderField, slice: Slice | undefined): void {
  const { lexer } = context;
  const { kind, text } = lexer.peek();
  if (kind === 'word' && /^(?:dinc|drnd)$/i.test(text)) parseDynamicField(context, owner, field, slice);
  else if (slice)
    lexer.fail(slice.at, 'bytes of a field with a fixed value, expected dinc() or drnd() as their value');
  else owner.write(field, fixedValue(lexer, field));
}

function fixedValue(lexer: Lexer, field: HeaderField): bigint {
  const token = lexer.peek();
  const word = token.text.toLowerCase();
  const known = token.kind === 'word' && Object.hasOwn(field.words, word) ? field.words[word] : undefined;
  const isAddress = token.kind === 'address' && token.bytes.length === field.lengthBytes && isWhole(field);
  if (known !== undefined || isAddress) lexer.take();
  if (known !== undefined) return BigInt(known);
  if (isAddress) return BigInt(`0x${Buffer.from(token.bytes).toString('hex')}`);
  if (['word', 'string', 'address'].includes(token.kind) || field.lengthBytes > 4) {
    lexer.unexpected(`${kindOf(field)} for ${field.names[0]}`);
  }
  const value = parseExpression(lexer);
  if (value >= 0n && value >> BigInt(field.bits) === 0n) return value;
  return lexer.fail(
    token.at,
    `${value} does not fit ${field.names[0]}, expected 0 to ${2 ** field.bits - 1}`,
  );
}

function kindOf({ lengthBytes, words }: HeaderField): string {
  if (lengthBytes === 6) return 'a MAC address such as 02:00:00:00:00:01, dinc() or drnd()';
  if (lengthBytes === 16) return 'an IPv6 address such as 2001:2::1, dinc() or drnd()';
  return ['a number', ...Object.keys(words), 'dinc() or drnd()'].join(', ');
}
