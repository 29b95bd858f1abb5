import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDashboard } from '#src/tui/dashboard.js';
import { UNPACED } from '../../support/samples.js';
import { after, LAB, labPlan, leg, lineWith } from '../../support/screens.js';

/** The row with the rate, as wide as the terminal. */
function rateAt(columns: number, pps: number, askedPps: number | null, isKnown = true): string {
  const schedule = isKnown ? { ...UNPACED, lineRateBps: 10e9 } : UNPACED;
  const dashboard = createDashboard();
  dashboard.begin(leg({ plan: labPlan({ target: LAB, schedule }) }));
  for (let i = 1; i <= 8; i++) dashboard.observe(after(i, { packets: [pps] }, { askedPps }));
  return lineWith(dashboard, /L1/, { size: { columns, rows: 24 } });
}

test('words give way where there is less room, then the rate without what surrounds a frame', () => {
  assert.match(rateAt(80, 50_000, 50_000), / 0\.34 % of line rate$/);
  assert.match(rateAt(66, 50_000, null), /L2 .* 0\.34 % line$/);
  assert.match(rateAt(60, 50_000, null), /^ *50\.00 kpps +L1 .* 0\.34 % line$/);
});

test('no width and no rate cuts a number or a word', () => {
  for (const pps of [1, 50_000, 14_880_952, 245e6, 2.45e9, 2.45e13, 1e22]) {
    for (const asked of [null, 50_000, 1e9]) {
      for (const isKnown of [true, false]) {
        for (const columns of [60, 66, 72, 76, 80, 81, 96, 200]) {
          const row = rateAt(columns, pps, asked, isKnown);
          assert.doesNotMatch(row, /…/);
          assert.match(row, /\d %/);
        }
      }
    }
  }
});

test('many times the line rate is a number without decimals', () => {
  assert.match(rateAt(80, 245e6, null), / 1646\.\d % (of )?line/);
  assert.match(rateAt(80, 2.45e9, null), / 16464 % of line rate/);
});
