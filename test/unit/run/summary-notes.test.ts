import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExitCode } from '#src/errors.js';
import { summarize } from '#src/run/summary.js';
import { plan, snapshot, worker } from '../support/samples.js';

for (const { what, changes, share } of [
  { what: '6 % of its time', changes: { seconds: 10, offCpuSeconds: 0.6 }, share: '6 %' },
  { what: '5 % of its time', changes: { seconds: 10, offCpuSeconds: 0.5 }, share: null },
  { what: 'none of its time, waiting for the device', changes: { seconds: 10, cpuSeconds: 5 }, share: null },
  { what: 'half of 60 ms', changes: { seconds: 0.06, offCpuSeconds: 0.03 }, share: '50 %' },
  { what: 'half of a time too short to judge', changes: { seconds: 0.04, offCpuSeconds: 0.02 }, share: null },
  { what: 'more than there was', changes: { seconds: 1, offCpuSeconds: 1.1 }, share: '100 %' },
  { what: 'no time at all', changes: { seconds: 0, offCpuSeconds: 0 }, share: null },
]) {
  test(`a worker whose CPU others had ${what} is ${share ? '' : 'not '}noted as sharing it`, () => {
    const workers = [worker({ cpu: 1 }), worker({ ...changes, cpu: 3 })];
    const { notes, exitCode } = summarize(plan(), snapshot(workers), {
      driver: null,
      events: [],
      processStartedAtMs: 0,
    });
    assert.equal(notes.length, share ? 1 : 0);
    for (const note of notes)
      assert.ok(note.startsWith('CPU 3 was shared') && note.includes(` ${share} `), note);
    assert.equal(exitCode, ExitCode.ok);
  });
}
