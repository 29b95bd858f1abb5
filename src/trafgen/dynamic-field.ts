import type { Patch } from '../model/traffic.js';
import { addPatch, type Context } from './context.js';
import { fieldWalk, openWalk } from './counter.js';
import { type Argument, parseArguments, within } from './expression.js';
import { type HeaderField, isWhole } from './field.js';
import type { FieldOwner } from './header.js';

const MAX_32 = 0xffffffff;
/** Longer fields are counted in their last bytes only. */
const COUNTED_BYTES = 4;

/** Bytes of a field: [index:length]. */
export interface Slice {
  readonly at: number;
  readonly indexBytes: number;
  readonly lengthBytes: number;
}

/** dinc(…) or drnd(…) as the value of a field. */
export function parseDynamicField(
  context: Context,
  owner: FieldOwner,
  field: HeaderField,
  slice?: Slice,
): void {
  const { lexer } = context;
  const { at, text } = lexer.take();
  const target = slice ? sliced(context, field, slice) : field;
  owner.set.add(field);
  if (text.toLowerCase() === 'dinc') {
    const list = parseArguments(lexer, 'dinc(), dinc(step) or dinc(min, max, step)', 0, 3);
    const counted = target.lengthBytes > COUNTED_BYTES ? lastBytes(target) : target;
    patchField(context, at, owner, counted, increments(context, owner, counted, list));
    return;
  }
  const list = parseArguments(lexer, 'drnd() or drnd(min, max)', 0, 2);
  if (list.length === 1)
    lexer.fail(at, 'drnd() of a field with one number, expected drnd() or drnd(min, max)');
  for (const part of target.lengthBytes > COUNTED_BYTES ? eachByte(target) : [target]) {
    patchField(context, at, owner, part, randoms(context, part, list));
  }
}

function patchField(
  context: Context,
  at: number,
  owner: FieldOwner,
  field: HeaderField,
  value: Patch['value'],
): void {
  const { offsetBytes, lengthBytes, shift, bits } = field;
  addPatch(context, at, owner, (offsetBytes + lengthBytes) * 8 - shift - bits, bits, value);
}

function increments(
  context: Context,
  owner: FieldOwner,
  field: HeaderField,
  list: Argument[],
): Patch['value'] {
  const { lexer } = context;
  if (list.length < 2)
    return openWalk(owner.read(field), field.bits, within(lexer, list[0], 1, 2 ** 31 - 1, 1));
  const [min, max] = range(context, field, list);
  const step = within(lexer, list[2], 0, 2 ** 31 - 1, 1);
  const value = fieldWalk(min, max, step);
  if (value !== undefined) return value;
  return lexer.fail(
    list[2]?.at ?? 0,
    `dinc(${min}, ${max}, ${step}) walks through too many values, expected a smaller range`,
  );
}

function randoms(context: Context, field: HeaderField, list: Argument[]): Patch['value'] {
  const [from, to] = list.length === 0 ? [0, 2 ** field.bits - 1] : range(context, field, list);
  return { vary: 'random', from, to };
}

function range({ lexer }: Context, { bits }: HeaderField, [min, max]: Argument[]): [number, number] {
  const most = Math.min(2 ** bits - 1, MAX_32);
  const from = within(lexer, min, 0, most);
  const to = within(lexer, max, 0, most);
  if (from >= to)
    lexer.fail(min?.at ?? 0, `min ${from} is not below max ${to}, expected the lower one first`);
  return [from, to];
}

/** A part of a field that shares its bytes with others is what its own bits leave in them. */
function sliced({ lexer }: Context, field: HeaderField, { at, indexBytes, lengthBytes }: Slice): HeaderField {
  const offsetBytes = field.offsetBytes + indexBytes;
  const bits = isWhole(field) ? lengthBytes * 8 : Math.min(field.bits, lengthBytes * 8 - field.shift);
  if (bits <= 0)
    lexer.fail(
      at,
      `${field.names[0]} has no bits in [${indexBytes}:${lengthBytes}], expected the field alone`,
    );
  return { ...field, offsetBytes, lengthBytes, bits };
}

function lastBytes(field: HeaderField): HeaderField {
  const offsetBytes = field.offsetBytes + field.lengthBytes - COUNTED_BYTES;
  return { ...field, offsetBytes, lengthBytes: COUNTED_BYTES, bits: COUNTED_BYTES * 8 };
}

function eachByte(field: HeaderField): HeaderField[] {
  return Array.from({ length: field.lengthBytes }, (_, index) => ({
    ...field,
    offsetBytes: field.offsetBytes + index,
    lengthBytes: 1,
    bits: 8,
  }));
}
