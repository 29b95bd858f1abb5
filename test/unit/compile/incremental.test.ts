import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadProtocols } from '#src/compile/catalogue.js';
import { compile } from '#src/compile/compile.js';
import { stackHeaders } from '#src/compile/layers.js';
import { type PlacedField, placeLayers } from '#src/compile/layout.js';
import { Problems } from '#src/compile/problems.js';
import type { FieldValue, Header, Stream } from '#src/model/traffic.js';
import { native } from '#src/native/index.js';
import { headersOf } from '../../support/compiled.js';
import { hexOf, onesComplementSum } from '../support/frames.js';
import { bitsAt, framesOf, modelOf, streamOf } from '../support/model.js';
import { Random } from '../support/random.js';
import { stackOf } from '../support/stacks.js';
import { type Sample, sampleOf, textOf } from '../support/variations.js';

const SEED = 1624;
const ROUNDS = 400;
const FRAMES = 40;

/** A field of a header of the model that varies. */
interface Varying {
  readonly header: number;
  readonly placed: PlacedField;
  readonly sample: Sample;
  /** The others in its group stand at the same position. */
  readonly group: string | null;
}

test(`each of the first ${FRAMES} frames of ${ROUNDS} random programs is the one compiled with its values as constants`, async () => {
  const random = new Random(SEED);
  let varied = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const { stream, varying } = await randomStream(random);
    varied += varying.length;
    const program = await compile(modelOf([stream], { seed: round }));
    const frames = native().renderFrames(program, 0, 1, FRAMES);
    assert.equal(frames.length, FRAMES);
    const [compiled] = program.streams;
    const payload = compiled?.fills[0];
    const constants = frames.map(({ frame }, n): Stream => {
      const values = valuesOf(varying, frame, BigInt(n), round);
      const headers = stream.headers.map((header, i) => withValues(header, varying, values, i));
      const to = payload?.to || frame.length;
      const hex = payload ? hexOf(frame.subarray(payload.from, Math.max(to, payload.from))) : '';
      return {
        ...stream,
        headers: stream.flows === null ? headers : withFlow(headers, n % stream.flows),
        flows: null,
        payload: payload ? { kind: 'bytes', hex } : stream.payload,
        sizes: { order: 'smooth', list: [{ sizeBytes: frame.length + 4, weight: 1 }] },
      };
    });
    const reference = await framesOf(modelOf(constants, { order: 'grouped' }), FRAMES);
    for (const [n, { frame }] of frames.entries()) {
      const expected = hexOf(reference[n]?.frame ?? new Uint8Array());
      assert.equal(hexOf(frame), expected, `round ${round}, frame ${n}: ${JSON.stringify(stream)}`);
    }
    const again = native().renderFrames(await compile(modelOf([stream], { seed: round })), 0, 1, FRAMES);
    assert.deepEqual(again, frames, `round ${round} can be repeated`);
  }
  assert.ok(varied > 2 * ROUNDS, `${varied} variations`);
});

/** Worked out where the words say it, read and judged where they leave it to chance. */
function valuesOf(varying: readonly Varying[], frame: Uint8Array, n: bigint, round: number): bigint[] {
  const leaders = new Map<string, Sample>();
  return varying.map(({ placed, sample, group }) => {
    const { field, offsetBits, bits } = placed;
    const leader = group === null ? sample : (leaders.get(group) ?? sample);
    if (group !== null) leaders.set(group, leader);
    if (!leader.random) return sample.at((n / BigInt(leader.period)) % sample.count);
    const value = bitsAt(frame, offsetBits, bits);
    assert.ok(
      sample.has(value),
      `round ${round}: ${field.name} is ${value}: ${JSON.stringify(sample.words)}`,
    );
    return value;
  });
}

function withValues(
  header: Header,
  varying: readonly Varying[],
  values: readonly bigint[],
  i: number,
): Header {
  const fields: Record<string, FieldValue> = { ...header.fields };
  varying.forEach(({ header: at, placed: { field } }, v) => {
    if (at === i) fields[field.name] = textOf(field, values[v] ?? 0n);
  });
  return { ...header, fields };
}

/** The n-th flow: so far only ports are needed. */
function withFlow(headers: readonly Header[], n: number): Header[] {
  return headers.map((header, i) =>
    i < headers.length - 1 ? header : { ...header, fields: { ...header.fields, srcPort: 49152 + n } },
  );
}

/** With flows they may not vary by themselves. */
const TUPLE = ['src', 'dst', 'protocol', 'nextHeader', 'srcPort', 'dstPort'];

async function randomStream(random: Random): Promise<{ stream: Stream; varying: Varying[] }> {
  const headers = await complete(headersOf(stackOf(random)));
  const last = headers.at(-1)?.protocol ?? '';
  const flows = ['udp', 'tcp'].includes(last) && random.whole(0, 2) === 0 ? random.whole(1, 1000) : null;
  const all = flows === null || random.whole(0, 1) === 0 ? await vary(random, headers, flows !== null) : [];
  const varying = all.filter(({ placed: { field } }) => flows === null || !TUPLE.includes(field.name));
  const varied = headers.map((header, i) => {
    const own = varying.filter((one) => one.header === i);
    const fields = Object.fromEntries(own.map(({ placed, sample }) => [placed.field.name, sample.words]));
    return { ...header, fields: { ...header.fields, ...fields } };
  });
  const least = 18 + (await lengthOf(varied)) + random.whole(20, 60);
  const list = Array.from({ length: random.whole(1, 4) }, () => ({
    sizeBytes: Math.max(64, least) + random.whole(0, 300),
    weight: random.whole(1, 5),
  }));
  const order = (['smooth', 'grouped', 'random'] as const)[random.whole(0, 2)] ?? 'smooth';
  const kind = (['byte', 'counter', 'random'] as const)[random.whole(0, 2)] ?? 'random';
  const lengthBytes = random.whole(0, 3) === 0 ? random.whole(0, 20) : null;
  const payload = kind === 'byte' ? { kind, value: 0xff, lengthBytes } : { kind, lengthBytes };
  const stream = streamOf([], {
    headers: varied,
    flows,
    sizes: { order, list },
    payload,
  });
  return { stream, varying };
}

