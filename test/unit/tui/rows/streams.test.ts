import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDashboard } from '#src/tui/dashboard.js';
import type { Size } from '#src/tui/page.js';
import { snapshot } from '../../support/samples.js';
import { labPlan, leg, mix, pageOf, running, shown, streams } from '../../support/screens.js';

/** Forty streams of which the 31st has the largest share, and the second and the third the next. */
function forty() {
  const weights = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [`stream-${i + 1}`, i === 30 ? 50 : i === 1 || i === 2 ? 20 : 1]),
  );
  const dashboard = createDashboard();
  dashboard.begin(leg({ plan: labPlan({ traffic: mix(weights) }) }));
  for (let i = 1; i <= 8; i++) {
    // What is sent is in another order.
    const sent = Object.fromEntries(Object.keys(weights).map((name, n) => [name, i * n]));
    dashboard.observe(snapshot([running(i * 780, i / 4)], { elapsedSeconds: i / 4, streams: streams(sent) }));
  }
  return dashboard;
}

const namesOf = (size: Size) =>
  [...shown(forty(), { size }).matchAll(/^stream-(\d+) /gm)].map(([, number]) => Number(number));

test('of many streams the overview has the largest, and says how many more there are', () => {
  const large = namesOf({ columns: 132, rows: 43 });
  assert.deepEqual(large.slice(0, 5), [31, 2, 3, 1, 4]);
  for (const size of [
    { columns: 80, rows: 30 },
    { columns: 132, rows: 43 },
    { columns: 200, rows: 60 },
  ]) {
    const more = 40 - namesOf(size).length;
    assert.match(shown(forty(), { size }), new RegExp(`^… and ${more} more: press 3$`, 'm'));
  }
  assert.deepEqual(namesOf({ columns: 80, rows: 21 }), [31, 2]);
  assert.match(shown(forty(), { size: { columns: 80, rows: 21 } }), /^2 of 40: press 3 +asked %/m);
  assert.ok(pageOf(forty()).hits.some(({ row, action }) => row > 10 && action === '3'));
});

test('all of few streams are in the order of the list', () => {
  const dashboard = createDashboard();
  dashboard.begin(leg({ plan: labPlan({ traffic: mix({ small: 1, large: 9 }) }) }));
  dashboard.observe(snapshot([running(10, 1)], { streams: streams({ small: 1, large: 9 }) }));
  const text = shown(dashboard, { size: { columns: 132, rows: 43 } });
  assert.match(text, /^small .*\n^large /m);
  assert.doesNotMatch(text, /press 3/);
});

test('names take no more room than they need, and frames are called frames', () => {
  for (const columns of [132, 200]) {
    const text = shown(forty(), { size: { columns, rows: 60 } });
    const head = text.split('\n').find((line) => /^40 streams +asked/.test(line)) ?? '';
    assert.match(head, /asked % +sent % +rate +frames +bytes$/);
    assert.ok(head.indexOf('asked %') <= 34 && head.length <= 110, head);
  }
});
