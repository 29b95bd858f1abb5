import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { Summary } from '#src/run/summary.js';
import { describeSaved, savedOf, saveJson } from '#src/tui/save.js';

describe('the summary as a file', () => {
  it('has the time in its name and is written over nothing', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'pktgen-save-'));
    try {
      const now = new Date(2026, 0, 2, 3, 4, 5);
      assert.equal(await saveJson({ n: 1 }, folder, now), 'pktgen-20260102-030405.json');
      assert.equal(await saveJson({ n: 2 }, folder, now), 'pktgen-20260102-030405-2.json');
      assert.deepEqual(JSON.parse(readFileSync(path.join(folder, 'pktgen-20260102-030405.json'), 'utf8')), {
        n: 1,
      });
      assert.equal(readdirSync(folder).length, 2);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('says what it covers: this part and all of them', () => {
    const part = (packets: number) =>
      ({ total: { packets, bytes: 64 * packets, seconds: 1.5 } }) as unknown as Summary;
    const alone = savedOf(part(10), []);
    assert.deepEqual(alone.all, { packets: 10, bytes: 640, seconds: 1.5 });
    assert.equal(describeSaved('x.json', alone, false), 'x.json written: 10 frames');
    const third = savedOf(part(1_165_281), [part(2_000_000), part(254_837)]);
    assert.deepEqual(third.all, { packets: 3_420_118, bytes: 3_420_118 * 64, seconds: 4.5 });
    assert.equal(third.total.packets, 1_165_281);
    assert.equal(
      describeSaved('x.json', third, false),
      'x.json written: this part, 1,165,281 frames (all parts: 3,420,118)',
    );
    assert.match(describeSaved('x.json', third, true), /3,420,118\), counted from the start, not from z$/);
  });

  it('says why where it cannot be written', async () => {
    await assert.rejects(saveJson({}, '/nonexistent/folder', new Date()), /ENOENT/);
  });
});
