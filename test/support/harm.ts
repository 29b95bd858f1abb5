import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Summary } from 'pktgen';
import type { Namespace } from './namespace.js';
import { finished, spawnPktgen } from './pktgen.js';

/** Starts a run of 20 s on near0, does `harm` in the middle of it, and returns the summary it ends with. */
export async function runWithHarm(
  namespace: Namespace,
  flags: readonly string[],
  harm: () => void,
): Promise<Summary> {
  const args = [
    '--iface',
    'near0',
    '--engine',
    'tx-ring',
    '--cpus',
    '0',
    '--duration',
    '20s',
    '--json',
    ...flags,
  ];
  const child = spawnPktgen(args, namespace);
  const result = finished(child);
  await new Promise((resolve) => child.stderr?.once('data', resolve));
  await sleep(300);
  harm();
  const { status, stdout, stderr } = await result;
  assert.equal(status, 1, stderr);
  const summary = JSON.parse(stdout) as Summary;
  assert.ok(summary.total.packets > 0);
  assert.ok(summary.total.seconds < 10, 'it has to end by itself');
  return summary;
}
