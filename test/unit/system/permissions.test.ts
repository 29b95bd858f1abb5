import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NativeError, NotPermittedError } from '#src/errors.js';
import { explainingPermission, howToPermit } from '#src/system/permissions.js';

function failing(error: unknown): () => never {
  return () =>
    explainingPermission('engine tx-ring on eth1', 'CAP_NET_RAW', () => {
      throw error;
    });
}

test('what is permitted gives its result', () => {
  assert.equal(
    explainingPermission('nothing', 'CAP_NET_RAW', () => 42),
    42,
  );
});

for (const code of ['EPERM', 'EACCES']) {
  test(`${code} becomes the capability that is missing and the two ways to give it`, () => {
    const cause = new NativeError(code, 'opening a packet socket: not permitted');
    assert.throws(failing(cause), (thrown) => {
      assert.ok(thrown instanceof NotPermittedError);
      assert.match(thrown.message, /^engine tx-ring on eth1 needs CAP_NET_RAW: run it with sudo/);
      assert.ok(thrown.message.includes(`sudo setcap cap_net_raw+ep ${process.execPath}`));
      assert.equal(thrown.cause, cause);
      return true;
    });
  });
}

for (const error of [new NativeError('ENODEV', 'no such device'), new TypeError('plan.batch: expected …')]) {
  test(`a ${error.name} about something else passes unchanged`, () => {
    assert.throws(failing(error), (thrown) => thrown === error);
  });
}

test('two capabilities are given in one word of setcap', () => {
  assert.match(howToPermit('CAP_BPF and CAP_NET_ADMIN'), /sudo setcap cap_bpf,cap_net_admin\+ep /);
});
