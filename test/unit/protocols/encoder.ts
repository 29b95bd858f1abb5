import assert from 'node:assert/strict';
import { test } from 'node:test';

type Encoder = (value: unknown) => Uint8Array;

/** Each value and the bytes that it shall become, in hex with spaces. */
export function accepts(what: string, encode: Encoder, cases: readonly (readonly [unknown, string])[]): void {
  for (const [value, hex] of cases) {
    test(`${what} ${JSON.stringify(value)?.slice(0, 80)}`, () => {
      assert.equal(Buffer.from(encode(value)).toString('hex'), hex.replaceAll(' ', ''));
    });
  }
}

/** Each value and the beginning of the message, which has to be one short line. */
export function refuses(what: string, encode: Encoder, cases: readonly (readonly [unknown, string])[]): void {
  for (const [value, message] of cases) {
    test(`${what} refuse ${JSON.stringify(value)?.slice(0, 80)}`, () => {
      assert.throws(
        () => encode(value),
        (thrown) => {
          assert.ok(thrown instanceof Error && thrown.message.startsWith(message), String(thrown));
          assert.doesNotMatch(thrown.message, /\n/);
          assert.ok(thrown.message.length < 160, thrown.message);
          return true;
        },
      );
    });
  }
}
