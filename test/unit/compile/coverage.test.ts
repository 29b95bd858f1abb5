import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadProtocols } from '#src/compile/catalogue.js';
import { coveragesOf, givenCoverage } from '#src/compile/coverage.js';
import { stackHeaders } from '#src/compile/layers.js';
import { endOf, placeLayers } from '#src/compile/layout.js';
import { Problems } from '#src/compile/problems.js';
import { headersOf, type Layers } from '../../support/compiled.js';

const PAYLOAD_BYTES = 10;

async function coverages(layers: Layers) {
  const headers = headersOf(layers);
  const problems = new Problems();
  const placed = placeLayers(stackHeaders(headers, await loadProtocols(headers), [], problems), problems);
  problems.throwAny();
  return coveragesOf(placed, endOf(placed) + PAYLOAD_BYTES);
}

/** Where each checksum stands, what it covers, and what is added: the protocol's number and the length. */
for (const [layers, ...expected] of [
  [
    ['udp'],
    [
      40,
      [
        [26, 30],
        [30, 34],
        [34, 52],
      ],
      17 + 18,
    ],
    [24, [[14, 34]], 0],
  ],
  [
    ['tcp'],
    [
      50,
      [
        [26, 30],
        [30, 34],
        [34, 64],
      ],
      6 + 30,
    ],
    [24, [[14, 34]], 0],
  ],
  [['icmp'], [36, [[34, 52]], 0], [24, [[14, 34]], 0]],
  [
    ['ipv6', 'udp'],
    [
      60,
      [
        [22, 38],
        [38, 54],
        [54, 72],
      ],
      17 + 18,
    ],
  ],
  [
    ['ipv6', 'icmpv6', 'raw'],
    [
      56,
      [
        [22, 38],
        [38, 54],
        [54, 72],
      ],
      58 + 18,
    ],
  ],
  // With a routing header the destination is the last on the way: RFC 8200 section 8.1.
  [
    ['ipv6', ['ipv6-routing', { segments: ['2001:2::a', '2001:2::b'] }], 'udp'],
    [
      54 + 40 + 6,
      [
        [22, 38],
        [62, 78],
        [94, 112],
      ],
      17 + 18,
    ],
  ],
  [['gre', 'raw']],
  [[['udp', { checksum: 0 }]], [24, [[14, 34]], 0]],
  // The inner ones first: an outer one may cover them.
  [
    ['ipv4', 'udp', 'vxlan', 'ethernet', 'ipv4', 'udp'],
    [
      90,
      [
        [76, 80],
        [80, 84],
        [84, 102],
      ],
      17 + 18,
    ],
    [74, [[64, 84]], 0],
    [
      40,
      [
        [26, 30],
        [30, 34],
        [34, 102],
      ],
      17 + 68,
    ],
    [24, [[14, 34]], 0],
  ],
] as const satisfies readonly (readonly [
  Layers,
  ...(readonly [number, readonly (readonly [number, number])[], number])[],
])[]) {
  const wanted = layers[0] === 'gre' ? [[24, [[14, 34]], 0]] : expected;
  test(`${JSON.stringify(layers)} have ${wanted.length} checksums in their places`, async () => {
    const found = await coverages(layers);
    assert.deepEqual(
      found.map(({ offsetBytes, ranges, plus }) => [offsetBytes, ranges, plus]),
      wanted,
    );
  });
}

test('only UDP sends a computed 0 as ones; a bad one is marked; SCTP has its CRC', async () => {
  const [udp] = await coverages(['udp']);
  const [tcp, ip] = await coverages([['tcp', { checksum: 'bad' }]]);
  const [sctp] = await coverages(['sctp']);
  assert.deepEqual([udp?.zeroIsOnes, tcp?.zeroIsOnes, ip?.zeroIsOnes], [true, false, false]);
  assert.deepEqual([udp?.bad, tcp?.bad, ip?.bad], [false, true, false]);
  assert.deepEqual([udp?.algorithm, sctp?.algorithm, sctp?.ranges.length], ['internet', 'crc32c', 1]);
});

test('a checksum by position reaches to the end of the frame where it says so', () => {
  const given = {
    offsetBytes: 24,
    covers: [
      [0, 4],
      [14, null],
    ] as const,
    plus: 3,
    zeroIsOnes: true,
  };
  assert.deepEqual(givenCoverage(given, 60), {
    algorithm: 'internet',
    offsetBytes: 24,
    ranges: [
      [0, 4],
      [14, 60],
    ],
    plus: 3,
    zeroIsOnes: true,
    bad: false,
  });
});
