import { addressList, ipv4Bytes } from './encode/address.js';
import { isOneIpv4, toIpv4Group } from './encode/multicast.js';
import { auto, bytes, ipv4, type Protocol, uint } from './protocol.js';

const ADDRESS_BYTES = 4;

export const protocol: Protocol = {
  name: 'igmpv3-query',
  title: 'Internet Group Management Protocol, version 3: query',
  reference: 'RFC 3376 section 4.1',
  fields: [
    uint('type', 8, 0x11n),
    uint('maxResponseCode', 8, 100n),
    uint('checksum', 16),
    ipv4('group'),
    uint('reserved', 4),
    uint('suppress', 1),
    // Robustness and seconds between queries: RFC 3376 sections 8.1 and 8.2.
    uint('robustness', 3, 2n),
    uint('queryInterval', 8, 125n),
    auto('numberOfSources', 16, ({ bytesOf }) => BigInt(bytesOf('sources') / ADDRESS_BYTES)),
    bytes('sources', (value) => Buffer.concat(addressList(value, ipv4Bytes))),
  ],
  lower: 'ipv4',
  numbers: { ipProtocol: 2n },
  endsFrame: true,
  checksum: { field: 'checksum', covers: 'header' },
  // To the group that is asked for, or to all systems: RFC 3376 section 4.1.12.
  suggests: ({ group }) => toIpv4Group(isOneIpv4(group) && group !== '0.0.0.0' ? group : '224.0.0.1'),
};
