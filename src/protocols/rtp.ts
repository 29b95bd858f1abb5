import { type Protocol, uint } from './protocol.js';

export const protocol: Protocol = {
  name: 'rtp',
  title: 'Real-time Transport Protocol',
  reference: 'RFC 3550 section 5.1',
  fields: [
    uint('version', 2, 2n),
    uint('padding', 1),
    uint('extension', 1),
    uint('csrcCount', 4),
    uint('marker', 1),
    // The first dynamic one: RFC 3551 section 3.
    uint('payloadType', 7, 96n),
    uint('sequence', 16),
    uint('timestamp', 32),
    uint('ssrc', 32, 1n),
  ],
  lower: 'udp',
  // Where RFC 3551 section 8 puts it when no session description does; even, as RFC 3550 section 11 has it.
  numbers: { udpPort: 5004n },
  carries: { space: 'rtpPayload', field: 'payloadType' },
  suggests: { udp: { srcPort: 5004 } },
};
