// `npm run bench:NAME -- ARGUMENTS`: sets up what is missing and runs bench/NAME. Never part of the tests.
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { ROOT, run, setup, step } from './setup.js';

const BARE = 'bench/bare';

const [name, ...args] = process.argv.slice(2);
setup('bench');
if (['peers', 'rate'].includes(name)) step('bare loops', 'build/bare/.stamp', [BARE], buildBare);
process.argv.splice(2, process.argv.length, ...args);
await import(`../build/ts/bench/${name}.js`);

function buildBare() {
  const out = path.join(ROOT, 'build/bare');
  mkdirSync(out, { recursive: true });
  for (const file of readdirSync(path.join(ROOT, BARE)).filter((entry) => entry.endsWith('.c'))) {
    run(['gcc', '-O2', '-Wall', '-o', path.join(out, path.parse(file).name), path.join(BARE, file), '-lbpf']);
  }
}
