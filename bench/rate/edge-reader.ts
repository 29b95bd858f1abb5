// A process of its own, inside the namespace: every 100 ms it looks at the counter of one interface, over and over for 3 ms,
// and prints the counter and the last moment at which it moved: "PACKETS EDGE_NS EDGE_PACKETS", or "PACKETS". It leaves the
// CPU free between, since a worker may share it. Arguments: INTERFACE rx|tx. Ends with its reader.
import { openSync, readSync } from 'node:fs';
import { type Look, lastEdge } from './edges.js';

const INTERVAL_MS = 100;
const LOOK_NS = 3e6;
const MOST_BYTES = 65_536;
/** /proc/net/dev: eight columns received, then eight sent; packets are the second of each. */
const COLUMN = { rx: 1, tx: 9 } as const;

const [name = '', side = 'tx'] = process.argv.slice(2);
const column = COLUMN[side === 'rx' ? 'rx' : 'tx'];
const table = openSync('/proc/net/dev', 'r');
const buffer = Buffer.alloc(MOST_BYTES);
const startedNs = process.hrtime.bigint();

process.stdout.on('error', () => process.exit()); // nobody reads any more
setInterval(() => {
  const looks = lookForAWhile();
  const edge = lastEdge(looks);
  const packets = looks.at(-1)?.packets ?? 0;
  process.stdout.write(`${packets}${edge ? ` ${edge.ns} ${edge.packets}` : ''}\n`);
}, INTERVAL_MS);

function lookForAWhile(): Look[] {
  const looks = [look()];
  while ((looks.at(-1)?.ns ?? 0) < (looks[0]?.ns ?? 0) + LOOK_NS) looks.push(look());
  return looks;
}

function look(): Look {
  const text = buffer.toString('latin1', 0, readSync(table, buffer, 0, MOST_BYTES, 0));
  const row = text.split('\n').find((line) => line.trim().startsWith(`${name}:`));
  const cells = row?.split(':')[1]?.trim().split(/\s+/) ?? [];
  return { packets: Number(cells[column]), ns: Number(process.hrtime.bigint() - startedNs) };
}
