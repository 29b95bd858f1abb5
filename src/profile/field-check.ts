import { complaintAbout } from '../compile/layout.js';
import type { Protocol } from '../protocols/protocol.js';
import type { Path } from './problem.js';
import type { ValueProblem } from './validate.js';

type Protocols = ReadonlyMap<string, Protocol>;

/**
 * Field values of the right shape that mean nothing to the compiler. It would find them, too, but only once nothing else
 * is wrong; here they are found with everything else. `value` may be of any shape: the schema speaks of that.
 */
export function fieldProblems(value: unknown, protocols: Protocols): ValueProblem[] {
  const { defaults, streams } = mapping(value);
  const common = headerProblems(mapping(defaults)['headers'], ['defaults', 'headers'], protocols);
  if (!Array.isArray(streams)) return common;
  const own = streams.flatMap((stream, i) => {
    const { headers } = mapping(stream);
    if (!Array.isArray(headers)) return [];
    return headers.flatMap((header, j) => headerProblems(header, ['streams', i, 'headers', j], protocols));
  });
  return [...common, ...own];
}

/** Of a mapping from protocols to their fields. */
function headerProblems(headers: unknown, path: Path, protocols: Protocols): ValueProblem[] {
  return Object.entries(mapping(headers)).flatMap(([name, fields]) => {
    const protocol = protocols.get(name);
    if (!protocol) return [];
    return Object.entries(mapping(fields)).flatMap(([key, value]): ValueProblem[] => {
      const field = protocol.fields.find((one) => one.name === key);
      const message = field && complaintAbout(protocol, field, value);
      return message === undefined ? [] : [{ path: [...path, name, key], message, part: 'value' }];
    });
  });
}

function mapping(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
