import type { Timing } from '../model/timing.js';
import type { Part } from './compose.js';
import type { Range } from './excerpt.js';
import type { Packet } from './packet.js';
import { headerRange } from './packet-places.js';
import { fileProblem, type Path, type ProfileProblem } from './problem.js';
import type { StreamDraft } from './stream.js';
import { TIMING_KEYS } from './timing.js';

/** From a path into the model to what a person wrote. */
export function locateModelPath(
  parts: readonly Part[],
  drafts: readonly StreamDraft[],
  path: Path,
  message: string,
): ProfileProblem {
  const [first, index, ...rest] = path;
  const draft = first === 'streams' ? drafts[Number(index)] : undefined;
  if (draft) return locateInStream(draft, rest, message);
  const owner = parts.findLast(({ source }) => source.has([first ?? '']))?.source ?? parts[0]?.source;
  return owner ? owner.problemAt(path, message) : fileProblem('', message);
}

function locateInStream(draft: StreamDraft, modelPath: Path, message: string): ProfileProblem {
  const { source, packet } = draft;
  const at: Path = ['streams', draft.index];
  const rest = writtenPath(modelPath);
  const own = [...at, ...rest];
  const range = packet && packetRange(packet, rest);
  const inDefaults: Path = ['defaults', ...defaultsPath(rest)];
  // A field that the packet does not name may come from the defaults.
  if (range?.exact) return source.problemInText([...at, 'packet'], rest.slice(2), range, message);
  if (!source.has(own.slice(0, ownLength(rest))) && source.has(inDefaults)) {
    return source.problemAt(inDefaults, message);
  }
  if (range) return source.problemInText([...at, 'packet'], rest.slice(2), range, message);
  return source.problemAt(own, message);
}

/** Words of the model that a profile calls otherwise. */
function writtenPath([key, ...rest]: Path): Path {
  if (key === 'weight') return ['share'];
  if (key === 'sizes') return ['size'];
  if (key === 'timing') return [TIMING_KEYS[rest[0] as keyof Timing] ?? 'rate'];
  return key === undefined ? [] : [key, ...rest];
}

/** headers, 1, udp, dstPort are one thing; of all else the first word decides where it comes from. */
function ownLength([key]: Path): number {
  return key === 'headers' ? 6 : 3;
}

function defaultsPath([key, ...rest]: Path): Path {
  return key === 'headers' ? [key, ...rest.slice(1, 3)] : [key ?? ''];
}

function packetRange(packet: Packet, rest: Path): (Range & { exact: boolean }) | null {
  const [key, ...inside] = rest;
  if (key === 'size') return packet.sizeRange && { ...packet.sizeRange, exact: true };
  if (key === 'payload') return packet.payloadRange && { ...packet.payloadRange, exact: true };
  if (key !== 'headers') return null;
  const fields = packet.headerRanges[Number(inside[0])]?.fields;
  const exact = inside.length < 3 || (fields?.has(String(inside[2])) ?? false);
  return { ...headerRange(packet, inside, 'value'), exact };
}
