import * as z from 'zod';
import type { Field, Protocol } from '../protocols/protocol.js';
import { ONE_PROTOCOL } from './convert.js';
import { expected, strict, textual, whole, word } from './schema-parts.js';

type Protocols = ReadonlyMap<string, Protocol>;

const scalar = textual('a value').meta({
  id: 'scalar',
  description: 'One value: a number, an address, a word',
});
const list = z
  .array(scalar, expected('a list of values'))
  .min(1, 'expected at least one value')
  .describe('Several values that take turns: [53, 80, 443]');

const vary = word('way to vary', ['increment', 'decrement', 'random', 'list']);

const variation = strict(
  'key',
  {
    vary: vary.describe('How the field changes from frame to frame'),
    from: scalar.optional().describe('The first value; with random the lowest'),
    to: scalar.optional().describe('The last value, included'),
    prefix: z
      .string(expected('a prefix such as 198.19.0.0/24'))
      .optional()
      .describe('from and to at once: 198.19.0.0/24'),
    values: list.optional().describe('With vary: list'),
    count: whole(1).optional().describe('How many distinct values, instead of to'),
    step: whole(1).optional().describe('The distance of neighbouring values'),
    mask: scalar.optional().describe('Only these bits change; the others stay as from has them'),
    period: whole(1).optional().describe('How many frames one value lasts'),
    together: textual('a word').optional().describe('Fields with the same word move together'),
  },
  'a variation such as {vary: random, from: 1024, to: 65535}',
)
  .refine(({ vary, values }) => vary !== 'list' || values !== undefined, 'vary: list needs values: […]')
  .refine(({ vary, values }) => vary === 'list' || values === undefined, 'values go with vary: list')
  .refine(({ prefix, from, to }) => prefix === undefined || (from ?? to) === undefined, {
    error: 'prefix stands instead of from and to',
  })
  .refine(({ to, count }) => to === undefined || count === undefined, 'count stands instead of to');

/** A field's value: one, several in turn, or a variation. */
export const fieldValue = z
  .union([scalar, list, variation], expected('a value, a list of values or {vary: …}'))
  .meta({ id: 'value', description: 'A value, a range "a-b", a prefix, a list in turn, or {vary: …}' });

const freeValue = z
  .union(
    [z.string(), z.number(), z.boolean(), z.array(z.unknown()), z.record(z.string(), z.unknown())],
    expected('a value'),
  )
  .meta({ id: 'free', description: 'Hex, or what the protocol understands' });

function fieldsOf(protocol: Protocol) {
  const shape = protocol.fields.map((field) => [field.name, fieldSchema(field).optional()] as const);
  return strict('field', Object.fromEntries(shape), `the fields of ${protocol.name}`);
}

function fieldSchema(field: Field) {
  return (field.kind === 'bytes' ? freeValue : fieldValue).describe(describeField(field));
}

function describeField({ kind, bits, auto, fallback, names }: Field): string {
  if (kind === 'bytes') return 'of variable length';
  const words = names ? `: ${Object.keys(names).join(', ')}` : '';
  const without = auto ? 'computed' : `0x${fallback.toString(16)}`;
  return `${kind === 'uint' ? `${bits} bits` : `${kind} address`}${words}; default ${without}`;
}

/** One header of a stream, and the fields that every header of a protocol has below those that it names itself. */
export function headerSchemas(protocols: Protocols) {
  const all = [...protocols.values()].map((protocol) => {
    const fields = fieldsOf(protocol).meta({ id: protocol.name, description: protocol.title });
    return [protocol.name, fields] as const;
  });
  const nullable = Object.fromEntries(all.map(([name, fields]) => [name, fields.nullable().optional()]));
  const optional = Object.fromEntries(all.map(([name, fields]) => [name, fields.optional()]));
  // An empty mapping and one whose only key is unknown look the same here: empty ones are refused later.
  const named = strict('protocol', nullable, HEADER)
    .refine((value) => Object.keys(value).length <= 1, ONE_PROTOCOL)
    .meta({ minProperties: 1, maxProperties: 1 });
  return {
    header: z
      .union([word('protocol', [...protocols.keys()]), named], expected(HEADER))
      .meta({ id: 'header' }),
    defaults: strict('protocol', optional, 'protocols with their fields'),
  };
}

const HEADER = 'a protocol with its fields, such as udp: {dstPort: 53}';
