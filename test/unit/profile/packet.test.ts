import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ZEROS } from '#src/model/traffic.js';
import { parsePacket } from '#src/profile/packet.js';

test('layers, fields, payload and size of a packet', () => {
  const { headers, payload, sizes } = parsePacket(
    'ethernet dst=02:00:00:00:00:01 / ipv6 src=2001:2::/64 dst=2001:2:0:1::1 / udp dstPort=53 / payload 18 / size 100',
  );
  assert.deepEqual(headers, [
    { protocol: 'ethernet', fields: { dst: '02:00:00:00:00:01' } },
    { protocol: 'ipv6', fields: { src: '2001:2::/64', dst: '2001:2:0:1::1' } },
    { protocol: 'udp', fields: { dstPort: 53 } },
  ]);
  assert.deepEqual(payload, { kind: 'byte', value: 0, lengthBytes: 18 });
  assert.deepEqual(sizes, { order: 'smooth', list: [{ sizeBytes: 100, weight: 1 }] });
});

const VALUES: readonly (readonly [string, unknown])[] = [
  ['53', 53],
  ['0x35', '0x35'],
  ['007', '007'],
  ['18446744073709551615', '18446744073709551615'],
  ['1024-65535', '1024-65535'],
  ['198.19.0.0/24', '198.19.0.0/24'],
  ['syn|ack', 'syn|ack'],
  ['53,80,443', [53, 80, 443]],
  ['"a b",c', ['a b', 'c']],
  ['"53"', '53'],
  ['"say \\"hi\\" / \\\\"', 'say "hi" / \\'],
  ['"random:1-2"', 'random:1-2'],
  ['null', 'null'],
  ['true', 'true'],
  ['random:', { vary: 'random' }],
  ['random:1024-65535', { vary: 'random', from: 1024, to: 65535 }],
  ['decrement:9-1', { vary: 'decrement', from: 9, to: 1 }],
  ['increment:1-100:7', { vary: 'increment', from: 1, to: 100, step: 7 }],
  ['random:198.18.0.0/15', { vary: 'random', prefix: '198.18.0.0/15' }],
  ['increment:198.18.0.1-198.18.0.9:2', { vary: 'increment', from: '198.18.0.1', to: '198.18.0.9', step: 2 }],
  ['random:2001:2::1-2001:2::9', { vary: 'random', from: '2001:2::1', to: '2001:2::9' }],
  [
    'random:02:00:00:00:00:01-02:00:00:00:00:09',
    { vary: 'random', from: '02:00:00:00:00:01', to: '02:00:00:00:00:09' },
  ],
];

for (const [text, value] of VALUES) {
  test(`value ${text}`, () => {
    const { headers, payload, sizes } = parsePacket(`any  field=${text} `);
    assert.deepEqual(headers, [{ protocol: 'any', fields: { field: value } }]);
    assert.deepEqual([payload, sizes], [ZEROS, null]);
  });
}

const PAYLOADS: readonly (readonly [string, unknown])[] = [
  ['zeros', { kind: 'byte', value: 0, lengthBytes: null }],
  ['zeros length=4', { kind: 'byte', value: 0, lengthBytes: 4 }],
  ['byte=0xff length=18', { kind: 'byte', value: 255, lengthBytes: 18 }],
  ['counter', { kind: 'counter', lengthBytes: null }],
  ['random length=9', { kind: 'random', lengthBytes: 9 }],
  ['hex=00FF', { kind: 'bytes', hex: '00ff' }],
  ['text="a / b"', { kind: 'bytes', hex: '61202f2062' }],
];

for (const [text, payload] of PAYLOADS) {
  test(`payload ${text}`, () => assert.deepEqual(parsePacket(`udp / payload ${text}`).payload, payload));
}

const SIZES: readonly (readonly [string, string, readonly (readonly [number, number])[]])[] = [
  ['size 64', 'smooth', [[64, 1]]],
  ['size=imix', 'smooth', [[64, 7], [594, 4], [1518, 1]]],
  ['size 64,1518', 'smooth', [[64, 1], [1518, 1]]],
  ['size 64:7,1518:1', 'smooth', [[64, 7], [1518, 1]]],
  ['size 64-66', 'grouped', [[64, 1], [65, 1], [66, 1]]],
  ['size 64-128:64', 'grouped', [[64, 1], [128, 1]]],
  ['size IMIX:aab', 'grouped', [[64, 2], [128, 1]]],
]; // biome-ignore format: a table

for (const [text, order, list] of SIZES) {
  test(`at the end: ${text}`, () => {
    const expected = { order, list: list.map(([sizeBytes, weight]) => ({ sizeBytes, weight })) };
    assert.deepEqual(parsePacket(`udp / ${text}`).sizes, expected);
  });
}

const PROBLEMS: readonly (readonly [string, number, string])[] = [
  ['', 1, 'expected a protocol here'],
  ['udp / ', 6, 'expected a protocol here'],
  ['/ udp', 1, 'expected a protocol here'],
  ['udp dstPort', 5, 'expected field=value, or / in front of a protocol'],
  ['udp dstPort=', 13, 'expected a value'],
  ['udp dstPort=1 dstPort=2', 15, 'dstPort is given twice'],
  ['udp dstPort="1', 13, 'a quote that never ends'],
  ['udp dstPort=1,', 15, 'expected a value'],
  ['udp dstPort=random:5', 13, 'expected a range or a prefix behind the colon, such as random:1024-65535'],
  ['ipv4/udp', 5, 'expected a protocol, field=value, or a slash with space around it'],
  ['udp=5', 1, 'expected a protocol, and behind it udp=…'],
  ['payload 5 / udp', 13, 'a header behind the payload or the size; those come last'],
  [
    'udp / payload',
    7,
    'expected payload 18, zeros, counter, random, byte=0xff, hex=… or text="…", maybe with length=18',
  ],
  ['udp / payload hex=0', 7, 'expected bytes in hex, two digits each, not 0'],
  ['udp / payload 1 / payload 1', 19, 'a second payload'],
  ['udp / size 63', 7, 'expected a frame size from 64 to 9022 bytes, the 4 of the FCS included, not 63'],
  ['udp / size imax', 7, "no sizes 'imax'; did you mean imix?"],
  ['udp __proto__=1', 5, 'no such field'],
];

for (const [text, column, message] of PROBLEMS) {
  test(`refuses packet ${JSON.stringify(text)}`, () => {
    const expected = [`--packet:${column}: ${message}`, `     1 | ${text}`].join('\n');
    assert.throws(
      () => parsePacket(text),
      (error: Error) => {
        assert.ok(error.message.startsWith(expected), error.message);
        assert.match(error.message, new RegExp(`\\n       \\| {${column}}\\^`));
        return true;
      },
    );
  });
}
