import { ipv6Options } from '#src/protocols/encode/ipv6-options.js';
import { accepts, refuses } from './encoder.js';

/** 8 n − 2 bytes: next header and length stand before them. Padding as in RFC 8200 section 4.2 and appendix A. */
accepts('IPv6 options', ipv6Options, [
  [undefined, '01 04 00000000'],
  ['', '01 04 00000000'],
  [[], '01 04 00000000'],
  // Router alert: RFC 2711 section 2.1.
  ['05020000', '05 02 0000 01 00'],
  ['05 02 00 00', '05 02 0000 01 00'],
  [[{ type: 5, data: '0000' }], '05 02 0000 01 00'],
  [[{ type: '0xc2', data: '00010000' }], 'c2 04 00010000'],
  [[{ type: 0x1e, data: 'aabbcc' }], '1e 03 aabbcc 00'],
  [[{ type: 0x1e }], '1e 00 01 02 0000'],
  [[{ type: 0x1e, data: '0102030405' }], '1e 05 0102030405 01 05 0000000000'],
  [['05020000', { type: 0x1e, data: '' }], '05 02 0000 1e 00'],
  ['01'.repeat(2046), '01'.repeat(2046)],
]);

const EXPECTED =
  'expected options in hex such as 05020000 (router alert), or a list of {type: 5, data: "0000"}';

refuses('IPv6 options', ipv6Options, [
  ['0502000', `0502000: ${EXPECTED}`],
  [5, `5: ${EXPECTED}`],
  [{ type: 5 }, `{"type":5}: ${EXPECTED}`],
  [[5], `5: ${EXPECTED}`],
  [[{ type: 5, data: 'x' }], `{"type":5,"data":"x"}: ${EXPECTED}`],
  [[{ type: 256, data: '' }], 'type 256: expected a whole number from 0 to 255'],
  [[{ data: '00' }], 'type undefined: expected a whole number'],
  [[{ type: 1, data: '00'.repeat(256) }], '256 bytes of option data: expected up to 255'],
  ['00'.repeat(2047), '2047 bytes of options: expected up to 2046'],
]);
