import { type Protocol, uint } from './protocol.js';

export const protocol: Protocol = {
  name: 'ntp',
  title: 'Network Time Protocol',
  reference: 'RFC 5905 section 7.3',
  fields: [
    uint('leap', 2),
    uint('version', 3, 4n),
    uint('mode', 3, 3n, { names: { symmetric: 1n, client: 3n, server: 4n, broadcast: 5n } }),
    uint('stratum', 8),
    // Log2 of seconds.
    uint('poll', 8, 6n),
    uint('precision', 8),
    uint('rootDelay', 32),
    uint('rootDispersion', 32),
    uint('referenceId', 32),
    uint('referenceTimestamp', 64),
    uint('originTimestamp', 64),
    uint('receiveTimestamp', 64),
    uint('transmitTimestamp', 64),
  ],
  lower: 'udp',
  numbers: { udpPort: 123n },
  endsFrame: true,
  // Replies go to a dynamic port: RFC 9109.
  suggests: { udp: { srcPort: 49152 } },
};
