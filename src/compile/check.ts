import type { Timing } from '../model/timing.js';
import type { Payload, Stream, TrafficModel } from '../model/traffic.js';
import { checkShape } from '../rate/check.js';
import { MAX_DURATION_NS } from '../units.js';
import { describe } from './fields.js';
import type { ModelPath, Problems } from './problems.js';
import { timingProblems } from './timing.js';

const ORDERS = ['smooth', 'random', 'grouped'];
const PAYLOADS = ['byte', 'counter', 'random', 'bytes'];
const MOST_FRAME_BYTES = 9018;
const MOST_COVERED = 64;

/** What the types promise and a caller of the library, or a plan from a file, may not keep. */
export function checkModel(model: TrafficModel, problems: Problems): void {
  const check = new Check(problems);
  check.whole(['seed'], model.seed, 0);
  check.word(['order'], model.order, ORDERS);
  for (const [i, stream] of model.streams.entries()) checkStream(stream, ['streams', i], check);
  if (problems.any) return; // times that are none say nothing about each other
  for (const { stream, key, message } of timingProblems(model.streams))
    problems.add(['streams', stream, 'timing', key], message);
}

function checkStream(stream: Stream, path: ModelPath, check: Check): void {
  check.whole([...path, 'share'], stream.weight, 1);
  if (stream.headers.length === 0 && !stream.capture) {
    check.expect([...path, 'headers'], 'at least one header, such as udp', []);
  }
  if (stream.count !== null) check.whole([...path, 'count'], stream.count, 0);
  if (stream.flows !== null) check.whole([...path, 'flows'], stream.flows, 1);
  checkPayload(stream.payload, [...path, 'payload'], check);
  if (stream.timing) checkTiming(stream.timing, [...path, 'timing'], check);
  if (stream.sizes) {
    check.word([...path, 'size'], stream.sizes.order, ORDERS);
    if (stream.sizes.list.length === 0) check.expect([...path, 'size'], 'at least one size', []);
    for (const { sizeBytes, weight } of stream.sizes.list) {
      check.whole([...path, 'size'], sizeBytes, 1);
      check.whole([...path, 'size'], weight, 1);
    }
  }
  stream.patches?.forEach(({ offsetBits, bits }, i) => {
    check.whole([...path, 'patches', i, 'offsetBits'], offsetBits, 0, MOST_FRAME_BYTES * 8);
    check.whole([...path, 'patches', i, 'bits'], bits, 1, 64);
  });
  stream.checksums?.forEach(({ offsetBytes, covers, plus }, i) => {
    const at = [...path, 'checksums', i];
    check.whole([...at, 'offsetBytes'], offsetBytes, 0, MOST_FRAME_BYTES);
    check.whole([...at, 'plus'], plus, 0);
    if (covers.length === 0 || covers.length > MOST_COVERED) check.expect(at, 'one to 64 ranges', covers);
    for (const [from, to] of covers) {
      check.whole([...at, 'covers'], from, 0, MOST_FRAME_BYTES);
      if (to !== null) check.whole([...at, 'covers'], to, from + 1, MOST_FRAME_BYTES);
    }
  });
}

function checkTiming({ shape, startNs, durationNs, bytes }: Timing, path: ModelPath, check: Check): void {
  if (shape !== undefined) check.shape([...path, 'shape'], shape);
  if (startNs !== undefined) check.time([...path, 'startNs'], startNs, 0);
  if (durationNs !== undefined) check.time([...path, 'durationNs'], durationNs, 1);
  if (bytes !== undefined) check.whole([...path, 'bytes'], bytes, 1);
}

function checkPayload(payload: Payload, path: ModelPath, check: Check): void {
  check.word(path, payload.kind, PAYLOADS);
  if (payload.kind === 'byte') check.whole(path, payload.value, 0, 255);
  if (payload.kind === 'bytes') {
    if (!/^(?:[0-9a-f]{2})*$/i.test(payload.hex))
      check.expect(path, 'an even number of hex digits', payload.hex);
  } else if (payload.lengthBytes !== null) {
    check.whole(path, payload.lengthBytes, 0, MOST_FRAME_BYTES);
  }
}

class Check {
  constructor(private readonly problems: Problems) {}

  whole(path: ModelPath, value: unknown, minimum: number, maximum = Number.MAX_SAFE_INTEGER): void {
    if (typeof value === 'number' && Number.isInteger(value) && value >= minimum && value <= maximum) return;
    const end = maximum === Number.MAX_SAFE_INTEGER ? '' : ` to ${maximum}`;
    this.expect(path, `a whole number from ${minimum}${end}`, value);
  }

  time(path: ModelPath, value: unknown, minimum: number): void {
    if (typeof value === 'number' && value >= minimum && value <= MAX_DURATION_NS) return;
    this.expect(path, `nanoseconds from ${minimum} to ${MAX_DURATION_NS}, a week`, value);
  }

  shape(path: ModelPath, value: unknown): void {
    this.problems.guard(path, () => checkShape(value));
  }

  word(path: ModelPath, value: unknown, words: readonly string[]): void {
    if (!words.includes(value as string)) this.expect(path, `one of ${words.join(', ')}`, value);
  }

  expect(path: ModelPath, what: string, value: unknown): void {
    this.problems.add(path, `expected ${what}, found ${describe(value)}`);
  }
}
