import { ipv6Bytes, macBytes } from './address.js';
import { hexBytes, isMapping, quote, uintBytes, wholeNumber } from './hex.js';

/** RFC 4861 section 4.6, each with type and length in units of 8 bytes. */
const OPTIONS: Readonly<Record<string, (value: unknown) => Uint8Array>> = {
  sourceMac: (value) => Uint8Array.of(1, 1, ...macBytes(value)),
  targetMac: (value) => Uint8Array.of(2, 1, ...macBytes(value)),
  prefix: prefixInformation,
  mtu: (value) => Uint8Array.of(5, 1, 0, 0, ...uintBytes(wholeNumber('mtu', value, 0xffffffff), 4)),
};

/** Options of neighbour discovery: {sourceMac, targetMac, prefix, mtu}, as they come, or hex. */
export function neighbourOptions(fallback: Readonly<Record<string, unknown>>) {
  return (value: unknown = fallback): Uint8Array => {
    const hex = hexBytes(value);
    if (hex && hex.length % 8 === 0) return hex;
    if (!isMapping(value)) {
      const names = Object.keys(OPTIONS).join(', ');
      throw new Error(
        `${quote(value)}: expected {${names}}, or whole units of 8 bytes in hex, or '' for none`,
      );
    }
    return Buffer.concat(Object.entries(value).map(([name, content]) => option(name, content)));
  };
}

function option(name: string, value: unknown): Uint8Array {
  const encode = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
  if (!encode) throw new Error(`${name}: no such option; there are ${Object.keys(OPTIONS).join(', ')}`);
  return encode(value);
}

/** On-link and autonomous, for the lifetimes that RFC 4861 section 6.2.1 begins with: 30 and 7 days. */
function prefixInformation(value: unknown): Uint8Array {
  const [address, length = ''] = String(value).split('/');
  if (!/^\d+$/.test(length)) throw new Error(`${quote(value)}: expected a prefix such as 2001:2::/64`);
  const head = [3, 4, wholeNumber('prefix length', length, 128), 0xc0];
  const lifetimes = [...uintBytes(2_592_000, 4), ...uintBytes(604_800, 4)];
  return Uint8Array.of(...head, ...lifetimes, 0, 0, 0, 0, ...ipv6Bytes(address));
}
