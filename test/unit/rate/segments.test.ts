import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NativeSegment } from '#src/native/index.js';
import { parseShape } from '#src/rate/parse.js';
import { mapRates, resolveRate } from '#src/rate/resolve.js';
import { laneTimes } from '#src/rate/segments.js';

const SIZES = { meanBytes: 64, meanWireBytes: 64 };

function timesOf(text: string) {
  const shape = mapRates(parseShape(text), (rate) => resolveRate(text, rate, SIZES, null));
  assert.ok(shape.kind !== 'recorded');
  return laneTimes(shape, 7n);
}

const sum = (segments: readonly NativeSegment[], key: 'packets' | 'durationNs') =>
  segments.reduce((all, segment) => all + segment[key], 0);
const INFINITE = Number.POSITIVE_INFINITY;

describe('the segments of', () => {
  it('a constant rate last for ever', () => {
    assert.deepEqual(timesOf('1Mpps'), {
      segments: [{ durationNs: INFINITE, packets: INFINITE, fromPps: 1e6, toPps: 1e6 }],
      repeatFrom: 1,
      repeats: 1,
      poissonSeed: null,
      times: null,
      lapNs: 0,
    });
  });

  it('Poisson are those of its mean, with a seed', () => {
    assert.deepEqual(timesOf('poisson 1Mpps'), { ...timesOf('1Mpps'), poissonSeed: 7n });
  });

  it('bursts back to back: all at once, then silence to the end of the period', () => {
    const { segments, repeatFrom, repeats } = timesOf('burst 64 every 1ms');
    assert.deepEqual(segments, [
      { durationNs: 0, packets: 64, fromPps: 0, toPps: 0 },
      { durationNs: 1e6, packets: 0, fromPps: 0, toPps: 0 },
    ]);
    assert.deepEqual([repeatFrom, repeats], [0, INFINITE]);
  });

  it('bursts at a rate are so long, and end after so many', () => {
    const { segments, repeats } = timesOf('burst 64 every 1ms at 100kpps times 10');
    assert.equal(segments[0]?.durationNs, 640_000);
    assert.equal(sum(segments, 'packets'), 64);
    assert.equal(sum(segments, 'durationNs'), 1e6);
    assert.equal(repeats, 10);
  });

  it('a burst as long as its period has no silence', () => {
    assert.equal(timesOf('burst 100 every 1ms at 100kpps').segments.length, 1);
  });

  it('on and off have exactly the frames of the time that is on', () => {
    const { segments, repeatFrom, repeats } = timesOf('on 100ms off 900ms 1Mpps');
    assert.deepEqual(segments, [
      { durationNs: 1e8, packets: 1e5, fromPps: 1e6, toPps: 1e6 },
      { durationNs: 9e8, packets: 0, fromPps: 0, toPps: 0 },
    ]);
    assert.deepEqual([repeatFrom, repeats], [0, INFINITE]);
  });

  it('a ramp go evenly from one rate to the other; then that holds', () => {
    const { segments, repeatFrom } = timesOf('ramp 1kpps to 3kpps in 10s');
    assert.deepEqual(segments[0], { durationNs: 1e10, packets: 20_000, fromPps: 1e3, toPps: 3e3 });
    assert.deepEqual(segments[1], timesOf('3kpps').segments[0]);
    assert.equal(repeatFrom, 2);
  });

  it('a ramp in steps begin with the first rate and end with the last', () => {
    const { segments } = timesOf('ramp 1kpps to 3kpps in 10s steps 5');
    const steps = segments.slice(0, -1);
    assert.deepEqual(
      steps.map(({ fromPps }) => fromPps),
      [1000, 1500, 2000, 2500, 3000],
    );
    for (const { fromPps, toPps, durationNs } of steps) assert.deepEqual([toPps, durationNs], [fromPps, 2e9]);
    assert.equal(sum(steps, 'packets'), 20_000);
    assert.equal(segments.at(-1)?.durationNs, INFINITE);
  });

  it('steps follow each other; the last one has no end, or is the end', () => {
    const open = timesOf('steps 1kpps for 1s, 2kpps for 500ms, 3kpps').segments;
    assert.deepEqual(
      open.map(({ packets }) => packets),
      [1000, 1000, INFINITE],
    );
    const { segments, repeatFrom, repeats } = timesOf('steps 1kpps for 1s, 2kpps for 500ms');
    assert.equal(sum(segments, 'durationNs'), 1.5e9);
    assert.deepEqual([repeatFrom, repeats], [2, 1]);
  });
});
