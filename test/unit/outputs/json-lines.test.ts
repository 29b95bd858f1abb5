import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '#src/outputs/json-lines.js';
import type { Output } from '#src/outputs/output.js';
import type { Run } from '#src/run/session.js';
import { type Summary, summarize } from '#src/run/summary.js';
import { plan, snapshot, worker } from '../support/samples.js';

/** Every write, parsed: one object, and a line of its own. */
function written(show: (output: Output) => void): Record<string, unknown>[] {
  const texts: string[] = [];
  show(create({ write: (text: string) => texts.push(text) }));
  return texts.map((text) => {
    assert.match(text, /^[^\n]+\n$/);
    return JSON.parse(text) as Record<string, unknown>;
  });
}

const FIRST = snapshot([
  worker({ cpu: 1, packets: 100, seconds: 1 }),
  worker({ cpu: 2, packets: 50, seconds: 1 }),
]);
const SECOND = snapshot([
  worker({ cpu: 1, packets: 300, seconds: 2 }),
  worker({ cpu: 2, packets: 70, seconds: 2 }),
]);
const LAST = snapshot([
  worker({ cpu: 1, packets: 301, seconds: 2.5 }),
  worker({ cpu: 2, packets: 71, seconds: 2.5 }),
]);
const PLAN = plan();
const RUN = { plan: PLAN, snapshot: () => LAST } as unknown as Run;

function summaryOf(): Summary {
  return summarize(PLAN, LAST, { driver: null, events: [], processStartedAtMs: 0 });
}

test('a run is its start, its spans up to the very end, messages and the summary', () => {
  const lines = written((output) => {
    output.start(RUN);
    output.tick(undefined, FIRST);
    output.say('rate 1.000 kpps → "1.100 kpps"\nand more');
    output.tick(FIRST, SECOND);
    output.end(summaryOf());
  });
  assert.deepEqual(
    lines.map(({ type }) => type),
    ['start', 'snapshot', 'message', 'snapshot', 'snapshot', 'end'],
  );
  const [start, first, message, second, last, end] = lines;
  assert.deepEqual([start?.['schemaVersion'], start?.['plan']], [4, PLAN]);
  assert.equal(message?.['text'], 'rate 1.000 kpps → "1.100 kpps"\nand more');
  assert.deepEqual([first?.['snapshot'], second?.['snapshot'], last?.['snapshot']], [FIRST, SECOND, LAST]);
  assert.deepEqual(end?.['summary'], JSON.parse(JSON.stringify(summaryOf())));
});

test('a span has the figures since the one before, in total and by worker', () => {
  const [, second] = written((output) => {
    output.tick(undefined, FIRST);
    output.tick(FIRST, SECOND);
  });
  const { total, workers } = second as { total: { packets: number; pps: number }; workers: (typeof total)[] };
  assert.deepEqual([total.packets, total.pps], [220, 220]);
  assert.deepEqual(
    workers.map(({ packets, pps }) => [packets, pps]),
    [
      [200, 200],
      [20, 20],
    ],
  );
});

test('who saw nothing of the run on the way gets its end alone', () => {
  const lines = written((output) => output.end(summaryOf()));
  assert.deepEqual(
    lines.map(({ type }) => type),
    ['end'],
  );
});

test('a plan that is only shown is one line', () => {
  assert.deepEqual(
    written((output) => output.plan(PLAN)),
    [{ type: 'plan', schemaVersion: 4, plan: PLAN }],
  );
});
