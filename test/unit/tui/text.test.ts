import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ASCII, BLOCKS } from '#src/tui/page.js';
import { apart, clean, cut, cutLine, finish, left, right, span, whole, widthOf } from '#src/tui/text.js';

test('what moves a cursor, is not one column wide or cannot be shown is replaced', () => {
  assert.equal(clean('a\u001b[31mb\u0007\r\n\tc\u009bd\u007f', BLOCKS), 'a?[31mb??? c?d?');
  assert.equal(clean('日本 😀 e\u0301 \u200b\u202e', BLOCKS), '?? ? é ??');
  assert.equal(clean('straße Ωmega жук µ–→·…×≤', BLOCKS), 'straße Ωmega жук µ–→·…×≤');
});

test('without UTF-8 nothing above 0x7e is left, and columns stay where they are', () => {
  const text = '12 µs – 3 → 4 · 5 … × ≤ straße █░';
  const plain = clean(text, ASCII);
  assert.equal(plain, '12 us - 3 > 4 . 5 ~ x < stra?e ??');
  assert.equal(plain.length, text.length);
});

test('a column is as wide as it is, and a cut shows', () => {
  assert.equal(left('abc', 5), 'abc  ');
  assert.equal(right('abc', 5), '  abc');
  assert.equal(left('abcdef', 4), 'abc…');
  assert.equal(cut('abcdef', 6), 'abcdef');
  assert.equal(cut('abcdef', 1), 'a');
  assert.equal(cut('abcdef', 0), '');
});

test('a line is cut to the terminal, with its styles', () => {
  const line = [span('abc', 'good'), span(''), span('defg')];
  assert.deepEqual(finish(line, 5, BLOCKS), [{ text: 'abc', style: 'good' }, { text: 'de' }]);
  assert.deepEqual(finish(line, 0, BLOCKS), []);
  assert.deepEqual(cutLine(line, 5), [{ text: 'abc', style: 'good' }, { text: '' }, { text: 'd…' }]);
});

test('of two parts of a line the first one gives way', () => {
  assert.equal(widthOf(apart([span('abc')], [span('de')], 10)), 10);
  const text = apart([span('abcdefgh')], [span('xyz')], 8).map((one) => one.text);
  assert.equal(text.join(''), 'abc… xyz');
  assert.equal(widthOf(apart([span('abc')], [span('defghij')], 5)), 7);
});

test('of several parts those that fit are there in whole', () => {
  const parts = ['one', 'two', 'three'].map((text) => [span(text)]);
  const at = (width: number) =>
    whole(parts, width)
      .map(({ text }) => text)
      .join('');
  assert.equal(at(15), 'one, two, three');
  assert.equal(at(14), 'one, two');
  assert.equal(at(7), 'one');
  assert.equal(at(0), 'one');
  assert.deepEqual(whole([], 10), []);
});
