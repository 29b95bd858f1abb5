import { type Protocol, uint } from './protocol.js';

const SOURCE_OFFSET_BYTES = 12;
const ADDRESSES_BYTES = 8;

export const protocol: Protocol = {
  name: 'ipv4',
  reference: 'RFC 791 section 3.1',
  fields: [
    uint('version', 4, 4n),
    uint('headerLength', 4, 5n, ({ headerBytes }) => BigInt(headerBytes / 4)),
    uint('dscp', 6),
    uint('ecn', 2),
    uint('totalLength', 16, 0n, ({ headerBytes, payloadBytes }) => BigInt(headerBytes + payloadBytes)),
    uint('id', 16),
    // Don't fragment: only such datagrams may all carry the same identification (RFC 6864 section 4.1).
    uint('flags', 3, 0b010n),
    uint('fragmentOffset', 13),
    uint('ttl', 8, 64n),
    // What stands here when nothing above claims it: 253, for experiments (RFC 3692).
    uint('protocol', 8, 253n),
    uint('checksum', 16),
    { name: 'src', bits: 32, kind: 'ipv4', fallback: 0xc6120001n },
    { name: 'dst', bits: 32, kind: 'ipv4', fallback: 0xc6130001n },
  ],
  carriedBy: { ethernet: { field: 'type', value: 0x0800n } },
  checksum: { field: 'checksum', covers: 'header' },
  pseudoHeader: (header, upperProtocol, upperBytes) => {
    const pseudo = new Uint8Array(ADDRESSES_BYTES + 4);
    pseudo.set(header.subarray(SOURCE_OFFSET_BYTES, SOURCE_OFFSET_BYTES + ADDRESSES_BYTES));
    const view = new DataView(pseudo.buffer);
    view.setUint16(ADDRESSES_BYTES, Number(upperProtocol));
    view.setUint16(ADDRESSES_BYTES + 2, upperBytes);
    return pseudo;
  },
};
