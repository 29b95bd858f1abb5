import { auto, type Protocol, uint } from './protocol.js';

const FLAGS = { end: 1n, beginning: 2n, unordered: 4n, immediate: 8n };

/** Receivers want at least one byte of payload (RFC 9260 section 3.3.10.9), and whole words of it (section 3.2). */
export const protocol: Protocol = {
  name: 'sctp-data',
  title: 'SCTP chunk: user data',
  reference: 'RFC 9260 section 3.3.1',
  fields: [
    uint('chunkType', 8),
    // Both: a message that is not fragmented.
    uint('chunkFlags', 8, FLAGS.beginning | FLAGS.end, { names: FLAGS, flags: true }),
    auto('chunkLength', 16, ({ headerBytes, payloadBytes }) => BigInt(headerBytes + payloadBytes)),
    uint('tsn', 32),
    uint('streamId', 16),
    uint('streamSequence', 16),
    uint('payloadProtocol', 32),
  ],
  lower: 'sctp',
  numbers: { sctpChunk: 0n },
  carries: { space: 'sctpPayload', field: 'payloadProtocol' },
  suggests: { sctp: { verificationTag: 1 } },
};
