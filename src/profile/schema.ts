import * as z from 'zod';
import { loadAllProtocols } from '../compile/catalogue.js';
import type { Protocol } from '../protocols/protocol.js';
import { fieldValue, headerSchemas } from './schema-headers.js';
import { bytes, expected, frames, only, rate, strict, textual, whole, word } from './schema-parts.js';

type Protocols = ReadonlyMap<string, Protocol>;

const order = word('order', ['smooth', 'random', 'grouped']);
const name = textual('a name');

const SHARE = expected('a share above 0, such as 7, 0.5 or 60 %');
const share = z
  .union([z.number(SHARE).gt(0, SHARE), z.string().regex(/^\d{1,15}(?:\.\d{1,15})?\s*%?$/, SHARE)], SHARE)
  .describe('Part of the mix: 7, 0.5 or 60 %. Only its proportion to the others counts');

const sizeNumber = whole(18, 9022);
const listItem = z.union(
  [sizeNumber, strict('key', { size: sizeNumber, weight: share.optional() })],
  expected('a size, or {size: 64, weight: 7}'),
);
const SIZE_KEY = { error: () => 'expected a size as key, as in {64: 7, 1518: 1}, or from and to' };
const size = z
  .union(
    [
      sizeNumber.describe('Bytes, the 4 of the FCS included'),
      z.string().describe('imix, imix-570, rfc2544, or a genome such as IMIX:aaaaaaabbbbg (RFC 6985)'),
      z.array(listItem).min(1, 'expected at least one size'),
      strict('key', {
        from: sizeNumber,
        to: sizeNumber,
        step: whole(1).optional().describe('default 1'),
        order: order.optional().describe('default: upwards, again and again'),
      }),
      z
        .record(z.string().regex(/^\d+$/), share, SIZE_KEY)
        .describe('Sizes and how often each comes: {64: 7, 594: 4, 1518: 1}'),
    ],
    expected('a size such as 64, a list of sizes, {64: 7, 1518: 1} or imix'),
  )
  .meta({ id: 'size', description: 'Frame sizes, the 4 bytes of the FCS included' });

const length = whole(0, 9000).optional().describe('Bytes; default: all that the frame size leaves');
const PAYLOAD_KINDS = ['byte', 'counter', 'random', 'text', 'hex', 'file'];
const payloadObject = strict('payload', {
  byte: whole(0, 255).optional().describe('Every byte is this one'),
  counter: z.literal(true, expected('true')).optional().describe('00 01 02 …'),
  random: z.literal(true, expected('true')).optional().describe('Different in every frame'),
  text: textual('text').optional().describe('This text, as UTF-8'),
  hex: textual('bytes in hex').optional().describe('These bytes'),
  file: textual('a file').optional().describe('The first 9000 bytes of a file, relative to the profile'),
  length,
})
  .refine(only(PAYLOAD_KINDS), `expected one of ${PAYLOAD_KINDS.join(', ')}`)
  .refine((value) => value.length === undefined || only(['byte', 'counter', 'random'])(value), {
    error: 'text, hex and files have their own length',
    path: ['length'],
  });
const payload = z
  .union(
    [
      word('payload', ['zeros', 'counter', 'random']),
      whole(0, 9000).describe('So many zero bytes'),
      payloadObject,
    ],
    expected('a payload such as zeros, random, 18 or {text: hello}'),
  )
  .meta({ id: 'payload', description: 'What follows the headers; default: zeros' });

const patch = strict('key', {
  offsetBits: whole(0).describe('From the start of the frame to the most significant bit'),
  bits: whole(1, 64).describe('1 to 64'),
  value: fieldValue,
});

const bound = z.tuple(
  [whole(0), whole(0).nullable()],
  expected('[first byte, the one behind the last or null]'),
);
const checksum = strict('key', {
  offsetBytes: whole(0).describe('Where its 16 bits stand'),
  covers: z
    .array(bound)
    .min(1)
    .describe('[first byte, the one behind the last; null for the end of the frame]'),
  plus: whole(0, 0xffffffff).optional().describe('Added to the sum; default 0'),
  zeroIsOnes: z.boolean(expected('true or false')).optional().describe('A computed 0 is sent as 0xffff'),
});

const MAX_PACKET_LENGTH = 20_000;

const REWRITE = 'An address, a prefix, or FROM=TO prefixes, several separated by commas; checksums follow';

const capture = strict('key', {
  file: textual('a capture file').describe('pcap or pcapng, relative to the profile'),
  limit: whole(1).optional().describe('Frames from the start of the file; default: all'),
  srcMac: textual('a MAC address').optional().describe('Of all its frames, instead of their own'),
  dstMac: textual('a MAC address').optional().describe('Of all its frames, instead of their own'),
  srcIp: textual('an IP address').optional().describe(REWRITE),
  dstIp: textual('an IP address').optional().describe(REWRITE),
  uniqueIp: z
    .boolean(expected('true or false'))
    .optional()
    .describe('Other hosts in each loop; only where the capture is the only stream'),
}).describe('The frames of a capture file instead of headers and payload');

const flows = whole(1).describe('So many distinct flows, by the innermost source address and port');

