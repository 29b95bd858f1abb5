import { auto, bytes, ipv4, type Protocol, uint } from './protocol.js';

export const protocol: Protocol = {
  name: 'ipv4',
  title: 'Internet Protocol version 4',
  reference: 'RFC 791 section 3.1',
  fields: [
    uint('version', 4, 4n),
    auto('headerLength', 4, ({ headerBytes }) => BigInt(headerBytes / 4)),
    uint('dscp', 6),
    uint('ecn', 2),
    auto('totalLength', 16, ({ headerBytes, payloadBytes }) => BigInt(headerBytes + payloadBytes)),
    uint('id', 16),
    // Don't fragment: only such datagrams may all carry the same identification (RFC 6864 section 4.1).
    uint('flags', 3, 0b010n, { names: { mf: 1n, df: 2n, none: 0n }, flags: true }),
    uint('fragmentOffset', 13),
    uint('ttl', 8, 64n),
    // What stands here when nothing above claims it: 253, for experiments (RFC 3692).
    uint('protocol', 8, 253n),
    uint('checksum', 16),
    ipv4('src', 0xc6120001n),
    ipv4('dst', 0xc6130001n),
    bytes('options', paddedOptions),
  ],
  lower: 'ethernet',
  numbers: { etherType: 0x0800n, ipProtocol: 4n, ppp: 0x0021n, ip: 4n },
  carries: { space: 'ipProtocol', field: 'protocol' },
  checksum: { field: 'checksum', covers: 'header' },
  pseudoHeader: { fields: ['src', 'dst'], destination: 'dst', space: 'ipProtocol' },
};

const LONGEST_OPTIONS_BYTES = 40;

/** Hex, filled up with "end of options" (0) to the next multiple of four bytes. */
function paddedOptions(value: unknown): Uint8Array {
  const hex = String(value ?? '').replace(/[\s:]/g, '');
  if (!/^(?:[0-9a-f]{2})*$/i.test(hex) || hex.length / 2 > LONGEST_OPTIONS_BYTES) {
    throw new Error(`expected up to ${LONGEST_OPTIONS_BYTES} bytes in hex, such as 94040000 (router alert)`);
  }
  return Buffer.from(hex.padEnd(Math.ceil(hex.length / 8) * 8, '0'), 'hex');
}
