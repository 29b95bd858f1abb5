import { addressList, ipv6Bytes } from './encode/address.js';
import { hexBytes } from './encode/hex.js';
import { isOneIpv6 } from './encode/multicast.js';
import { auto, bytes, type LayerContext, type Protocol, uint } from './protocol.js';

/**
 * Segment routing. `segments` are given in the order of travel, and so the first of them is what the IPv6 header takes
 * for its destination; on the wire they stand the other way round. Other routing types take their data in hex.
 */
export const protocol: Protocol = {
  name: 'ipv6-routing',
  title: 'IPv6 routing, segment routing (SRH)',
  reference: 'RFC 8754 section 2',
  fields: [
    uint('nextHeader', 8, 253n),
    auto('headerLength', 8, ({ headerBytes }) => BigInt(headerBytes / 8 - 1)),
    uint('routingType', 8, 4n),
    auto('segmentsLeft', 8, lastSegment),
    auto('lastEntry', 8, lastSegment),
    uint('flags', 8),
    uint('tag', 16),
    bytes('segments', segmentList),
  ],
  lower: 'ipv6',
  numbers: { ipProtocol: 43n },
  carries: { space: 'ipProtocol', field: 'nextHeader' },
  finalDestination: 'segments',
  suggests: ({ segments }) => {
    const [first] = Array.isArray(segments) ? segments : String(segments ?? '').split(',');
    return isOneIpv6(first) ? { ipv6: { dst: first } } : {};
  },
};

const ADDRESS_BYTES = 16;
const UNIT_BYTES = 8;
/** The length is 8 bits, in units of 8 bytes: 127 addresses. */
const MOST_SEGMENTS = 127;
/** Where an IPv6 header goes that nobody told where to. */
const ONLY_SEGMENT = ['2001:2:0:1::1'];

/** The packet has just left its source: all segments but the one in the destination address are still to come. */
function lastSegment({ bytesOf }: LayerContext): bigint {
  return BigInt(Math.max(0, Math.floor(bytesOf('segments') / ADDRESS_BYTES) - 1));
}

function segmentList(value: unknown = ONLY_SEGMENT): Uint8Array {
  // What has colons is an address, although its digits alone could be hex.
  const hex = String(value).includes(':') ? undefined : hexBytes(value);
  if (hex && hex.length % UNIT_BYTES === 0) return hex;
  const segments = addressList(value, ipv6Bytes);
  if (segments.length <= MOST_SEGMENTS) return Buffer.concat(segments.reverse());
  throw new Error(`${segments.length} segments: expected up to ${MOST_SEGMENTS}`);
}
