import assert from 'node:assert/strict';
import { HostError, type PktgenError, UsageError } from '#src/errors.js';

type Check = (thrown: unknown) => true;

/** For assert.throws and assert.rejects: a UsageError of one line that holds each of `parts`. */
export function usageError(...parts: readonly string[]): Check {
  return errorThatSays(UsageError, 'USAGE', parts);
}

/** The same for a HostError with that code. */
export function hostError(code: string, ...parts: readonly string[]): Check {
  return errorThatSays(HostError, code, parts);
}

function errorThatSays(
  type: abstract new (...values: never[]) => PktgenError,
  code: string,
  parts: readonly string[],
): Check {
  return (thrown) => {
    assert.ok(thrown instanceof type, `${type.name} was expected, not ${thrown}`);
    assert.equal(thrown.code, code);
    assert.doesNotMatch(thrown.message, /\n/);
    for (const part of parts) {
      assert.ok(thrown.message.includes(part), `"${thrown.message}" should say "${part}"`);
    }
    return true;
  };
}
