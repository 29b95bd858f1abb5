import { dnsName } from '#src/protocols/encode/dns-name.js';
import { accepts, refuses } from './encoder.js';

const LABEL = 'a'.repeat(63);
const LABEL_HEX = `3f${'61'.repeat(63)}`;
/** 3 × 64 + 62 + 1 bytes on the wire: as long as a name may be. RFC 1035 section 2.3.4. */
const LONGEST = `${LABEL}.${LABEL}.${LABEL}.${'b'.repeat(61)}`;

accepts('DNS name', dnsName, [
  [undefined, '03 777777 07 6578616d706c65 03 636f6d 00'],
  // RFC 1035 section 4.1.4, where F.ISI.ARPA stands without compression.
  ['F.ISI.ARPA', '01 46 03 495349 04 41525041 00'],
  ['F.ISI.ARPA.', '01 46 03 495349 04 41525041 00'],
  ['.', '00'],
  ['a', '01 61 00'],
  ['_sip._udp.x', '04 5f736970 04 5f756470 01 78 00'],
  [LABEL, `${LABEL_HEX}00`],
  [LONGEST, `${LABEL_HEX.repeat(3)}3d${'62'.repeat(61)}00`],
  [`${LONGEST}.`, `${LABEL_HEX.repeat(3)}3d${'62'.repeat(61)}00`],
]);

refuses('DNS name', dnsName, [
  ['', ': expected a name in ASCII such as www.example.com'],
  [5, '5: expected a name'],
  [['a', 'b'], '["a","b"]: expected a name'],
  ['a b', 'a b: expected a name'],
  ['bücher.example', 'bücher.example: expected a name in ASCII'],
  ['a..b', "label '' of 0 bytes: expected 1 to 63"],
  ['.a', "label '' of 0 bytes: expected 1 to 63"],
  ['a..', "label '' of 0 bytes: expected 1 to 63"],
  [`${LABEL}a.b`, `label '${'a'.repeat(57)}...' of 64 bytes: expected 1 to 63`],
  [`${LONGEST}b`, 'a name of 256 bytes with its lengths: expected up to 255'],
]);
