import { neighbourOptions } from '#src/protocols/encode/neighbour-options.js';
import { accepts, refuses } from './encoder.js';

const options = neighbourOptions({ sourceMac: '02:00:00:00:00:01' });

/** RFC 4861 section 4.6. */
accepts('neighbour options', options, [
  [undefined, '01 01 020000000001'],
  ['', ''],
  [{}, ''],
  [{ sourceMac: '02-00-00-00-00-Ff' }, '01 01 0200000000ff'],
  [{ targetMac: '02:00:00:00:00:02' }, '02 01 020000000002'],
  [{ mtu: 1500 }, '05 01 0000 000005dc'],
  [
    { mtu: 1500, prefix: '2001:2::/64' },
    '05 01 0000 000005dc 03 04 40 c0 00278d00 00093a80 00000000 20010002000000000000000000000000',
  ],
  ['0e01 aabbccddeeff', '0e 01 aabbccddeeff'],
]);

refuses('neighbour options', options, [
  [
    '0e01',
    "0e01: expected {sourceMac, targetMac, prefix, mtu}, or whole units of 8 bytes in hex, or '' for none",
  ],
  [[], '[]: expected {sourceMac'],
  [{ sourcemac: 'x' }, 'sourcemac: no such option; there are sourceMac, targetMac, prefix, mtu'],
  [{ sourceMac: '02:00' }, '02:00: expected a MAC address such as 02:00:00:00:00:0'],
  [{ mtu: -1 }, 'mtu -1: expected a whole number from 0 to 4294967295'],
  [{ prefix: '2001:2::' }, '2001:2::: expected a prefix such as 2001:2::/64'],
  [{ prefix: '2001:2::/129' }, 'prefix length 129: expected a whole number from 0 to 128'],
  [{ prefix: '198.18.0.0/15' }, '198.18.0.0: expected an IPv6 address'],
]);
