import assert from 'node:assert/strict';
import { test } from 'node:test';
import { medianIn, tableLines } from '../../../bench/table.js';

const COLUMNS = [
  { key: 'pps', label: 'pps', digits: 1 },
  { key: 'share', label: 'a long label', digits: 0 },
];

test('a cell is the median of its rounds, with its digits, below its label', () => {
  const rounds = [{ pps: 3 }, { pps: 1, share: 7 }, { pps: 2.25 }];
  const lines = tableLines('what', { columns: COLUMNS, rows: [{ name: 'one', rounds }] });
  assert.deepEqual(lines, ['what       pps  a long label', '  one      2.3             7']);
});

test('what was not measured says why, and a figure that there is none of is a dash', () => {
  const rows = [
    { name: 'gone', rounds: [], reason: 'it is missing' },
    { name: 'here', rounds: [{ pps: 1 }] },
  ];
  const [, gone, here] = tableLines('what', { columns: COLUMNS, rows });
  assert.equal(gone, '  gone  not measured: it is missing');
  assert.equal(here, '  here      1.0             –');
});

test('no rounds have no median', () => {
  assert.ok(Number.isNaN(medianIn({ name: 'x', rounds: [] }, 'pps')));
  assert.ok(Number.isNaN(medianIn({ name: 'x', rounds: [{ pps: Number.NaN }] }, 'pps')));
});
