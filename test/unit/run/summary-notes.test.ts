import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExitCode } from '#src/errors.js';
import { summarize } from '#src/run/summary.js';
import { plan, snapshot, worker } from '../support/samples.js';

for (const { what, changes, noted } of [
  { what: '94 % of its time', changes: { seconds: 10, cpuSeconds: 9.4 }, noted: true },
  { what: '95 % of its time', changes: { seconds: 10, cpuSeconds: 9.5 }, noted: false },
  {
    what: 'half its time, waiting for the device',
    changes: { seconds: 10, cpuSeconds: 5, busy: 1 },
    noted: false,
  },
  { what: 'half of a time too short to judge', changes: { seconds: 0.04, cpuSeconds: 0.02 }, noted: false },
  { what: 'no time at all', changes: { seconds: 0, cpuSeconds: 0 }, noted: false },
]) {
  test(`a worker that ran ${what} is ${noted ? '' : 'not '}noted as sharing its CPU`, () => {
    const workers = [worker({ cpu: 1 }), worker({ ...changes, cpu: 3 })];
    const { notes, exitCode } = summarize(plan(), snapshot(workers), {
      driver: null,
      events: [],
      processStartedAtMs: 0,
    });
    assert.equal(notes.length, noted ? 1 : 0);
    if (noted) assert.match(notes[0] ?? '', /CPU 3 was shared.*94 %/);
    assert.equal(exitCode, ExitCode.ok);
  });
}
