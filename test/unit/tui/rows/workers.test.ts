import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineWith, shown, watched } from '../../support/screens.js';

/** Much time was lost, so that percentages are long. */
const dashboard = watched(8, {
  packets: [2e6, 1.9e6],
  times: { offCpuSeconds: 1.333, idleSeconds: 0.1, stolenSeconds: 1.2, roomSeconds: 0.3 },
});

test('of the lines below the tables no width cuts a word or a number', () => {
  for (let columns = 60; columns <= 200; columns++) {
    const size = { columns, rows: 24 };
    const calls = /pkts\/call, .*$/m.exec(shown(dashboard, { size }))?.[0];
    if (calls !== undefined && columns < 80) {
      assert.match(
        calls,
        /^pkts\/call, +[\d,]+ calls\/s(, room +[\d.]+ %)?(, off-CPU +[\d.]+ %)?$/,
        String(columns),
      );
    }
    const page = { size, looks: { page: 2 } } as const;
    assert.match(
      lineWith(dashboard, /^time /, page),
      /^time +off-CPU [\d.]+ %, stolen [\d.]+ %(, room [\d.]+ %)?(, idle [\d.]+ %)?$/,
    );
    assert.match(
      lineWith(dashboard, /^ns\/pkt /, page),
      /^ns\/pkt +fill \S+(, entry \S+)?(, kernel \S+)?.*[^,]$/,
    );
  }
  assert.match(lineWith(dashboard, /pkts\/call, /), /off-CPU 154\.9 %$/);
});

test('columns have their whole titles where there is room', () => {
  assert.match(
    shown(dashboard, { size: { columns: 132, rows: 43 } }),
    / cpu ns\/pkt pkts\/call room % off-CPU % /,
  );
  assert.match(shown(dashboard), / cpu ns /);
});

test('what the table has is not said again below it', () => {
  const at = (columns: number) =>
    shown(dashboard, { size: { columns, rows: 30 } }).match(
      /pkts\/call|busy|calls\/s|off-CPU +\d|off-CPU %/g,
    );
  assert.deepEqual([...new Set(at(100))].length, at(100)?.length);
});

test('on the page of the workers the bar of the picked one has its scale over it', () => {
  const lines = shown(dashboard, { looks: { page: 2 }, size: { columns: 80, rows: 24 } }).split('\n');
  const axis = lines.findIndex((line) => /budget 134\.4 ns .*full bar/.test(line));
  assert.ok(axis > 0);
  assert.equal(lines[axis]?.indexOf('│'), lines[axis + 1]?.indexOf('│'));
});
