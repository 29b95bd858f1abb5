// `npm run docs:screen [-- ARGUMENTS]`: runs pktgen in a terminal for some seconds, and makes docs/screen.svg of what it
// shows then. Nothing in the picture is drawn by hand.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { toSvg } from './ansi-to-svg.js';
import { ROOT, setup } from './setup.js';

const SIZE = { columns: 132, rows: 43 };
/** What fills the history, and is a mix with something to tell in every column. */
const ARGUMENTS = [
  '--lab',
  '--profile',
  'small-business',
  '--top-speed',
  '--qdisc-bypass',
  '--duration',
  '1m',
];
const WATCHED_SECONDS = 45;
const FILE = path.join(ROOT, 'docs/screen.svg');

setup('test');
const { inTerminal } = await import('../build/ts/test/support/tmux.js');
const given = process.argv.slice(2);
const args = given.length > 0 ? given : ARGUMENTS;
await inTerminal([process.execPath, 'dist/cli.js', ...args], SIZE, async (terminal) => {
  await terminal.see(/pps/);
  await sleep(WATCHED_SECONDS * 1000);
  const screen = await terminal.coloured();
  writeFileSync(FILE, toSvg(screen, { ...SIZE, title: `pktgen ${args.join(' ')}` }));
});
process.stdout.write(`${path.relative(process.cwd(), FILE)} written\n`);
