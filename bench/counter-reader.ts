// A process of its own, inside the namespace: prints "nanoseconds packets bytes" of one interface every 40 ms. The clock
// is read next to the counter, so neither the start of a process nor a busy event loop elsewhere blurs a rate.
// Arguments: INTERFACE rx|tx. Ends with its reader.
import { readFileSync } from 'node:fs';

const INTERVAL_MS = 40;
/** /proc/net/dev: eight columns received, then eight sent; bytes and packets are the first two of each. */
const FIRST_COLUMN = { rx: 0, tx: 8 } as const;

const [name = '', side = 'tx'] = process.argv.slice(2);
const column = FIRST_COLUMN[side === 'rx' ? 'rx' : 'tx'];

process.stdout.on('error', () => process.exit()); // nobody reads any more
setInterval(() => {
  // One row holds both counters, read by the kernel in one go.
  const table = readFileSync('/proc/net/dev', 'utf8');
  const now = process.hrtime.bigint();
  const row = table.split('\n').find((line) => line.trim().startsWith(`${name}:`));
  const cells = row?.split(':')[1]?.trim().split(/\s+/) ?? [];
  process.stdout.write(`${now} ${cells[column + 1]} ${cells[column]}\n`);
}, INTERVAL_MS);
