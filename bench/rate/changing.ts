// A process of its own, inside the namespace: sends by the library and changes the rate ten times. Arguments: INTERFACE CPU,…
// FRAMES. Prints, as JSON, what was asked when and what had been sent by then.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseShape, resolvePlan, startRun } from 'pktgen';
import type { Change } from './changes.js';

const HOLD_MS = 450;
/** Up and down by steps of all sizes, fractions of the highest. */
const PARTS = [0.5, 1, 0.1, 0.9, 0.25, 0.75, 0.01, 0.6, 0.3, 0.8, 0.5];

const [iface = '', cpus = '', highest = ''] = process.argv.slice(2);
const ppsOf = (part: number) => Math.round(Number(highest) * part);

const plan = await resolvePlan({
  iface,
  cpus: cpus.split(',').map(Number),
  engine: 'packet',
  engineOptions: { qdiscBypass: true },
  shape: parseShape(`${ppsOf(PARTS[0] ?? 1)}pps`),
});
const run = await startRun(plan);
const changes: Change[] = [];
const note = (pps: number) => {
  const { workers } = run.snapshot();
  const packets = workers.reduce((sum, worker) => sum + worker.packets, 0);
  changes.push({ ns: Number(process.hrtime.bigint() - startedNs), packets, pps });
};
const startedNs = process.hrtime.bigint();
for (const part of PARTS) {
  const pps = ppsOf(part);
  run.setRate(pps);
  note(pps);
  await sleep(HOLD_MS);
}
note(0);
run.stop();
const { total, findings } = await run.done;
process.stdout.write(`${JSON.stringify({ changes, packets: total.packets, findings })}\n`);
