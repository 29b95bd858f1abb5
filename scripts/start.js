// `npm start`: sets up what is missing, then is pktgen. Without arguments it needs no NIC and no configuration.
import process from 'node:process';
import { setup } from './setup.js';

const DEFAULT_ARGUMENTS = ['--lab', '--size', '64'];

setup();
const given = process.argv.slice(2);
process.argv.splice(2, given.length, ...(given.length > 0 ? given : DEFAULT_ARGUMENTS));
await import('../dist/cli.js');
