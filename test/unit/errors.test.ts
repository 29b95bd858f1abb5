import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ExitCode,
  HostError,
  messageOf,
  NativeError,
  NotPermittedError,
  PktgenError,
  UsageError,
} from '#src/errors.js';

test('exit codes are those of the README', () => {
  assert.deepEqual(ExitCode, { ok: 0, notHeld: 1, usage: 2, notPermitted: 3, hostCannot: 4, internal: 5 });
});

for (const { error, name, code, exitCode } of [
  { error: new UsageError('text'), name: 'UsageError', code: 'USAGE', exitCode: 2 },
  { error: new NotPermittedError('text'), name: 'NotPermittedError', code: 'NOT_PERMITTED', exitCode: 3 },
  { error: new HostError('NO_CPU', 'text'), name: 'HostError', code: 'NO_CPU', exitCode: 4 },
]) {
  test(`a ${name} has the code ${code} and ends the process with ${exitCode}`, () => {
    assert.ok(error instanceof PktgenError);
    assert.deepEqual([error.name, error.code, error.exitCode, error.message], [name, code, exitCode, 'text']);
  });
}

test('errors keep their cause', () => {
  const cause = new NativeError('EPERM', 'operation not permitted');
  for (const error of [
    new UsageError('text', { cause }),
    new NotPermittedError('text', { cause }),
    new HostError('NO_LAB', 'text', { cause }),
  ]) {
    assert.equal(error.cause, cause);
  }
  assert.deepEqual([cause.name, cause.code], ['NativeError', 'EPERM']);
});

test('whatever was thrown has a message', () => {
  assert.equal(messageOf(new Error('text')), 'text');
  assert.equal(messageOf('text'), 'text');
  assert.equal(messageOf(undefined), 'undefined');
});
