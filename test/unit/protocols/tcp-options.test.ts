import { tcpOptions } from '#src/protocols/encode/tcp-options.js';
import { accepts, refuses } from './encoder.js';

accepts('TCP options', tcpOptions, [
  [undefined, ''],
  ['', ''],
  ['020405b4', '02 04 05b4'],
  ['0x 03 03 07', '03 03 07 01'],
  // RFC 9293 section 3.2, RFC 2018 section 2 and 3, RFC 7323 sections 2.2 and 3.2 with appendix A.
  [{ mss: 1460 }, '02 04 05b4'],
  [{ windowScale: 7 }, '01 03 03 07'],
  [{ sackPermitted: true }, '01 01 04 02'],
  [{ sackPermitted: false }, ''],
  [{ timestamps: [0x01020304, '0xfffffffe'] }, '01 01 08 0a 01020304 fffffffe'],
  [{ sack: [[1, 2]] }, '01 01 05 0a 00000001 00000002'],
  [
    {
      sack: [
        [1, 2],
        [3, 4],
        [5, 0xffffffff],
      ],
    },
    '01 01 05 1a 00000001 00000002 00000003 00000004 00000005 ffffffff',
  ],
  [
    { mss: 536, sackPermitted: true, timestamps: [1, 0], windowScale: 14 },
    '02 04 0218  01 01 04 02  01 01 08 0a 00000001 00000000  01 03 03 0e',
  ],
]);

refuses('TCP options', tcpOptions, [
  ['020405b', '020405b: expected options {mss, windowScale, sackPermitted, sack, timestamps}, or hex'],
  [1460, '1460: expected options {mss'],
  [[1460], '[1460]: expected options {mss'],
  [{ MSS: 1 }, 'MSS: no such option; there are mss, windowScale, sackPermitted, sack, timestamps'],
  [{ toString: 1 }, 'toString: no such option'],
  [{ mss: 65536 }, 'mss 65536: expected a whole number from 0 to 65535'],
  [{ mss: null }, 'mss null: expected a whole number'],
  [{ windowScale: -1 }, 'windowScale -1: expected a whole number from 0 to 255'],
  [{ sackPermitted: 'yes' }, 'sackPermitted yes: expected true or false'],
  [{ sack: [] }, 'sack []: expected a list of [left, right]'],
  [{ sack: [[1]] }, 'sack [1]: expected [left, right]'],
  [{ timestamps: [1, 4294967296] }, 'timestamps 4294967296: expected a whole number from 0 to 4294967295'],
  [{ timestamps: 5 }, 'timestamps 5: expected [value, echo]'],
  ['01'.repeat(41), '41 bytes of options: expected up to 40'],
  [
    {
      mss: 1,
      sack: [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      timestamps: [1, 2],
    },
    '44 bytes of options: expected up to 40',
  ],
]);
