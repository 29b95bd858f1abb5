import { addressList, ipv4Bytes } from './encode/address.js';
import { toIpv4Group } from './encode/multicast.js';
import { auto, bytes, ipv4, type Protocol, uint } from './protocol.js';

const ADDRESS_BYTES = 4;
const RECORD_TYPES = {
  isInclude: 1n,
  isExclude: 2n,
  toInclude: 3n,
  toExclude: 4n,
  allowNewSources: 5n,
  blockOldSources: 6n,
};

/** With one group record: excluding no source, it joins the group. */
export const protocol: Protocol = {
  name: 'igmpv3-report',
  title: 'Internet Group Management Protocol, version 3: report',
  reference: 'RFC 3376 section 4.2',
  fields: [
    uint('type', 8, 0x22n),
    uint('reserved', 8),
    uint('checksum', 16),
    uint('reserved2', 16),
    uint('numberOfRecords', 16, 1n),
    uint('recordType', 8, RECORD_TYPES.toExclude, { names: RECORD_TYPES }),
    uint('auxiliaryLength', 8),
    auto('numberOfSources', 16, ({ bytesOf }) => BigInt(bytesOf('sources') / ADDRESS_BYTES)),
    // Within 233.252.0.0/24, which is set aside for examples: RFC 6676.
    ipv4('group', 0xe9fc0001n),
    bytes('sources', (value) => Buffer.concat(addressList(value, ipv4Bytes))),
  ],
  lower: 'ipv4',
  numbers: { ipProtocol: 2n },
  endsFrame: true,
  checksum: { field: 'checksum', covers: 'header' },
  // RFC 3376 section 4.2.14.
  suggests: toIpv4Group('224.0.0.22'),
};
