import { dnsName } from './encode/dns-name.js';
import { bytes, type Protocol, uint } from './protocol.js';

const FLAGS = {
  query: 0n,
  rd: 0x0100n,
  tc: 0x0200n,
  aa: 0x0400n,
  cd: 0x0010n,
  ad: 0x0020n,
  ra: 0x0080n,
  qr: 0x8000n,
};
const TYPES = {
  a: 1n,
  ns: 2n,
  cname: 5n,
  soa: 6n,
  ptr: 12n,
  mx: 15n,
  txt: 16n,
  aaaa: 28n,
  srv: 33n,
  any: 255n,
};

export const protocol: Protocol = {
  name: 'dns',
  title: 'Domain Name System query',
  reference: 'RFC 1035 section 4.1',
  fields: [
    uint('id', 16),
    uint('flags', 16, FLAGS.rd, { names: FLAGS, flags: true }),
    uint('questions', 16, 1n),
    uint('answers', 16),
    uint('authorities', 16),
    uint('additionals', 16),
    bytes('name', dnsName),
    uint('type', 16, TYPES.a, { names: TYPES }),
    uint('class', 16, 1n, { names: { in: 1n, ch: 3n, any: 255n } }),
  ],
  lower: 'udp',
  numbers: { udpPort: 53n },
  endsFrame: true,
  // Replies go to a dynamic port: RFC 6335 section 6.
  suggests: { udp: { srcPort: 49152 } },
};
