import { type Protocol, uint } from './protocol.js';

/**
 * The extension header, and before it the optional fields of GTP-U, which it cannot do without: a sequence number is
 * set here then, and `sequenceFlag` in gtpu.
 */
export const protocol: Protocol = {
  name: 'gtpu-pdu-session',
  title: 'PDU session container of GTP-U, with the QoS flow',
  reference: '3GPP TS 38.415 clause 5.5.2, TS 29.281 clause 5.2',
  fields: [
    uint('sequence', 16),
    uint('npdu', 8),
    uint('extensionType', 8, 0x85n),
    // In words.
    uint('extensionLength', 8, 1n),
    uint('pduType', 4, 0n, { names: { downlink: 0n, uplink: 1n } }),
    uint('spare', 4),
    uint('paging', 1),
    uint('reflective', 1),
    uint('qfi', 6, 1n),
    uint('nextExtension', 8),
  ],
  lower: 'gtpu',
  carries: { space: 'ip' },
};
