import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeDifferences } from '#src/tui/differences.js';
import { BLOCKS } from '#src/tui/page.js';
import { waysToAsk } from '#src/tui/wishes.js';
import { plan, workerPlan } from '../support/samples.js';

const LAB = { kind: 'lab', name: 'lab0', farEnd: 'lab1', queues: 2 } as const;
const engine = (name: string, options = {}) => ({ name, options, chosen: 'rule', why: '' }) as const;
const BEFORE = plan({
  engine: engine('live'),
  workers: [workerPlan(0, null), workerPlan(1, null)],
  target: { ...LAB, farEndDoes: 'drop' },
});
const AFTER = plan({
  engine: engine('tx-ring', { qdiscBypass: true }),
  workers: [workerPlan(1, null)],
  target: { ...LAB, farEndDoes: 'stack' },
});

test('what is another one without being asked for is named: engine, CPUs, far end', () => {
  assert.deepEqual(
    describeDifferences(BEFORE, AFTER, { engine: false, cpus: false }, 'one size only', BLOCKS),
    ['engine live → tx-ring (one size only)', 'CPU 0-1 → 1', 'far end drop → stack'],
  );
  assert.deepEqual(describeDifferences(BEFORE, AFTER, { engine: true, cpus: true }, null, BLOCKS), [
    'far end drop → stack',
  ]);
  assert.deepEqual(describeDifferences(BEFORE, BEFORE, { engine: false, cpus: false }, null, BLOCKS), []);
});

test('an engine whose options are other ones is named with them', () => {
  const other = { ...AFTER, engine: engine('tx-ring', { qdiscBypass: false }) };
  assert.match(
    describeDifferences(AFTER, other, { engine: false, cpus: false }, null, BLOCKS).join(),
    /^engine tx-ring --qdisc-bypass (--batch \d+) → tx-ring \1$/,
  );
});

test('a change keeps CPUs and engine as they are, as far as it can', () => {
  const [first, second, third] = waysToAsk({ lab: true, workers: 3, sizeBytes: 64 }, BEFORE);
  assert.deepEqual(first, { lab: true, sizeBytes: 64, cpus: [0, 1], engine: 'live' });
  assert.deepEqual(second, { lab: true, sizeBytes: 64, cpus: [0, 1] });
  assert.deepEqual(third, { lab: true, workers: 3, sizeBytes: 64 });
});

test('what was asked for by name is not changed', () => {
  const asked = { lab: true, engine: 'tx-ring', cpus: [1] };
  assert.deepEqual(waysToAsk(asked, BEFORE), [asked]);
  assert.deepEqual(waysToAsk({ lab: true, engine: 'auto' }, BEFORE)[0]?.engine, 'live');
});
