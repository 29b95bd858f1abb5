import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDashboard } from '#src/tui/dashboard.js';
import { snapshot } from '../../support/samples.js';
import { leg, lineWith, running } from '../../support/screens.js';

test('a pause is no spike in the time of a packet', () => {
  const dashboard = createDashboard();
  dashboard.begin(leg());
  let packets = 0;
  let seconds = 0;
  for (let i = 1; i <= 60; i++) {
    // Ten milliseconds into a pause of five seconds a single frame leaves.
    const isPaused = i > 30 && i <= 50;
    packets += isPaused ? (i === 31 ? 1 : 0) : 25_000;
    seconds += isPaused ? (i === 31 ? 0.01 : 0) : 0.25;
    const workers = [running(packets, seconds), running(packets, seconds, { cpu: 1 })];
    dashboard.observe(snapshot(workers, { elapsedSeconds: i / 4 }));
  }
  const size = { columns: 300, rows: 60 };
  assert.match(lineWith(dashboard, /^ns .*max/, { size }), /max 10000\.0 .*max 10000\.0/);
});
