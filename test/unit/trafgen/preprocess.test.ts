import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { test } from 'node:test';
import { HostError, UsageError } from '#src/errors.js';
import { parseTrafgen } from '#src/trafgen/parse.js';
import { preprocess } from '#src/trafgen/preprocess.js';

const skip = spawnSync('cpp', ['--version']).error ? 'cpp is not installed' : false;

function bytes(text: string): string {
  const streams = parseTrafgen(preprocess(text, 'a.cfg'), { file: 'a.cfg' });
  return streams.map(({ headers }) => headers[0]?.fields['bytes']).join(' ');
}

test('macros are replaced, those of stddef.h among them', { skip }, () => {
  const text =
    '#include <stddef.h>\n#define TWICE(x) x, x\n{ TWICE(7), fill(0xff, ETH_ALEN), be16(ETH_P_IP), IF_ELSE(0, 1, 2) }';
  assert.equal(bytes(text), '0707ffffffffffff080002');
});

test('macros can come from outside', { skip }, () => {
  assert.match(preprocess('{ A }', 'a.cfg', ['A=7']), /\{ 7 \}/);
});

test('an error names the line of the original', { skip }, () => {
  const text = '#include <stddef.h>\n#define A 1\n{ A }\n\n#if 0\n{ }\n#endif\n{ foo }';
  assert.throws(() => bytes(text), { name: 'UsageError', message: /^a\.cfg:8:3: unknown 'foo'/ });
});

test("an error of the preprocessor's is one line", { skip }, () => {
  assert.throws(
    () => preprocess('{ 1 }\n#include "no-such.h"', 'a.cfg'),
    (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /^a\.cfg:2:\d+: no-such\.h: [^\n]+$/);
      return true;
    },
  );
});

test('without cpp the error says what is missing', () => {
  const { PATH } = process.env;
  process.env['PATH'] = '/nowhere';
  try {
    assert.throws(
      () => preprocess('{ 1 }', 'a.cfg'),
      (error) => error instanceof HostError && error.message.includes('cpp'),
    );
  } finally {
    process.env['PATH'] = PATH;
  }
});
