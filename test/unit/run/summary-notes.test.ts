import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExitCode } from '#src/errors.js';
import { summarize } from '#src/run/summary.js';
import { plan, snapshot, worker } from '../support/samples.js';

for (const { what, changes, share } of [
  { what: '94 % of its time', changes: { seconds: 10, cpuSeconds: 9.4 }, share: '94 %' },
  { what: '95 % of its time', changes: { seconds: 10, cpuSeconds: 9.5 }, share: null },
  {
    what: 'half its time, waiting for the device',
    changes: { seconds: 10, cpuSeconds: 5, busy: 1 },
    share: null,
  },
  { what: 'half of 60 ms', changes: { seconds: 0.06, cpuSeconds: 0.03 }, share: '50 %' },
  { what: 'half of a time too short to judge', changes: { seconds: 0.04, cpuSeconds: 0.02 }, share: null },
  { what: 'no time at all', changes: { seconds: 0, cpuSeconds: 0 }, share: null },
]) {
  test(`a worker that ran ${what} is ${share ? '' : 'not '}noted as sharing its CPU`, () => {
    const workers = [worker({ cpu: 1 }), worker({ ...changes, cpu: 3 })];
    const { notes, exitCode } = summarize(plan(), snapshot(workers), {
      driver: null,
      events: [],
      processStartedAtMs: 0,
      streams: [],
    });
    assert.equal(notes.length, share ? 1 : 0);
    for (const note of notes)
      assert.ok(note.startsWith('CPU 3 was shared') && note.includes(` ${share} `), note);
    assert.equal(exitCode, ExitCode.ok);
  });
}
