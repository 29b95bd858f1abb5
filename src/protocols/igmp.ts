import { isOneIpv4, toIpv4Group } from './encode/multicast.js';
import { ipv4, type Protocol, uint } from './protocol.js';

const TYPES = { query: 0x11n, reportV1: 0x12n, reportV2: 0x16n, leave: 0x17n };

/** Version 2; a general query unless it is told otherwise. Version 3 is igmpv3-query and igmpv3-report. */
export const protocol: Protocol = {
  name: 'igmp',
  title: 'Internet Group Management Protocol, version 2',
  reference: 'RFC 2236 section 2',
  fields: [
    uint('type', 8, TYPES.query, { names: TYPES }),
    // Tenths of a second; RFC 2236 section 8.3.
    uint('maxResponseTime', 8, 100n),
    uint('checksum', 16),
    ipv4('group'),
  ],
  lower: 'ipv4',
  numbers: { ipProtocol: 2n },
  endsFrame: true,
  checksum: { field: 'checksum', covers: 'header' },
  suggests: ({ type, group }) => toIpv4Group(destination(type, group)),
};

/** RFC 2236 section 9. */
function destination(type: unknown, group: unknown): string {
  if (type === 'leave' || Number(type) === Number(TYPES.leave)) return '224.0.0.2';
  return isOneIpv4(group) && group !== '0.0.0.0' ? group : '224.0.0.1';
}
