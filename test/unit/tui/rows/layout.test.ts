import assert from 'node:assert/strict';
import { test } from 'node:test';
import { folded } from '#src/tui/rows/block.js';
import { type Placed, shareRows } from '#src/tui/rows/layout.js';

const block = (importance: number, least: number, good = least, most = good): Placed => ({
  importance,
  least,
  good,
  most,
  make: () => [],
});
const GAP = block(100, 0, 0, 1);

test('where there is not enough for all, the least important ones are left out', () => {
  const blocks = [block(3, 2), block(1, 1), block(2, 3)];
  assert.deepEqual(shareRows(blocks, 6), [2, 1, 3]);
  assert.deepEqual(shareRows(blocks, 5), [2, 0, 3]);
  assert.deepEqual(shareRows(blocks, 4), [2, 1, 0]);
  assert.deepEqual(shareRows(blocks, 0), [0, 0, 0]);
});

test('what is left goes in turn to those who are not well, then to gaps, then to those who can use more', () => {
  const blocks = [block(2, 1, 3, 10), GAP, block(1, 1, 2, 4)];
  assert.deepEqual(shareRows(blocks, 3), [2, 0, 1]);
  assert.deepEqual(shareRows(blocks, 4), [2, 0, 2]);
  assert.deepEqual(shareRows(blocks, 5), [3, 0, 2]);
  assert.deepEqual(shareRows(blocks, 6), [3, 1, 2]);
  assert.deepEqual(shareRows(blocks, 9), [5, 1, 3]);
  assert.deepEqual(shareRows(blocks, 100), [10, 1, 4]);
});

test('who was left out gets nothing later', () => {
  assert.deepEqual(shareRows([block(2, 3), block(1, 2, 2, 5)], 4), [3, 0]);
});

test('a text is folded at its spaces, and inside a word that is too long', () => {
  assert.deepEqual(folded('short', 10, 2), ['short']);
  assert.deepEqual(folded('one two three four', 10, 2), ['one two', '  three', '  four']);
  assert.deepEqual(folded('x'.repeat(25), 10, 0), ['x'.repeat(10), 'x'.repeat(10), 'x'.repeat(5)]);
});
