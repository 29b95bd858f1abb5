import type { FrameChecksum } from '../model/traffic.js';
import { HeaderInstance, type HeaderSpec } from './header.js';
import { HEADERS } from './headers.js';
import type { Lexer } from './lexer.js';
import type { Packet } from './packet.js';

/** Where the addresses of a pseudo header stand. RFC 9293 section 3.1, RFC 8200 section 8.1. */
const ADDRESSES: Readonly<Record<string, readonly [from: number, to: number]>> = {
  ip4: [12, 20],
  ip6: [8, 40],
};

/** Puts a header on the packet, and below it what it needs. */
export function pushHeader(lexer: Lexer, packet: Packet, at: number, spec: HeaderSpec): HeaderInstance {
  const lower = spec.lower === undefined ? undefined : lowerHeader(lexer, packet, at, spec);
  const header = new HeaderInstance(spec, packet.grow(at, spec.lengthBytes), packet);
  if (spec.names[0] === 'vlan' && lower) keepEtherType(lower, header);
  for (const [name, value] of Object.entries(spec.defaults)) header.suggest(name, BigInt(value));
  packet.headers.push(header);
  return header;
}

function lowerHeader(lexer: Lexer, packet: Packet, at: number, spec: HeaderSpec): HeaderInstance {
  const wanted = HEADERS.get(spec.lower ?? '');
  if (!wanted) throw new Error(`no header ${spec.lower}`);
  const last = packet.headers.at(-1);
  const fits = last && (last.spec.layer >= wanted.layer || last.spec === wanted);
  const lower = fits ? last : pushHeader(lexer, packet, at, wanted);
  announce(lexer, lower, at, spec);
  for (const [name, value] of Object.entries(spec.suggests?.[lower.name] ?? {})) lower.suggest(name, value);
  return lower;
}

/** Tells the lower header what is above it. */
function announce(
  lexer: Lexer,
  lower: HeaderInstance,
  at: number,
  { names: [upper = ''] }: HeaderSpec,
): void {
  if (lower.name === 'mpls' && upper === 'mpls') lower.suggest('last', 0n);
  const { next } = lower.spec;
  if (!next || (lower.name === 'vlan' && upper === 'vlan')) return;
  const value = next.values[upper];
  if (value === undefined) {
    lexer.fail(
      at,
      `${upper} cannot stand on ${lower.name}, expected ${Object.keys(next.values).join(', ')} there`,
    );
  }
  // A tag's type comes with what was there before the tag, so that it never counts as set by somebody.
  lower.suggest(next.field, BigInt(value));
}

/** A tag takes over the type of what is below, whose own then says that there is a tag. */
function keepEtherType(lower: HeaderInstance, tag: HeaderInstance): void {
  if (lower.name !== 'eth' && lower.name !== 'vlan') return;
  const type = lower.field(lower.name === 'eth' ? 'type' : '');
  tag.suggest('', BigInt(lower.read(type)));
}

/** Fills in lengths and asks for checksums, from the highest header down, so that lower ones cover finished bytes. */
export function finishHeaders(packet: Packet): void {
  for (const header of packet.headers.toReversed()) {
    const { lengthField } = header.spec;
    if (lengthField)
      header.suggest(lengthField.field, BigInt(packet.length - header.start - lengthField.lessBytes));
  }
  for (const [index, header] of [...packet.headers.entries()].toReversed()) {
    addChecksum(packet, header, packet.headers[index - 1]);
  }
}

function addChecksum(packet: Packet, header: HeaderInstance, lower: HeaderInstance | undefined): void {
  const { checksum } = header.spec;
  if (!checksum || header.set.has(header.field(checksum.field))) return;
  if (checksum.over && !(lower && checksum.over.includes(lower.name))) return;
  const offsetBytes = header.start + header.field(checksum.field).offsetBytes;
  const { ipProtocol, lengthBytes, zeroIsOnes } = checksum;
  const resolve = (frameBytes: number): FrameChecksum => {
    const end = lengthBytes === undefined ? frameBytes : header.start + lengthBytes;
    const pseudo =
      ipProtocol === undefined || !lower ? undefined : { start: lower.start, name: lower.name, ipProtocol };
    return frameChecksum(offsetBytes, [header.start, end], pseudo, zeroIsOnes);
  };
  packet.addChecksum({ at: 0, resolve });
}

export function frameChecksum(
  offsetBytes: number,
  range: readonly [from: number, to: number],
  pseudo: { readonly start: number; readonly name: string; readonly ipProtocol: number } | undefined,
  zeroIsOnes: boolean,
): FrameChecksum {
  const [from, to] = pseudo ? (ADDRESSES[pseudo.name] ?? [0, 0]) : [0, 0];
  const plus = pseudo ? pseudo.ipProtocol + range[1] - range[0] : 0;
  const addresses = pseudo ? [[pseudo.start + from, pseudo.start + to] as const] : [];
  return { offsetBytes, covers: [...addresses, range], plus, zeroIsOnes };
}
