import { auto, type Protocol, uint } from './protocol.js';

export const protocol: Protocol = {
  name: 'sctp-init',
  title: 'SCTP chunk: begin an association',
  reference: 'RFC 9260 section 3.3.2',
  fields: [
    uint('chunkType', 8, 1n),
    uint('chunkFlags', 8),
    auto('chunkLength', 16, ({ headerBytes }) => BigInt(headerBytes)),
    uint('initiateTag', 32, 1n),
    uint('receiverWindow', 32, 0xffffn),
    uint('outboundStreams', 16, 1n),
    uint('inboundStreams', 16, 1n),
    uint('initialTsn', 32),
  ],
  lower: 'sctp',
  numbers: { sctpChunk: 1n },
  endsFrame: true,
};