async function lengthOf(headers: readonly Header[]): Promise<number> {
  return (await layersOf(headers)).reduce((sum, layer) => sum + layer.bytes, 0);
}

/** With what the compiler adds to it. */
async function complete(headers: readonly Header[]): Promise<Header[]> {
  const stack = stackHeaders(headers, await loadProtocols(headers), [], new Problems());
  return stack.map(({ protocol, fields }) => ({ protocol: protocol.name, fields }));
}

async function layersOf(headers: readonly Header[]) {
  const problems = new Problems();
  const layers = placeLayers(stackHeaders(headers, await loadProtocols(headers), [], problems), problems);
  problems.throwAny();
  assert.equal(layers.length, headers.length, 'stacks name all their headers');
  return layers;
}

/** Places have to be taken once everything optional is there. */
async function vary(random: Random, headers: readonly Header[], keepFlows: boolean): Promise<Varying[]> {
  const layers = await layersOf(headers);
  const chosen: Omit<Varying, 'placed'>[] = [];
  const names: string[] = [];
  const groupSize = random.whole(2, 6);
  for (let i = random.whole(1, 6); i > 0; i--) {
    const header = random.whole(0, layers.length - 1);
    const fields = layers[header]?.protocol.fields.filter(({ kind }) => kind !== 'bytes') ?? [];
    const field = fields[random.whole(0, fields.length - 1)];
    if (!field || chosen.some((one, k) => one.header === header && names[k] === field.name)) continue;
    if (keepFlows && ['src', 'srcPort'].includes(field.name)) continue;
    if (typeof field.optional === 'string') continue;
    const together =
      random.whole(0, 3) === 0 && field.bits <= 64 ? { word: 'pair', count: groupSize } : undefined;
    chosen.push({ header, sample: sampleOf(random, field, together), group: together?.word ?? null });
    names.push(field.name);
  }
  const leader = chosen.find(({ group }) => group !== null)?.sample;
  const settled = chosen.map((one) => (one.group !== null && leader ? follow(one, leader) : one));
  const present = headers.map((header, i) => {
    const own = settled.flatMap((one, k) =>
      one.header === i ? [[names[k], one.sample.words] as const] : [],
    );
    return { ...header, fields: { ...header.fields, ...Object.fromEntries(own) } };
  });
  const placed = await layersOf(present);
  return settled.flatMap((one, k) => {
    const at = placed[one.header]?.fields.find(({ field }) => field.name === names[k]);
    return at ? [{ ...one, placed: at }] : [];
  });
}

/** The words of a group agree on how it moves. */
function follow(one: Omit<Varying, 'placed'>, leader: Sample): Omit<Varying, 'placed'> {
  const { period, random } = leader;
  const words = { ...(one.sample.words as object), period, vary: random ? 'random' : 'list' } as const;
  return { ...one, sample: { ...one.sample, words, period, random } };
}

test('patches and checksums by position are what a calculation by hand gives', async () => {
  const random = new Random(SEED);
  for (let round = 0; round < ROUNDS; round++) {
    const bytes = random.bytes(random.whole(60, 200));
    const offsetBytes = 2 * random.whole(8, 20);
    const from = random.whole(0, offsetBytes);
    const bits = random.whole(1, 48);
    const offsetBits = 8 * (offsetBytes + 2) + random.whole(0, 20);
    const covers = [[from, null]] as const;
    const stream = streamOf([['raw', {}]], {
      payload: { kind: 'bytes', hex: hexOf(bytes) },
      patches: [{ offsetBits, bits, value: { vary: 'random' } }],
      checksums: [{ offsetBytes, covers, plus: 0, zeroIsOnes: false }],
    });
    for (const [n, { frame }] of (await framesOf(modelOf([stream]), 5)).entries()) {
      const expected = BigInt(`0b1${bitsOf(bytes)}`);
      const behind = BigInt(frame.length * 8 - offsetBits - bits);
      const mask = ((1n << BigInt(bits)) - 1n) << behind;
      const sum = 0xffffn << BigInt((frame.length - offsetBytes - 2) * 8);
      const seen = BigInt(`0b1${bitsOf(frame)}`);
      assert.equal(seen & ~mask & ~sum, expected & ~mask & ~sum, `round ${round}, frame ${n}`);
      const odd = (offsetBytes - from) % 2 === 1;
      const covered = [...frame.subarray(from)];
      if (odd) assertOdd(frame, from, offsetBytes);
      else assert.equal(onesComplementSum(Uint8Array.from(padded(covered))), 0, `round ${round}, frame ${n}`);
    }
  }
});

/** A checksum at an odd distance cannot make the sum 0; it is the complement of the rest. */
function assertOdd(frame: Uint8Array, from: number, offsetBytes: number): void {
  const rest = Uint8Array.from(frame);
  rest.fill(0, offsetBytes, offsetBytes + 2);
  const sum = onesComplementSum(Uint8Array.from(padded([...rest.subarray(from)])));
  const sent = ((frame[offsetBytes] ?? 0) << 8) | (frame[offsetBytes + 1] ?? 0);
  assert.equal((sum + sent) % 0xffff, 0);
}

function padded(bytes: readonly number[]): number[] {
  return bytes.length % 2 === 0 ? [...bytes] : [...bytes, 0];
}

function bitsOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
}
