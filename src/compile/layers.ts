import type { Assignment, FieldValue, Header } from '../model/traffic.js';
import type { Protocol } from '../protocols/protocol.js';
import { didYouMean } from '../suggest.js';
import { type Catalogue, protocolNames } from './catalogue.js';
import type { ModelPath, Problems } from './problems.js';

/** A header in its place in the stack. */
export interface StackedHeader {
  readonly protocol: Protocol;
  /** As given, or as an upper layer suggests. */
  readonly fields: Readonly<Record<string, FieldValue>>;
  /** Where its fields stand in the model; those of an added header stand with the header that needed it. */
  readonly path: ModelPath;
}

const DEEPEST = 64;

/** Puts the missing lower layers below each header, and gives lower layers what upper ones suggest. */
export function stackHeaders(
  headers: readonly Header[],
  catalogue: Catalogue,
  path: ModelPath,
  problems: Problems,
): StackedHeader[] {
  const stack: StackedHeader[] = [];
  headers.forEach((header, i) => {
    const protocol = catalogue.get(header.protocol);
    const where = [...path, 'headers', i, header.protocol];
    if (!protocol) {
      problems.add(
        [...path, 'headers', i],
        `no protocol '${header.protocol}'; ${didYouMean(header.protocol, protocolNames())}`,
      );
      return;
    }
    for (const lower of missingBelow(protocol, stack.at(-1)?.protocol, catalogue)) {
      stack.push({ protocol: lower, fields: {}, path: where });
    }
    stack.push({ protocol, fields: header.fields, path: where });
  });
  stack.push(...missingAbove(stack.at(-1), catalogue));
  return takeSuggestions(stack);
}

/** From the lowest up. Ends, because no protocol stands in the chain of its own lower ones. */
function missingBelow(protocol: Protocol, below: Protocol | undefined, catalogue: Catalogue): Protocol[] {
  const added: Protocol[] = [];
  let upper = protocol;
  while (added.length < DEEPEST && !(below ? canCarry(below, upper) : upper.lower === undefined)) {
    const lower = upper.lower === undefined ? undefined : catalogue.get(upper.lower);
    if (!lower) break; // it carries what it does not know: `ethernet` behind `udp`, say
    added.unshift(lower);
    upper = lower;
  }
  return added;
}

/** What the highest header cannot do without. */
function missingAbove(top: StackedHeader | undefined, catalogue: Catalogue): StackedHeader[] {
  const protocol = catalogue.get(top?.protocol.upper ?? '');
  return top && protocol ? [{ protocol, fields: {}, path: top.path }] : [];
}

function canCarry(lower: Protocol, upper: Protocol): boolean {
  if (!lower.carries || upper.lower === lower.name) return true;
  if (upper.numbers === undefined && upper.lower === undefined) return true; // raw bytes stand anywhere
  return upper.numbers?.[lower.carries.space] !== undefined;
}

/** The nearest lower layer of a name takes what an upper one suggests, unless somebody set it. */
function takeSuggestions(stack: readonly StackedHeader[]): StackedHeader[] {
  const result = [...stack];
  stack.forEach(({ protocol: { suggests }, fields: given }, i) => {
    const suggestions = typeof suggests === 'function' ? suggests(given) : suggests;
    for (const [name, fields] of Object.entries(suggestions ?? {})) {
      const at = result.findLastIndex((candidate, j) => j < i && candidate.protocol.name === name);
      const lower = result[at];
      if (lower) result[at] = { ...lower, fields: { ...fields, ...lower.fields } };
    }
  });
  return result;
}

/** What a whole model says about the lowest header of a protocol. `applied` collects what found its header. */
export function assign(
  stack: readonly StackedHeader[],
  defaults: readonly Assignment[],
  overrides: readonly Assignment[],
  applied: Set<Assignment>,
): StackedHeader[] {
  const result = [...stack];
  const change = (assignment: Assignment, merge: (fields: Fields, value: Fields) => Fields) => {
    const at = result.findIndex(({ protocol }) => assignment.protocols.includes(protocol.name));
    const header = result[at];
    if (!header) return;
    applied.add(assignment);
    result[at] = { ...header, fields: merge(header.fields, { [assignment.field]: assignment.value }) };
  };
  for (const one of defaults) change(one, (fields, value) => ({ ...value, ...fields }));
  for (const one of overrides) change(one, (fields, value) => ({ ...fields, ...value }));
  return result;
}

type Fields = StackedHeader['fields'];

/** The number of the protocol above, as the lower one writes it; undefined when it has none there. */
export function numberOf(upper: Protocol, space: string, above: Protocol | undefined): bigint | undefined {
  const number = upper.numbers?.[space];
  return typeof number === 'function' ? number(above?.name) : number;
}
