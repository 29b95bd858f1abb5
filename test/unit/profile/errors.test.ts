import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProfileError } from '#src/profile/problem.js';
import { readProfileText } from '#src/profile/read.js';

async function problemsOf(text: string): Promise<string[]> {
  const error = await readProfileText(text, 'mix.yaml').then(
    () => assert.fail('was read'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ProfileError, String(error));
  return error.problems.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`);
}

test('an error looks like a good compiler’s', async () => {
  const text = 'streams:\n  - headers:\n      - ethernet\n      - udp: {dstport: 53}\n';
  await assert.rejects(readProfileText(text, 'mix.yaml'), {
    name: 'UsageError',
    exitCode: 2,
    message: [
      'mix.yaml:4:15: streams[0].headers[1].udp.dstport: no such field; did you mean dstPort?',
      '     4 |       - udp: {dstport: 53}',
      '       |               ^~~~~~~',
    ].join('\n'),
  });
});

test('all errors of a file come at once, in its order, those of schema and of meaning', async () => {
  const text = `sead: 1
run: {duration: 10x}
streams:
  - {size: 63}
  - {size: IMIX:aaj}
  - {headers: [updd]}
`;
  assert.deepEqual(await problemsOf(text), [
    '1:1 sead: no such key; did you mean seed?',
    '4:12 streams[0].size: expected a frame size from 64 to 9022 bytes, the 4 of the FCS included, not 63',
    '5:12 streams[1].size: j is 16000 bytes, and frames end at 9022',
    "6:16 streams[2].headers[0]: no protocol 'updd'; did you mean udp?",
  ]);
});

/** A stream's inside, column and path from there, message. */
const STREAM_PROBLEMS: readonly (readonly [stream: string, ...problems: string[]])[] = [
  ['{nam: a}', '1:12 streams[0].nam: no such key; did you mean name?'],
  ['{share: 0}', '1:19 streams[0].share: expected a share above 0, such as 7, 0.5 or 60 %, not 0'],
  ['{share: -1}', '1:19 streams[0].share: expected a share above 0, such as 7, 0.5 or 60 %, not -1'],
  ['{share: 0.0}', '1:19 streams[0].share: expected a share above 0'],
  ['{share: 1e3}', '1:19 streams[0].share: expected a share above 0, such as 7, 0.5 or 60 %, not 1e3'],
  [
    '{count: 1e3}',
    '1:19 streams[0].count: expected a whole number of frames from 1, such as 1000, 5k or 1M, not 1e3',
  ],
  [
    '{count: 0}',
    '1:19 streams[0].count: expected a whole number of frames from 1, such as 1000, 5k or 1M, not 0',
  ],
  [
    '{count: 1.5}',
    '1:19 streams[0].count: expected a whole number of frames from 1, such as 1000, 5k or 1M, not 1.5',
  ],
  ['{flows: 1e3}', '1:19 streams[0].flows: expected a whole number from 1, not 1e3'],
  [
    '{size: 1e3}',
    '1:18 streams[0].size: expected a size such as 64, a list such as [64, 594, 1518], or a mix such as imix, not 1e3',
  ],
  ['{size: imax}', "1:18 streams[0].size: no sizes 'imax'; did you mean imix?"],
  ['{size: 9023}', '1:18 streams[0].size: expected a whole number from 18 to 9022, not 9023'],
  ['{size: []}', '1:18 streams[0].size: expected at least one size'],
  [
    '{size: [64, 63]}',
    '1:23 streams[0].size[1]: expected a frame size from 64 to 9022 bytes, the 4 of the FCS included, not 63',
  ],
  [
    '{size: {63: 1}}',
    '1:23 streams[0].size.63: expected a frame size from 64 to 9022 bytes, the 4 of the FCS included, not 63',
  ],
  ['{size: {64: 0}}', '1:23 streams[0].size.64: expected a share above 0, such as 7, 0.5 or 60 %, not 0'],
  ['{size: {from: 128, to: 64}}', '1:34 streams[0].size.to: 64 is below 128, where the range begins'],
  ['{size: {from: 128}}', '1:18 streams[0].size.to: is missing'],
  [
    '{size: IMIX:az}',
    '1:18 streams[0].size: z, the MTU, is not known to a profile; write the sizes as a list',
  ],
  ['{size: IMIX:aq}', '1:18 streams[0].size: no size has the letter q; RFC 6985 knows a to j'],
  [
    '{size: "IMIX:"}',
    '1:18 streams[0].size: expected 1 to 4096 letters behind IMIX:, such as IMIX:aaaaaaabbbbg',
  ],
  ['{payload: zeroes}', "1:21 streams[0].payload: no payload 'zeroes'; did you mean zeros?"],
  ['{payload: 9001}', '1:21 streams[0].payload: expected a whole number from 0 to 9000, not 9001'],
  ['{payload: {byte: 256}}', '1:28 streams[0].payload.byte: expected a whole number from 0 to 255, not 256'],
  [
    '{payload: {byte: 1, hex: 00}}',
    '1:21 streams[0].payload: expected one of byte, counter, random, text, hex, file',
  ],
  ['{payload: {hex: 0}}', '1:27 streams[0].payload.hex: expected bytes in hex, two digits each, not 0'],
  [
    '{payload: {text: a, length: 2}}',
    '1:39 streams[0].payload.length: text, hex and files have their own length',
  ],
  ['{payload: {file: no-such-file}}', '1:28 streams[0].payload.file: no-such-file no such file'],
  ['{payload: {file: /dev/zero}}', '1:28 streams[0].payload.file: /dev/zero is not a regular file'],
  ['{headers: udp}', '1:21 streams[0].headers: expected a list of headers, not udp'],
  [
    '{headers: [5]}',
    '1:22 streams[0].headers[0]: expected a protocol with its fields, such as udp: {dstPort: 53}, not 5',
  ],
  [
    '{headers: [{udp: , ipv4: }]}',
    '1:22 streams[0].headers[0]: expected one protocol in each item of the list',
  ],
  ['{headers: [{}]}', '1:22 streams[0].headers[0]: expected one protocol in each item of the list'],
  ['{headers: [updd: {}]}', '1:22 streams[0].headers[0].updd: no such protocol; did you mean udp?'],
  ['{headers: [udp: 5]}', '1:27 streams[0].headers[0].udp: expected the fields of udp, not 5'],
  [
    '{headers: [udp: {dstPort: }]}',
    '1:28 streams[0].headers[0].udp.dstPort: expected a value, a list of values or {vary: …}, not nothing',
  ],
  [
    '{headers: [udp: {dstPort: true}]}',
    '1:37 streams[0].headers[0].udp.dstPort: expected a value, a list of values or {vary: …}, not true',
  ],
  ['{headers: [udp: {dstPort: []}]}', '1:37 streams[0].headers[0].udp.dstPort: expected at least one value'],
  [
    '{headers: [udp: {dstPort: {vary: randon}}]}',
    "1:44 streams[0].headers[0].udp.dstPort.vary: no way to vary 'randon'; did you mean random?",
  ],
  [
    '{headers: [udp: {dstPort: {vary: list}}]}',
    '1:37 streams[0].headers[0].udp.dstPort: vary: list needs values: […]',
  ],
  [
    '{headers: [udp: {dstPort: {vary: random, step: 0}}]}',
    '1:58 streams[0].headers[0].udp.dstPort.step: expected a whole number from 1, not 0',
  ],
  ['{packet: udp, headers: []}', '1:25 streams[0].headers: the stream has a packet, which says this already'],
  ['{packet: udp / size 64, size: 64}', '1:35 streams[0].size: the packet has a size of its own'],
  ['{packet: udp / payload 1, payload: 1}', '1:37 streams[0].payload: the packet has a payload of its own'],
  ['{packet: ipv4 / updd}', '1:27 streams[0].packet.updd: no such protocol; did you mean udp?'],
  ['{packet: "udp dstport=5"}', '1:25 streams[0].packet.udp.dstport: no such field; did you mean dstPort?'],
  [
    '{capture: {file: a}, size: 64}',
    '1:28 streams[0].capture.file: a: no such file',
    '1:32 streams[0].size: the stream has a capture, which says this already',
  ],
  ['{capture: {limit: 5}}', '1:21 streams[0].capture.file: is missing'],
  [
    '{patches: [{offsetBits: 0, bits: 65, value: 1}]}',
    '1:44 streams[0].patches[0].bits: expected a whole number from 1 to 64, not 65',
  ],
  ['5', '1:11 streams[0]: expected a mapping, not 5'],
  [
    '{headers: [tcp: {flags: syn|akc}], size: imixx}',
    '1:35 streams[0].headers[0].tcp.flags: syn|akc: expected a whole number from 0 to 255 or fin|syn|rst|psh|ack|urg|ece|cwr; did you mean ack?',
    "1:52 streams[0].size: no sizes 'imixx'; did you mean imix?",
  ],
];

for (const [stream, ...problems] of STREAM_PROBLEMS) {
  test(`refuses ${stream}`, async () => assert.deepEqual(await problemsOf(`streams: [${stream}]`), problems));
}

const FILE_PROBLEMS: readonly (readonly [string, readonly string[]])[] = [
  ['', ['0:0 : is empty']],
  ['# only a comment\n\n', ['0:0 : is empty']],
  ['- a', ['1:1 : expected a profile, which is a mapping with streams, not a list']],
  ['seed: 1', ['1:1 streams: is missing']],
  ['streams: []', ['1:10 streams: expected at least one stream']],
  ['seed: 1e3\nstreams: [{}]', ['1:7 seed: expected a whole number from 0, not 1e3']],
  [
    'seed: 9007199254740992\nstreams: [{}]',
    ['1:7 seed: expected a whole number from 0, not 9007199254740992'],
  ],
  ['order: sometimes\nstreams: [{}]', ["1:8 order: no order 'sometimes'; there are smooth, random, grouped"]],
  ['seed: 1\nseed: 2\nstreams: [{}]', ['2:1 seed: given twice']],
  ['streams:\n\t- size: 64', ['2:1 : a tab as indentation; YAML wants spaces']],
  ['streams: [{}]\n---\nstreams: [{}]', ['2:1 : a second document begins here; a profile is one document']],
  ['streams: !mine [{}]', ['1:10 : tags, words with !, have no meaning in a profile']],
  ['streams: [*a]', ['1:11 streams[0]: no anchor &a stands before this']],
  ['streams: &a [*a]', ['1:14 streams[0]: no anchor &a stands before this']],
  ['streams: [{}]\n__proto__: {}', ['2:1 __proto__: no such key']],
  ['streams: [{}]\n? [a]\n: b', ['2:3 : a key must be a word']],
  ['streams:\n  - name: a\n  - name: a', ['3:11 streams[1].name: streams[0] has this name already']],
  ['streams: [{size: 64}\0]', ['1:21 : a NUL byte; this is no text']],
  [
    'shares: bytes\nstreams: [{}, {size: 64}]',
    ['2:11 streams[0]: shares of bytes need a size here or in defaults'],
  ],
  [
    'run: {duration: 10x}\nstreams: [{}]',
    [
      '1:17 run.duration: expected a time with its unit (us, ms, s, m, h), up to a week, such as 10s, not 10x',
    ],
  ],
  [
    'defaults: {size: 5}\nstreams: [{}, {}]',
    ['1:18 defaults.size: expected a whole number from 18 to 9022, not 5'],
  ],
  [
    'defaults: {size: 18}\nstreams: [{}, {}]',
    ['1:18 defaults.size: expected a frame size from 64 to 9022 bytes, the 4 of the FCS included, not 18'],
  ],
  [
    'defaults: {headers: {udp: {dst: 1}}}\nstreams: [{}]',
    ['1:28 defaults.headers.udp.dst: no such field; did you mean dstPort?'],
  ],
];

for (const [text, problems] of FILE_PROBLEMS) {
  test(`refuses ${JSON.stringify(text)}`, async () => assert.deepEqual(await problemsOf(text), problems));
}

test('what is no YAML is refused with YAML’s reason', async () => {
  const [problem] = await problemsOf('streams: [\n');
  assert.match(problem ?? '', /^2:1 : no valid YAML: Flow sequence/);
});

test('letters that move a cursor or colour a terminal do not reach it', async () => {
  await assert.rejects(readProfileText('streams: [{size: "\u001b[31mred"}]', 'mix.yaml'), (error: Error) => {
    assert.ok(!error.message.includes('\u001b'));
    return true;
  });
});

test('a long line is cut around the place', async () => {
  const text = `streams: [${'{size: 64}, '.repeat(50)}{siz: 64}, ${'{size: 64}, '.repeat(50)}]`;
  await assert.rejects(readProfileText(text, 'mix.yaml'), (error: Error) => {
    const [, line = '', mark = ''] = error.message.split('\n');
    assert.ok(line.length < 120);
    assert.equal(line.slice(mark.indexOf('^'), mark.indexOf('^') + 3), 'siz');
    return true;
  });
});
