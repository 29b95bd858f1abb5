import { protocol as geneve } from '#src/protocols/geneve.js';
import { protocol as query } from '#src/protocols/igmpv3-query.js';
import type { Field } from '#src/protocols/protocol.js';
import { accepts, refuses } from './encoder.js';

function encoderOf(fields: readonly Field[], name: string): NonNullable<Field['encode']> {
  const encode = fields.find((field) => field.name === name)?.encode;
  if (!encode) throw new Error(`${name} has no encoder`);
  return encode;
}

const options = encoderOf(geneve.fields, 'options');
accepts('Geneve options', options, [
  [undefined, ''],
  ['0102 03 01 aabbccdd', '01020301aabbccdd'],
  ['00'.repeat(252), '00'.repeat(252)],
]);
refuses('Geneve options', options, [
  ['010203', '010203: expected whole words in hex, up to 252 bytes'],
  ['00'.repeat(256), `${'0'.repeat(57)}...: expected whole words in hex`],
  [[], '[]: expected whole words in hex'],
]);

const sources = encoderOf(query.fields, 'sources');
accepts('IGMP sources', sources, [
  [undefined, ''],
  [['198.18.0.1', '255.255.255.255'], 'c6120001 ffffffff'],
  ['198.18.0.1, 198.18.0.2', 'c6120001 c6120002'],
]);
refuses('IGMP sources', sources, [
  [['198.18.0.256'], '198.18.0.256: expected an IPv4 address such as 198.18.0.1'],
  [[['198.18.0.1']], 'expected an IPv4 address such as 198.18.0.1, found a list'],
  ['::1', '::1: expected an IPv4 address'],
]);
