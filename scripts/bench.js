// `npm run bench:NAME -- ARGUMENTS`: sets up what is missing and runs bench/NAME. Never part of the tests.
import process from 'node:process';
import { setup } from './setup.js';

const [name, ...args] = process.argv.slice(2);
setup('bench');
process.argv.splice(2, process.argv.length, ...args);
await import(`../build/ts/bench/${name}.js`);
