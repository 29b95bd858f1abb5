import { protocol } from '#src/protocols/ipv6-routing.js';
import { accepts, refuses } from './encoder.js';

const segments = protocol.fields.find(({ name }) => name === 'segments')?.encode ?? (() => new Uint8Array(0));

const A = '20010002000000000000000000000001';
const B = '20010db8000000000000000012345678';

/** RFC 8754 section 2: the first element is the last segment of the way. */
accepts('segments', segments, [
  [undefined, '20010002000000010000000000000001'],
  [['2001:2::1', '2001:db8::1234:5678'], B + A],
  ['2001:2::1, 2001:db8::1234:5678', B + A],
  ['2001:2::1', A],
  // Its digits alone would be 8 bytes of hex.
  ['2001:0db8:1234::5678', '20010db8123400000000000000005678'],
  [['::ffff:198.18.0.1'], '00000000000000000000ffffc6120001'],
  [['::'], '0'.repeat(32)],
  [['1:2:3:4:5:6:7::'], '00010002000300040005000600070000'],
  [['FE80::A'], 'fe80000000000000000000000000000a'],
  ['0011223344556677', '0011223344556677'],
  ['', ''],
  [[], ''],
]);

refuses('segments', segments, [
  ['198.18.0.1', '198.18.0.1: expected an IPv6 address such as 2001:2::1'],
  [['2001:2::1', 'x'], 'x: expected an IPv6 address'],
  [['fe80::1%eth0'], 'fe80::1%eth0: expected an IPv6 address'],
  [[5], '5: expected an IPv6 address'],
  [[['::1']], 'expected an IPv6 address such as 2001:2::1, found a list'],
  ['00112233', '00112233: expected an IPv6 address'],
  [Array(128).fill('::1'), '128 segments: expected up to 127'],
]);
