/** Bytes from hex digits, which spaces, colons and a leading 0x may make readable; undefined when they are not that. */
export function hexBytes(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'string') return undefined;
  const hex = value.replace(/^0x|[\s:]/gi, '');
  return /^(?:[0-9a-f]{2})*$/i.test(hex) ? Buffer.from(hex, 'hex') : undefined;
}

/** A number in network byte order. */
export function uintBytes(value: number | bigint, bytes: number): Uint8Array {
  return Buffer.from(value.toString(16).padStart(bytes * 2, '0'), 'hex');
}

/** A whole number that fits, as a person wrote it. @throws Error that begins with `what`. */
export function wholeNumber(what: string, value: unknown, most: number): number {
  const text = String(value);
  const number = /^(?:\d+|0x[0-9a-f]+)$/i.test(text) ? Number(text) : -1;
  if (number >= 0 && number <= most) return number;
  throw new Error(`${what} ${quote(value)}: expected a whole number from 0 to ${most}`);
}

/** What somebody wrote, short enough for a message. */
export function quote(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** Neither a list nor nothing. */
export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
