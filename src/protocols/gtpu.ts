import { auto, optional, type Protocol, uint } from './protocol.js';

/** What the length does not count: flags, message type, length and TEID. */
const MANDATORY_BYTES = 8;

export const protocol: Protocol = {
  name: 'gtpu',
  title: 'GPRS Tunnelling Protocol, user plane',
  reference: '3GPP TS 29.281 clause 5.1',
  fields: [
    uint('version', 3, 1n),
    uint('protocolType', 1, 1n),
    uint('reserved', 1),
    auto('extensionFlag', 1, ({ upper }) => (upper === 'gtpu-pdu-session' ? 1n : 0n)),
    auto('sequenceFlag', 1, ({ bytesOf }) => (bytesOf('sequence') > 0 ? 1n : 0n)),
    uint('npduFlag', 1),
    uint('messageType', 8, 255n, {
      names: { echoRequest: 1n, echoResponse: 2n, endMarker: 254n, gpdu: 255n },
    }),
    auto('length', 16, ({ headerBytes, payloadBytes }) =>
      BigInt(headerBytes - MANDATORY_BYTES + payloadBytes),
    ),
    uint('teid', 32, 1n),
    optional('sequence', 16),
    optional('npdu', 8, 'sequence'),
    optional('nextExtension', 8, 'sequence'),
  ],
  lower: 'udp',
  numbers: { udpPort: 2152n },
  carries: { space: 'ip' },
  suggests: { udp: { srcPort: 2152 } },
};
