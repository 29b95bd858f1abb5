import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, it } from 'node:test';
import { needsRoot, withNamespace } from '../support/namespace.js';
import { finished, lineOf, pktgenJson } from '../support/pktgen.js';

describe('the optional package cap', { skip: needsRoot || missingCap() }, () => {
  it('sees the frames at the far end byte for byte', async () => {
    await withNamespace(async (namespace) => {
      namespace.addPair();
      const script = path.resolve(import.meta.dirname, '../support/cap-child.js');
      const [ip = '', ...words] = namespace.prefix;
      const child = spawn(ip, [...words, process.execPath, script, 'far0', '3'], { timeout: 20_000 });
      const result = finished(child);
      await lineOf(child, /listening/);
      const summary = await pktgenJson(
        ['--iface', 'near0', '--engine', 'tx-ring', '--count', '3', '--qdisc-bypass'],
        namespace,
      );
      const { stdout } = await result;
      assert.deepEqual(stdout.trim().split('\n'), ['listening', ...Array(3).fill(summary.plan.frameHex)]);
    });
  });
});

function missingCap(): string | false {
  try {
    createRequire(import.meta.url)('cap');
    return false;
  } catch {
    return 'cap is not built here: Node’s headers or libpcap’s are missing';
  }
}