type HeaderSchemas = ReturnType<typeof headerSchemas>;

function streamSchema({ header }: HeaderSchemas) {
  return strict('key', {
    name: name.optional().describe('Unique; default: stream1, stream2 …'),
    share: share.optional(),
    count: frames().optional().describe('Frames in the whole run: 1000, 5k or 1M'),
    bytes: bytes().optional().describe('At most so many in the whole run, FCS included: 1500, 10k or 5M'),
    rate: rate()
      .optional()
      .describe(
        'A rate of its own, instead of a share: 10kpps, 2.5Gbps, gap 20ms, poisson 40%, recorded 2x …',
      ),
    start: textual('a time with its unit, such as 500ms')
      .optional()
      .describe('After the start of the run, or after the end of the stream that starts it: 500ms'),
    duration: textual('a time with its unit, such as 10s').optional().describe('From its own start: 10s'),
    then: textual('the name of a stream').optional().describe('The stream that starts when this one ends'),
    size: size.optional(),
    headers: z.array(header, expected('a list of headers')).optional().describe('The lowest layer first'),
    payload: payload.optional(),
    flows: flows.optional(),
    patches: z.array(patch, expected('a list of patches')).optional().describe('Bits of the frame that vary'),
    checksums: z
      .array(checksum, expected('a list of checksums'))
      .optional()
      .describe('Internet checksums, by position'),
    packet: z
      .string(expected('a packet such as ipv4 dst=198.19.0.1 / udp dstPort=53'))
      .max(MAX_PACKET_LENGTH, `a packet has at most ${MAX_PACKET_LENGTH} letters`)
      .optional()
      .describe('Headers and payload in one line: ipv4 dst=198.19.0.0/24 / udp dstPort=53 / payload 18'),
    capture: capture.optional(),
  });
}

function defaultsSchema({ defaults }: HeaderSchemas) {
  return strict('key', {
    size: size.optional(),
    payload: payload.optional(),
    flows: flows.optional(),
    headers: defaults.optional().describe('Fields of the headers that a stream has, by protocol'),
  }).describe('What every stream of this file has, unless it says otherwise');
}

const run = strict('key', {
  duration: z.string(expected('a time with its unit, such as 10s')).optional().describe('10s, 500ms, 2m'),
  count: frames().optional().describe('Frames in all: 1000, 5k or 1M'),
  bytes: bytes().optional().describe('At most so many in all, FCS included: 1500, 10k or 5M'),
  rate: rate()
    .optional()
    .describe('10kpps, 2.5Gbps, 40%, gap 10us, poisson 40%, ramp 1kpps to 1Mpps in 10s …'),
  start: textual('a time with its unit, such as 1s').optional().describe('Nothing leaves before: 2s'),
  warmup: textual('a time with its unit, such as 1s').optional().describe('Sent first, and not counted: 1s'),
  pacing: word('pacing', ['hybrid', 'spin', 'sleep'])
    .optional()
    .describe('How workers wait; default: hybrid'),
  late: word('policy', ['catch-up', 'skip']).optional().describe('After a stall; default: catch-up'),
  lineRate: textual('the speed of a link, such as 10G')
    .optional()
    .describe('What per cent are of, where the device does not say: 10G'),
  engine: textual('an engine').optional().describe('As pktgen devices lists them'),
  batch: whole(1).optional().describe('Frames per system call'),
  options: z
    .record(
      z.string(),
      z.union([z.string(), z.number(), z.boolean()], expected('a value')),
      expected('options with their values'),
    )
    .optional()
    .describe('Options of the engine: {qdiscBypass: true}'),
}).describe('How to run it, unless flags say otherwise');

export interface Schemas {
  readonly document: z.ZodType;
  readonly header: z.ZodType;
  readonly protocols: Protocols;
}

/** Made of the protocols' files, once: it takes longer than reading a profile. */
export function loadSchemas(): Promise<Schemas> {
  made.schemas ??= loadAllProtocols().then(schemasOf);
  return made.schemas;
}

const made: { schemas?: Promise<Schemas> } = {};

function schemasOf(protocols: Protocols): Schemas {
  const headers = headerSchemas(protocols);
  const shape = {
    description: textual('one line of text').optional().describe('One line: what it sends'),
    seed: whole(0).optional().describe('Everything random follows from it; default 1'),
    order: order.optional().describe('How the streams take turns; default: smooth'),
    shares: word('unit of shares', ['packets', 'bytes'])
      .optional()
      .describe('What the shares are shares of; default: packets'),
    run: run.optional(),
    defaults: defaultsSchema(headers).optional(),
    streams: z
      .array(streamSchema(headers), expected('a list of streams'))
      .min(1, 'expected at least one stream'),
  };
  return {
    protocols,
    document: strict('key', shape, 'a profile, which is a mapping with streams'),
    header: headers.header,
  };
}

/** For editors: profiles/profile.schema.json. */
export async function profileJsonSchema(): Promise<Record<string, unknown>> {
  const schema = z.toJSONSchema((await loadSchemas()).document, { io: 'input' });
  return { ...schema, title: 'A traffic profile of pktgen' };
}
