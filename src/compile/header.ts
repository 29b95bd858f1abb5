import type { Field, Lengths, Protocol } from '../protocols/protocol.js';

/** A header's size in bytes. */
export function headerBytesOf(protocol: Protocol): number {
  return protocol.fields.reduce((bits, field) => bits + field.bits, 0) / 8;
}

/** Where a field lies, in bits from the header's start. */
export function offsetBitsOf(protocol: Protocol, name: string): number {
  let offset = 0;
  for (const field of protocol.fields) {
    if (field.name === name) return offset;
    offset += field.bits;
  }
  throw new Error(`${protocol.name} has no field ${name}`);
}

/** Writes a header in network byte order. What `values` does not name is computed or takes its default. */
export function writeHeader(
  protocol: Protocol,
  values: ReadonlyMap<string, bigint>,
  lengths: Lengths,
  target: Uint8Array,
): void {
  // All bits of the header as one number: fields of any width and alignment need no special case.
  const all = protocol.fields.reduce(
    (bits, field) => (bits << BigInt(field.bits)) | resolveValue(field, values, lengths),
    0n,
  );
  const hex = all.toString(16).padStart(lengths.headerBytes * 2, '0');
  target.set(Buffer.from(hex, 'hex'));
}

function resolveValue(field: Field, values: ReadonlyMap<string, bigint>, lengths: Lengths): bigint {
  return values.get(field.name) ?? field.auto?.(lengths) ?? field.fallback;
}
