import type { Range } from './excerpt.js';
import type { Packet } from './packet.js';
import type { Path } from './problem.js';

const START: Range = { start: 0, end: 1 };

/** Where [header, protocol, field] stands in the text of a packet. */
export function headerRange(packet: Packet, path: Path, part: 'key' | 'value'): Range {
  const [header, , field] = path;
  const ranges = packet.headerRanges[Number(header)];
  const place = field === undefined ? undefined : ranges?.fields.get(String(field));
  if (place) return part === 'key' && path.length === 3 ? place.name : place.value;
  return ranges?.protocol ?? START;
}
