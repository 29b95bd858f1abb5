import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guardProcess } from '#src/tui/guard.js';

test('what nobody caught is told, also where the terminal cannot be given back', async () => {
  let restored = 0;
  const guard = guardProcess(() => {
    restored++;
    throw new Error('the terminal is gone');
  });
  try {
    const [onError] = process.listeners('uncaughtException').slice(-1);
    onError?.(new Error('the defect'), 'uncaughtException');
    await assert.rejects(guard.failed, { message: 'the defect' });
    assert.equal(restored, 1);
  } finally {
    guard.release();
  }
});
