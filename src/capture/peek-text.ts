import { formatIpv6 } from '../compile/fields.js';
import { FCS_BYTES } from '../units.js';
import type { Layer } from './decode.js';
import type { PeekedFrame } from './peek.js';

/**
 * "eth 02:… → 02:…, ipv4 198.18.0.1 → 198.19.0.1, udp 9 → 9, payload 18 bytes, frame 64 bytes with FCS". `arrow` where the
 * terminal has none.
 */
export function formatPeeked({ layers, payloadBytes, bytes, isTruncated }: PeekedFrame, arrow = '→'): string {
  const parts = layers.map((layer) => formatLayer(layer, arrow));
  const payload = layers.length > 0 ? [`payload ${payloadBytes} bytes`] : [];
  const frame = `frame ${bytes + FCS_BYTES} bytes with FCS`;
  return [...parts, ...payload, frame, ...(isTruncated ? ['cut short'] : [])].join(', ');
}

function formatLayer({ protocol, from, to, detail }: Layer, arrow: string): string {
  const ends = from === null || to === null ? [] : [address(protocol, from), arrow, address(protocol, to)];
  return [protocol, ...ends, detail].filter(Boolean).join(' ');
}

/** cap writes all eight groups with all their zeros. */
function address(protocol: string, text: string): string {
  return protocol === 'ipv6' ? formatIpv6(BigInt(`0x${text.replaceAll(':', '')}`)) : text;
}
