import { hexBytes, quote } from './encode/hex.js';
import { auto, bytes, type Protocol, uint } from './protocol.js';

const WORD_BYTES = 4;
/** The length is 6 bits, in words. */
const LONGEST_OPTIONS_BYTES = 252;

export const protocol: Protocol = {
  name: 'geneve',
  title: 'Generic Network Virtualization Encapsulation',
  reference: 'RFC 8926 section 3.4',
  fields: [
    uint('version', 2),
    auto('optionsLength', 6, ({ bytesOf }) => BigInt(bytesOf('options') / WORD_BYTES)),
    uint('flags', 8, 0n, { names: { control: 0x80n, critical: 0x40n }, flags: true }),
    uint('protocol', 16, 0x88b5n),
    uint('vni', 24, 1n),
    uint('reserved', 8),
    bytes('options', wholeWords),
  ],
  lower: 'udp',
  numbers: { udpPort: 6081n },
  carries: { space: 'etherType', field: 'protocol' },
  // A dynamic port, so that flows differ: RFC 8926 section 3.3.
  suggests: { udp: { srcPort: 49152 } },
};

function wholeWords(value: unknown = ''): Uint8Array {
  const options = hexBytes(value);
  if (options && options.length % WORD_BYTES === 0 && options.length <= LONGEST_OPTIONS_BYTES) return options;
  throw new Error(`${quote(value)}: expected whole words in hex, up to ${LONGEST_OPTIONS_BYTES} bytes`);
}
