import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ASCII, BLOCKS } from '#src/tui/page.js';
import { axisText } from '#src/tui/rows/axis.js';
import { type Bar, barLine, barScale } from '#src/tui/rows/bar.js';

const SPLIT = { fillNs: 20, entryNs: 20, kernelNs: 40, roomNs: 10, idleNs: 5, offCpuNs: 5 };
const BAR: Bar = { nsPerPacket: 100, split: SPLIT, budgetNs: 50, scaleNs: 100 };

const drawn = (bar: Bar, width = 20, glyphs = ASCII) =>
  barLine(bar, width, glyphs)
    .map(({ text }) => text)
    .join('');

test('parts are in proportion, with the budget in its place', () => {
  assert.equal(drawn(BAR), '####++++==|=====xx-.');
  assert.equal(drawn(BAR, 20, BLOCKS), '████▓▓▓▓▒▒│▒▒▒▒▒╳╳·░');
  const styles = barLine(BAR, 20, ASCII).map(({ text, style }) => [style, text.length]);
  assert.deepEqual(styles, [
    ['fill', 4],
    ['entry', 4],
    ['kernel', 2],
    ['title', 1],
    ['kernel', 5],
    ['room', 2],
    ['offCpu', 1],
    ['idle', 1],
  ]);
});

test('a worker within its budget has a bar that ends before the mark, which is at the right', () => {
  assert.equal(drawn({ ...BAR, budgetNs: 200, scaleNs: 200 }), '##++====x-         |');
});

test('without parts a bar is a time, and without a time there is only the mark', () => {
  assert.equal(drawn({ ...BAR, split: null }), '##########|#########');
  assert.equal(drawn({ ...BAR, split: null, nsPerPacket: null }), '          |         ');
});

test('figures that are none draw nothing beyond the width', () => {
  for (const value of [0, Number.NaN, Number.POSITIVE_INFINITY, 1e300, -5]) {
    for (const bar of [
      { ...BAR, scaleNs: value },
      { ...BAR, budgetNs: value },
      { ...BAR, split: { ...SPLIT, kernelNs: value } },
      { ...BAR, split: null, nsPerPacket: value },
    ]) {
      assert.equal(drawn(bar).length, 20, JSON.stringify(bar));
    }
  }
});

test('what only takes time is cut, with an arrow, and what is worked on stays where it is', () => {
  const paced = { ...BAR, split: { ...SPLIT, idleNs: 20_000 }, nsPerPacket: 20_095 };
  assert.equal(drawn(paced), '####++++==|=====xx->');
  assert.equal(drawn(paced, 20, BLOCKS), '████▓▓▓▓▒▒│▒▒▒▒▒╳╳·→');
  assert.equal(drawn({ ...paced, budgetNs: 100 }), '####++++========xx>|', 'the mark is at the end');
  const robbed = { ...BAR, split: { ...SPLIT, offCpuNs: 5000 } };
  assert.equal(drawn(robbed), '####++++==|=====xx->');
});

test('the scale is a step of 1, 2, 5, 10 … budgets, whatever is measured', () => {
  const scale = (worked: number, idleNs = 0, offCpuNs = 0) => {
    const split = { ...SPLIT, fillNs: worked, entryNs: 0, kernelNs: 0, roomNs: 0, idleNs, offCpuNs };
    return barScale(
      [
        { split, nsPerPacket: worked + idleNs + offCpuNs },
        { split: null, nsPerPacket: 1 },
      ],
      100,
    );
  };
  assert.deepEqual(
    [3, 100, 101, 200, 201, 499, 501, 999, 1001, 30_000].map((ns) => scale(ns)),
    [100, 100, 200, 200, 500, 500, 1000, 1000, 2000, 50_000],
  );
  assert.equal(scale(150, 1e6), 200, 'waiting is not in it');
  assert.equal(scale(150, 0, 40), 200, 'the time that others had is');
  assert.equal(scale(150, 0, 1e6), 500, 'but no more of it than of work');
  assert.equal(barScale([{ split: null, nsPerPacket: 700 }], 100), 1000);
  assert.equal(barScale([], 100), 100);
  for (const ns of [Number.NaN, Number.POSITIVE_INFINITY]) assert.equal(scale(ns), 100);
});

test('over the bars it says where the budget ends, at the mark, and what a full bar is', () => {
  const axis = (budgetNs: number, scaleNs: number, width: number) => {
    const text = axisText({ budgetNs, scaleNs }, width, ASCII);
    assert.ok(text.length <= width, text);
    assert.equal(
      text.indexOf('|'),
      drawn({ ...BAR, split: null, budgetNs, scaleNs }, width).indexOf('|'),
      text,
    );
    return text;
  };
  assert.equal(axis(67.2, 672, 34), '   | budget 67.2 ns         672 ns');
  assert.equal(axis(67.2, 672, 40), '    | budget 67.2 ns     full bar 672 ns');
  assert.equal(axis(67.2, 134.4, 34), '  budget 67.2 ns | full bar 134 ns');
  assert.equal(axis(67.2, 67.2, 34), '                  budget 67.2 ns |');
  assert.equal(axis(67.2, 672, 18), '  | 67.2    672 ns');
  assert.equal(axis(13_440_000, 26_880_000, 40), '      budget 13.4ms |   full bar 26.9 ms');
  for (let width = 8; width < 60; width++) {
    for (const step of [1, 2, 5, 10, 100]) axis(134.4, 134.4 * step, width);
  }
});
