import { bytes, type Protocol } from './protocol.js';

/** Whatever is no protocol here: stands anywhere, and carries anything. */
export const protocol: Protocol = {
  name: 'raw',
  title: 'Bytes as they are given',
  reference: 'none',
  fields: [bytes('bytes')],
};
