import { quote } from './hex.js';

/** RFC 1035 section 2.3.4; a name's length counts those of its labels and the empty one of the root. */
const LONGEST_LABEL = 63;
const LONGEST_NAME = 255;

/** "www.example.com" or "www.example.com." → labels, each behind its length; "." is the root. */
export function dnsName(value: unknown = 'www.example.com'): Uint8Array {
  if (typeof value !== 'string' || !/^[!-~]+$/.test(value)) {
    throw new Error(`${quote(value)}: expected a name in ASCII such as www.example.com`);
  }
  const labels = value === '.' ? [] : value.replace(/\.$/, '').split('.');
  const bytes = Buffer.concat([...labels.map(label), Uint8Array.of(0)]);
  if (bytes.length <= LONGEST_NAME) return bytes;
  throw new Error(`a name of ${bytes.length} bytes with its lengths: expected up to ${LONGEST_NAME}`);
}

function label(text: string): Uint8Array {
  if (text.length > 0 && text.length <= LONGEST_LABEL)
    return Uint8Array.of(text.length, ...Buffer.from(text));
  throw new Error(`label '${quote(text)}' of ${text.length} bytes: expected 1 to ${LONGEST_LABEL}`);
}
